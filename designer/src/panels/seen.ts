// What a run has shown, as expressions and conditions would have read it.

import type { RunDocument } from "../api/generated/schema.ts";
import type { EdgeKind, Json, JsonObject } from "../model/pipeline.ts";

type Ran = Pick<RunDocument, "run" | "pipeline" | "version" | "trigger" | "input"> & {
  readonly tasks: readonly Pick<RunDocument["tasks"][number], "task" | "state" | "output" | "error">[];
};

export function runScope(run: Ran, variables: JsonObject): JsonObject {
  const ended = run.tasks.flatMap((one) => {
    const data = outcomeOf(run, one.task);
    return data === undefined ? [] : [[one.task, data] as const];
  });
  return {
    input: run.input as Json,
    tasks: Object.fromEntries(ended),
    run: { id: run.run, pipeline: run.pipeline, version: run.version, trigger: run.trigger },
    trigger: { name: run.trigger },
    variables,
  };
}

/** How a task ended, as a condition on completion reads it. */
export function outcomeOf(run: Ran, task: string): JsonObject | undefined {
  const found = run.tasks.find((one) => one.task === task);
  switch (found?.state) {
    case "succeeded":
      return { status: "succeeded", output: found.output as Json };
    case "failed":
      return { status: "failed", error: found.error as Json };
    case "skipped":
      return { status: "skipped" };
    default:
      return undefined;
  }
}

/** What an edge's condition would have looked at; absent where the task did not end so. */
export function heardOf(run: Ran, task: string, on: EdgeKind): Json | undefined {
  const outcome = outcomeOf(run, task);
  if (on === "completion") return outcome?.status === "skipped" ? undefined : outcome;
  return outcome?.[on === "success" ? "output" : "error"];
}

/** The run's outcomes as a simulation takes them, for tasks that are still there. */
export function outcomesOf(run: Ran, tasks: Readonly<Record<string, unknown>>): JsonObject {
  const told: Record<string, Json> = {};
  for (const { task, state, output, error } of run.tasks) {
    if (!Object.hasOwn(tasks, task)) continue;
    if (state === "succeeded") told[task] = { output: output as Json };
    else if (state === "failed") told[task] = { error: error as Json };
  }
  return told;
}
