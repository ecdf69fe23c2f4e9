// What a task was given: its parameters, filled in from what came before. No event carries them; they follow from the definition, the
// run's input and what its tasks gave, and the server works them out as it does for a simulation.

import { useEffect, useState } from "react";
import { ask } from "../api/ask.ts";
import type { JsonValue, RunDocument } from "../api/generated/schema.ts";

type Task = RunDocument["tasks"][number];

/** Absent while it is not known, `null` where it cannot be: of a task that has not run, or of a pipeline that is gone. */
export function useGiven(document: RunDocument, task: Task): JsonValue | undefined {
  const [given, setGiven] = useState<JsonValue>();
  const ran = task.state !== "skipped" && task.state !== "pending";
  const { run, pipeline, definition } = document;
  const key = `${run} ${task.task} ${task.state}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what a task is given is settled with its start; `key` stands for that
  useEffect(() => {
    setGiven(ran ? undefined : null);
    if (!ran || definition === null) return;
    const gone = new AbortController();
    const [project = "", name = ""] = pipeline.split("/");
    const body = { text: JSON.stringify(definition), input: document.input, outcomes: outcomesOf(document.tasks) };
    void ask("simulatePipeline", { in: { project, pipeline: name }, body, signal: gone.signal }).then((told) => {
      if (gone.signal.aborted) return;
      setGiven(told.ok ? (told.value.tasks[task.task]?.parameters ?? null) : null);
    });
    return () => gone.abort();
  }, [key, ran, definition]);

  return given;
}

function outcomesOf(tasks: readonly Task[]): { [task: string]: JsonValue } {
  return Object.fromEntries(
    tasks.flatMap((one): [string, JsonValue][] => {
      if (one.state === "succeeded") return [[one.task, { output: one.output }]];
      return one.state === "failed" && one.error !== null ? [[one.task, { error: one.error }]] : [];
    }),
  );
}
