/**
 * A run as the server tells it (`RunDocument`), as the start of a picture: also what follows from events and is in none of them
 * (who was skipped, and why; which edges are live), which only the server works out.
 */

import { type EdgeKind, edgeKey, type Json, type JsonObject } from "./pipeline.ts";
import {
  type Attempt,
  type RunState,
  type RunView,
  TASK_STATES,
  type TaskRun,
  type TaskState,
  taskRun,
} from "./run.ts";

/** As much of the server's document as is read here. */
export interface RunTold {
  readonly state: RunState;
  readonly trigger: string | null;
  readonly started: string | null;
  readonly ended: string | null;
  readonly input: Json;
  readonly tasks: readonly TaskTold[];
  readonly edges: readonly EdgeTold[];
}
export interface TaskTold {
  readonly task: string;
  readonly state: string;
  readonly attempt: number;
  readonly opened: string | null;
  readonly started: string | null;
  readonly ended: string | null;
  readonly output: Json;
  readonly error: JsonObject | null;
  readonly why: string | null;
  readonly attempts: readonly AttemptTold[];
}
export interface AttemptTold {
  readonly attempt: number;
  readonly state: TaskState;
  readonly at: string;
  readonly started: string | null;
  readonly error: JsonObject | null;
}
export interface EdgeTold {
  readonly from: string;
  readonly to: string;
  readonly on: EdgeKind;
  readonly when: JsonObject | null;
  readonly live: boolean | null;
}

export function viewOf(told: RunTold): RunView {
  const started = time(told.started);
  return {
    state: told.state,
    requested: started,
    started,
    ended: time(told.ended),
    input: told.input,
    trigger: told.trigger ?? undefined,
    tasks: Object.fromEntries(told.tasks.map((task) => [task.task, taskOf(task)])),
    live: Object.fromEntries(told.edges.flatMap((edge) => (edge.live === null ? [] : [[keyOf(edge), edge.live]]))),
  };
}

function keyOf({ from, to, on, when }: EdgeTold): string {
  return edgeKey({ from, to, on, ...(when !== null && { when }) });
}

function taskOf(told: TaskTold): TaskRun {
  const why = told.why || undefined;
  const attempts = told.attempts.map((one) => attemptOf(told, one));
  // A task that never ran has no attempt; its state still has a time, where one is known.
  if (attempts.length === 0)
    attempts.push(
      attemptOf(told, {
        attempt: told.attempt,
        at: told.ended ?? told.opened ?? "",
        state: stateOf(told.state),
        started: told.started,
        error: told.error,
      }),
    );
  return { ...taskRun(attempts), ...(why !== undefined && { why }) };
}

function attemptOf(told: TaskTold, one: AttemptTold): Attempt {
  const isLast = one.attempt === told.attempt;
  const state = isLast ? stateOf(told.state, one.state) : one.state;
  const error = one.error ?? (isLast ? told.error : null);
  return {
    number: one.attempt,
    state,
    at: time(isLast && told.ended ? told.ended : one.at) ?? 0,
    asked: isLast ? (time(told.started) ?? time(told.opened)) : undefined,
    started: time(one.started) ?? (isLast ? time(told.started) : undefined),
    data: { ...(state === "succeeded" && { output: told.output }), ...(error && { error }) },
  };
}

/** A task that was at work when its run ended says so in other words than those of a state. */
function stateOf(said: string, otherwise: TaskState = "pending"): TaskState {
  return TASK_STATES.find((state) => state === said) ?? otherwise;
}

function time(text: string | null): number | undefined {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
