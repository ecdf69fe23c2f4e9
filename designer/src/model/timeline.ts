/**
 * A run over time: a bar for each attempt of each task, in the order the tasks are read, and which edges carried something.
 *
 * The rows are planned by the pipeline alone; times only stretch the bars. Where a start was not announced it is put where the
 * task could begin at the earliest, and the bar says that it is a guess.
 */

import { graphOf, readingOrder } from "./graph.ts";
import { type Edge, edgeKey, edgesOf, joinOf, kindOf, type Pipeline } from "./pipeline.ts";
import { type Attempt, isFinal, type RunView, type TaskState } from "./run.ts";

export interface Bar {
  readonly task: string;
  readonly attempt: number;
  readonly state: TaskState;
  readonly from: number;
  /** Absent while it goes on. */
  readonly to: number | undefined;
  readonly isGuess: boolean;
}

export interface Row {
  readonly task: string;
  readonly bars: readonly Bar[];
}

export function timeline(pipeline: Pipeline, view: RunView): readonly Row[] {
  const known = readingOrder(pipeline);
  const grown = Object.keys(view.tasks).filter((name) => !Object.hasOwn(pipeline.tasks, name));
  return [...known, ...grown].map((task) => ({ task, bars: barsOf(pipeline, view, task) }));
}

function barsOf(pipeline: Pipeline, view: RunView, task: string): readonly Bar[] {
  const run = view.tasks[task];
  if (run === undefined) return [];
  const bars: Bar[] = [];
  for (const attempt of run.attempts) {
    if (attempt.state === "skipped" || attempt.state === "pending") continue;
    const start = startOf(pipeline, view, task, attempt, bars.at(-1));
    const from = Math.min(start.at, attempt.at);
    const isOver = isFinal(attempt.state) || attempt.state === "retrying" || view.ended !== undefined;
    const to = isFinal(attempt.state) || attempt.state === "retrying" ? attempt.at : isOver ? view.ended : undefined;
    bars.push({ task, attempt: attempt.number, state: attempt.state, from, to, isGuess: start.isGuess });
  }
  return bars;
}

function startOf(
  pipeline: Pipeline,
  view: RunView,
  task: string,
  attempt: Attempt,
  before: Bar | undefined,
): { at: number; isGuess: boolean } {
  if (attempt.started !== undefined) return { at: attempt.started, isGuess: false };
  if (attempt.asked !== undefined && attempt.asked < attempt.at) return { at: attempt.asked, isGuess: true };
  if (before?.to !== undefined) return { at: before.to, isGuess: true };
  return { at: openedAt(pipeline, view, task) ?? view.started ?? attempt.at, isGuess: true };
}

/** When the gate of a task opened: with the last edge it needed. */
function openedAt(pipeline: Pipeline, view: RunView, task: string): number | undefined {
  const edges = graphOf(pipeline).incoming.get(task) ?? [];
  const times = edges
    .filter((edge) => mayBeLive(view, edge))
    .map((edge) => settledAt(view, edge.from))
    .filter((time) => time !== undefined)
    .sort((one, other) => one - other);
  const join = joinOf(pipeline.tasks[task]);
  const needed = join === "any" ? 1 : typeof join === "object" && join !== null ? join.at_least : times.length;
  return times[Math.min(needed, times.length) - 1];
}

function settledAt(view: RunView, task: string): number | undefined {
  const run = view.tasks[task];
  const attempt = run?.attempts.find((one) => one.number === run.attempt);
  return attempt && isFinal(attempt.state) ? attempt.at : undefined;
}

function mayBeLive(view: RunView, edge: Edge): boolean {
  const state = view.tasks[edge.from]?.state;
  const on = kindOf(edge);
  return (state === "succeeded" && on !== "failure") || (state === "failed" && on !== "success");
}

/** `live`: it carried the outcome. `dead`: it will not. `unsure`: its condition decides, and nothing shows yet which way. */
export type EdgeState = "undecided" | "live" | "dead" | "unsure";

export function edgeStates(pipeline: Pipeline, view: RunView): ReadonlyMap<string, EdgeState> {
  return new Map(edgesOf(pipeline).map((edge) => [edgeKey(edge), edgeState(pipeline, view, edge)]));
}

function edgeState(pipeline: Pipeline, view: RunView, edge: Edge): EdgeState {
  const told = view.live?.[edgeKey(edge)];
  if (told !== undefined) return told ? "live" : "dead";
  const from = view.tasks[edge.from]?.state;
  if (from === undefined || !isFinal(from)) return "undecided";
  if (!mayBeLive(view, edge)) return "dead";
  if (!edge.when) return "live";
  const target = view.tasks[edge.to]?.state;
  const edges = graphOf(pipeline).incoming.get(edge.to) ?? [];
  const decides = edges.length === 1 || joinOf(pipeline.tasks[edge.to]) === "all";
  if (target === undefined || target === "pending" || !decides) return "unsure";
  if (target !== "skipped") return "live";
  return edges.length === 1 ? "dead" : "unsure";
}
