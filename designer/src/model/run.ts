/**
 * From the events of a run to a picture of it: the state of each task, its attempts, what it gave. The same fold as the
 * server's (`events/fold.py`): in whatever order and however often events come, the picture is the same, and what is final is
 * never replaced by something that is not. A task that an event does not touch stays the same object.
 */

import { canonical, type Json, type JsonObject, type RunEnd, same } from "./pipeline.ts";

/** In the order that one attempt goes through them. */
export const TASK_STATES = [
  "pending",
  "ready",
  "running",
  "waiting",
  "retrying",
  "skipped",
  "failed",
  "succeeded",
] as const;
export type TaskState = (typeof TASK_STATES)[number];
export type RunState = "requested" | "running" | RunEnd;

export interface RunEvent {
  readonly type: string;
  /** ISO 8601, in UTC. */
  readonly time: string;
  readonly task?: string | null;
  readonly attempt?: number;
  readonly data?: JsonObject;
}

export interface Attempt {
  readonly number: number;
  readonly state: TaskState;
  /** When this state was said, in milliseconds. */
  readonly at: number;
  /** When it was heard of first, and when its start was announced. */
  readonly asked: number | undefined;
  readonly started: number | undefined;
  readonly data: JsonObject;
}

export interface TaskRun {
  readonly state: TaskState;
  /** The number of the attempt that counts: a final one, or else the last. */
  readonly attempt: number;
  readonly attempts: readonly Attempt[];
  readonly output: Json | undefined;
  readonly error: JsonObject | undefined;
  /** Why it stands so, where the server said. */
  readonly why?: string;
}

export interface RunView {
  readonly state: RunState;
  readonly requested: number | undefined;
  readonly started: number | undefined;
  readonly ended: number | undefined;
  readonly input: Json | undefined;
  readonly trigger: string | undefined;
  readonly tasks: Readonly<Record<string, TaskRun>>;
  /** By edge key, what the server has worked out: whether it is live. */
  readonly live?: Readonly<Record<string, boolean>>;
}

export const NO_RUN: RunView = {
  state: "requested",
  requested: undefined,
  started: undefined,
  ended: undefined,
  input: undefined,
  trigger: undefined,
  tasks: {},
};

const TASK: Readonly<Record<string, TaskState>> = {
  "task.requested": "ready",
  "task.started": "running",
  "task.waiting": "waiting",
  "task.retrying": "retrying",
  "task.skipped": "skipped",
  "task.failed": "failed",
  "task.succeeded": "succeeded",
};
const RUN: Readonly<Record<string, RunState>> = {
  "run.requested": "requested",
  "run.started": "running",
  "run.succeeded": "succeeded",
  "run.failed": "failed",
  "run.cancelled": "cancelled",
  "run.timed_out": "timed_out",
};

export function isFinal(state: TaskState): boolean {
  return state === "skipped" || state === "failed" || state === "succeeded";
}

export function hasEnded(state: RunState): boolean {
  return state !== "requested" && state !== "running";
}

export function fold(view: RunView, events: readonly RunEvent[]): RunView {
  let next = view;
  let tasks: Record<string, TaskRun> | undefined;
  for (const event of events) {
    const state = TASK[event.type];
    if (event.task === undefined || event.task === null) next = foldRun(next, event);
    else if (state !== undefined) {
      const before = (tasks ?? view.tasks)[event.task];
      const after = foldTask(before, state, event);
      if (after === before) continue;
      tasks ??= { ...view.tasks };
      tasks[event.task] = after;
    }
  }
  return tasks === undefined ? next : { ...next, tasks };
}

/** What is told and what was heard: the greater of each part. Tasks that are told as they were stay the same objects. */
export function merge(told: RunView, heard: RunView): RunView {
  const tasks: Record<string, TaskRun> = {};
  for (const name of new Set([...Object.keys(told.tasks), ...Object.keys(heard.tasks)])) {
    tasks[name] = mergeTasks(told.tasks[name], heard.tasks[name]) as TaskRun;
  }
  const later = hasEnded(heard.state) && !hasEnded(told.state) ? heard : told;
  return {
    ...told,
    state: later.state,
    ended: later.ended,
    requested: earliest(told.requested, heard.requested),
    tasks,
  };
}

function mergeTasks(told: TaskRun | undefined, heard: TaskRun | undefined): TaskRun | undefined {
  if (told === undefined || heard === undefined || same(told, heard)) return heard ?? told;
  const attempts = new Map(told.attempts.map((one) => [one.number, one]));
  for (const one of heard.attempts) {
    const known = attempts.get(one.number);
    attempts.set(one.number, known ? join(known, one) : one);
  }
  const { why } = told;
  const merged = {
    ...taskRun([...attempts.values()].sort((one, other) => one.number - other.number)),
    ...(why && { why }),
  };
  return same(merged, heard) ? heard : merged;
}

function foldRun(view: RunView, event: RunEvent): RunView {
  const state = RUN[event.type];
  if (state === undefined) return view;
  const at = Date.parse(event.time);
  const told = { input: event.data?.input ?? view.input, trigger: textOr(event.data?.trigger, view.trigger) };
  if (state === "requested") return { ...view, ...told, requested: at };
  if (state === "running") return { ...view, ...told, started: at, state: hasEnded(view.state) ? view.state : state };
  return { ...view, state, ended: at };
}

function textOr(value: Json | undefined, other: string | undefined): string | undefined {
  return typeof value === "string" ? value : other;
}

function foldTask(task: TaskRun | undefined, state: TaskState, event: RunEvent): TaskRun {
  const at = Date.parse(event.time);
  const number = event.attempt ?? 0;
  const started = state === "running" ? at : undefined;
  const heard: Attempt = { number, state, at, asked: at, started, data: event.data ?? {} };
  const known = task?.attempts.find((one) => one.number === number);
  const joined = known ? join(known, heard) : heard;
  if (task && joined === known) return task;
  const attempts = [...(task?.attempts.filter((one) => one.number !== number) ?? []), joined];
  return taskRun(attempts.sort((one, other) => one.number - other.number));
}

export function taskRun(attempts: readonly Attempt[]): TaskRun {
  const counts = attempts.reduce((best, one) => (isFinal(best.state) && !isFinal(one.state) ? best : one));
  const { output, error } = counts.data;
  return {
    state: counts.state,
    attempt: counts.number,
    attempts,
    output: counts.state === "succeeded" ? output : undefined,
    error: isMapping(error) ? error : undefined,
  };
}

function isMapping(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function join(one: Attempt, other: Attempt): Attempt {
  const greater = compare(one, other) >= 0 ? one : other;
  const asked = earliest(one.asked, other.asked);
  const started = earliest(one.started, other.started);
  if (greater === one && asked === one.asked && started === one.started) return one;
  return { ...greater, asked, started };
}

function compare(one: Attempt, other: Attempt): number {
  const rank = TASK_STATES.indexOf(one.state) - TASK_STATES.indexOf(other.state);
  if (rank !== 0) return rank;
  const [mine, theirs] = [one, other].map(({ at, data }) => `${new Date(at).toISOString()} ${canonical(data)}`) as [
    string,
    string,
  ];
  return mine === theirs ? 0 : mine > theirs ? 1 : -1;
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
