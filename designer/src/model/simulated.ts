/**
 * A simulation as a picture of a run, step by step: what has ended by then, what runs next, which edges are live, who is skipped
 * and why. So a simulation is drawn as a run is.
 */

import { keysById } from "./edge_id.ts";
import { type Edge, edgeKey, edgesOf, type Json, type JsonObject, type Pipeline } from "./pipeline.ts";
import { type Attempt, isFinal, NO_RUN, type RunView, type TaskRun, type TaskState, taskRun } from "./run.ts";

/** As much of the server's answer as is read here. */
export interface Simulation {
  readonly steps: readonly SimulatedStep[];
  readonly tasks: Readonly<
    Record<
      string,
      { readonly attempts: readonly { readonly status: string; readonly output: Json; readonly error: Json }[] }
    >
  >;
  readonly skipped: readonly { readonly task: string; readonly dead: readonly string[]; readonly why: string }[];
  /** By edge id. */
  readonly edges: Readonly<Record<string, boolean>>;
  readonly end: string | null;
}
export interface SimulatedStep {
  readonly number: number;
  readonly event: string;
  readonly task: string | null;
  readonly rules: readonly {
    readonly reached: readonly {
      readonly task: string;
      readonly edges: readonly string[];
      readonly decision: string | null;
    }[];
  }[];
}

export interface Frame {
  readonly view: RunView;
  readonly lit: { readonly tasks: ReadonlySet<string>; readonly edges: ReadonlySet<string> };
}

/** What is seen once `at` steps have been taken. */
export function frame(pipeline: Pipeline, told: Simulation, at: number): Frame {
  const done = told.steps.slice(0, at);
  const isOver = at >= told.steps.length;
  const tasks: Record<string, TaskRun> = {};
  for (const step of done) {
    for (const name of runBy(step)) tasks[name] ??= seen("ready");
    const { task } = step;
    if (task === null) continue;
    if (step.event === "task.succeeded" || step.event === "task.failed") {
      tasks[task] = ended(step.event, told.tasks[task]?.attempts ?? []);
    } else tasks[task] = seen(step.event === "task.retrying" ? "retrying" : "skipped");
  }
  const edges = edgesOf(pipeline);
  const decided = new Set(Object.keys(tasks).filter((name) => isFinal(tasks[name]?.state ?? "pending")));
  for (const { task, why } of skippedBy(told, edges, pipeline, decided, isOver))
    tasks[task] = { ...seen("skipped"), why };
  const keys = keysById(pipeline);
  const live: Record<string, boolean> = {};
  for (const [id, is] of Object.entries(told.edges)) {
    const key = keys.get(id);
    const from = key === undefined ? undefined : edges.find((edge) => edgeKey(edge) === key)?.from;
    if (key !== undefined && from !== undefined && decided.has(from)) live[key] = is;
  }
  return { view: { ...NO_RUN, state: "running", tasks, live }, lit: litBy(done.at(-1), keys) };
}

function runBy(step: SimulatedStep): string[] {
  return step.rules.flatMap((rule) => rule.reached.filter((one) => one.decision === "run").map((one) => one.task));
}

/** Whoever can no longer run: as soon as all that keeps it from running is decided, and in their order, since one leads to another. */
function skippedBy(
  told: Simulation,
  edges: readonly Edge[],
  pipeline: Pipeline,
  decided: Set<string>,
  isOver: boolean,
) {
  const keys = keysById(pipeline);
  const from = new Map(edges.map((edge) => [edgeKey(edge), edge.from]));
  const found: { task: string; why: string }[] = [];
  let left = [...told.skipped];
  for (let before = -1; before !== left.length; ) {
    before = left.length;
    left = left.filter((one) => {
      const isOut = isOver || one.dead.every((id) => decided.has(from.get(keys.get(id) ?? "") ?? ""));
      if (isOut) {
        decided.add(one.task);
        found.push(one);
      }
      return !isOut;
    });
  }
  return found;
}

function litBy(step: SimulatedStep | undefined, keys: ReadonlyMap<string, string>): Frame["lit"] {
  const reached = step?.rules.flatMap((rule) => rule.reached) ?? [];
  const tasks = new Set(reached.map((one) => one.task));
  if (step?.task != null) tasks.add(step.task);
  return { tasks, edges: new Set(reached.flatMap((one) => one.edges.map((id) => keys.get(id) ?? id))) };
}

function ended(event: string, attempts: readonly { status: string; output: Json; error: Json }[]): TaskRun {
  const state: TaskState = event === "task.failed" ? "failed" : "succeeded";
  const told = attempts.map((one, at) => attempt(at + 1, at === attempts.length - 1 ? state : "retrying", one));
  return taskRun(told.length === 0 ? [attempt(1, state)] : told);
}

function seen(state: TaskState): TaskRun {
  return taskRun([attempt(1, state)]);
}

function attempt(number: number, state: TaskState, told?: { output: Json; error: Json }): Attempt {
  const data: JsonObject = told === undefined ? {} : { output: told.output, error: told.error };
  return { number, state, at: 0, asked: undefined, started: undefined, data };
}
