/**
 * What is wrong with a pipeline and can be seen at once, while somebody draws: names, ends of edges, circles, joins that
 * cannot open, what expressions read. The codes and paths are the server's (`schemas/problem.py`), whose check is the only
 * authority when it is published and which finds much more.
 */

import { ancestry } from "./ancestry.ts";
import { type Misspelled, type Read, readsOf, templatesOf } from "./expressions.ts";
import { cycles, downstream, graphOf } from "./graph.ts";
import {
  type Edge,
  edgeKey,
  edgesOf,
  isName,
  joinOf,
  kindOf,
  type Path,
  type Pipeline,
  type Task,
  triggersOf,
} from "./pipeline.ts";
import { readTask, rootOf } from "./references.ts";
import { words } from "./words.ts";

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly path: Path;
  readonly severity: "error" | "warning";
  /** Where in the text, as the server tells it: lines and columns count from 1. */
  readonly place?: Place;
  /** How it comes about, where the server shows it. */
  readonly counterexample?: Counterexample;
}

export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A task that can never run, or a circle: as `handlers/counterexample.py` tells it. Edges go by their id. */
export interface Counterexample {
  readonly task: string;
  readonly cases: readonly Case[];
  readonly cycle: readonly string[];
}

export interface Case {
  readonly outcomes: Readonly<Record<string, string>>;
  readonly live: readonly string[];
  readonly dead: readonly string[];
  /** The edges along which it does not come about, the last one into the task. */
  readonly path: readonly string[];
}

export function problemsIn(pipeline: Pipeline): readonly Problem[] {
  const knots = cycles(pipeline);
  return [
    ...emptiness(pipeline),
    ...taskShapes(pipeline),
    ...triggerShapes(pipeline),
    ...edgeEnds(pipeline),
    ...circles(pipeline, knots),
    ...joins(pipeline),
    ...readings(pipeline, knots.length > 0),
  ];
}

/** What on the canvas a problem belongs to. */
export type Subject =
  | { readonly kind: "task" | "trigger"; readonly name: string }
  | { readonly kind: "edge"; readonly key: string }
  | { readonly kind: "pipeline" };

export function subjectOf(pipeline: Pipeline, path: Path): Subject {
  const [part, which] = path;
  if (part === "tasks" && which !== undefined) return { kind: "task", name: String(which) };
  if (part === "triggers" && which !== undefined) return { kind: "trigger", name: String(which) };
  const edge = part === "edges" ? edgesOf(pipeline)[Number(which)] : undefined;
  return edge ? { kind: "edge", key: edgeKey(edge) } : { kind: "pipeline" };
}

type Told = readonly [message: string, advice: string];

function problem(code: string, path: Path, [message, advice]: Told, severity: Problem["severity"] = "error"): Problem {
  return { code, message, advice, path, severity };
}

function* emptiness(pipeline: Pipeline): Generator<Problem> {
  if (graphOf(pipeline).names.length === 0) yield problem("bad-value", ["tasks"], words.problem.noTasks());
}

function* taskShapes(pipeline: Pipeline): Generator<Problem> {
  for (const [name, task] of Object.entries(pipeline.tasks)) {
    const path = ["tasks", name];
    if (!isName(name)) yield problem("bad-name", path, words.problem.badName(name));
    if (((task.function ?? null) === null) === ((task.action ?? null) === null)) {
      yield problem("bad-value", path, words.problem.work(name));
    }
  }
}

function* triggerShapes(pipeline: Pipeline): Generator<Problem> {
  for (const [name, { input: _input, key: _key, ...sources }] of Object.entries(triggersOf(pipeline))) {
    if (!isName(name)) yield problem("bad-name", ["triggers", name], words.problem.badName(name));
    const count = Object.values(sources).filter((source) => source !== undefined && source !== null).length;
    if (count !== 1) yield problem("bad-value", ["triggers", name], words.problem.source(name, count));
  }
}

function* edgeEnds(pipeline: Pipeline): Generator<Problem> {
  const seen = new Set<string>();
  for (const [at, edge] of edgesOf(pipeline).entries()) {
    for (const end of ["from", "to"] as const) {
      if (!Object.hasOwn(pipeline.tasks, edge[end])) {
        yield problem("unknown-task", ["edges", at, end], words.problem.unknownTask(edge[end]));
      }
    }
    if (edge.from === edge.to) yield problem("self-edge", ["edges", at], words.problem.selfEdge(edge.from));
    if (seen.has(edgeKey(edge))) {
      yield problem("duplicate-edge", ["edges", at], words.problem.duplicateEdge(edge.from, edge.to));
    }
    seen.add(edgeKey(edge));
  }
}

function* circles(pipeline: Pipeline, knots: readonly (readonly string[])[]): Generator<Problem> {
  const inside = new Set<string>();
  for (const knot of knots) {
    for (const name of knot) inside.add(name);
    if (knot.length < 2) continue;
    const [first, last] = [knot[0] as string, knot.at(-1) as string];
    const at = edgesOf(pipeline).findIndex((edge) => edge.from === last && edge.to === first);
    yield problem("cycle", ["edges", at], words.problem.cycle([...knot, first]));
  }
  if (inside.size === 0) return;
  const { incoming } = graphOf(pipeline);
  // Behind a circle a task can still run where its join takes another way: only what has no other way is told.
  const stuck = new Set([...downstream(pipeline, ...inside)]);
  for (const name of stuck) {
    const edges = incoming.get(name) ?? [];
    const isLost = !inside.has(name) && edges.every((edge) => stuck.has(edge.from) || inside.has(edge.from));
    if (isLost) yield problem("unreachable-task", ["tasks", name], words.problem.unreachable(name));
  }
}

function* joins(pipeline: Pipeline): Generator<Problem> {
  const { names, incoming } = graphOf(pipeline);
  for (const name of names) {
    const edges = incoming.get(name) ?? [];
    const join = joinOf(pipeline.tasks[name]);
    if (edges.length === 0 || join === "any" || join === "settled") continue;
    const needed = join === "all" || join === null ? edges.length : join.at_least;
    const most = mostAtOnce(edges);
    if (needed <= most.live) continue;
    const told =
      needed > edges.length || most.torn === undefined
        ? words.problem.tooMany(name, needed, most.live)
        : words.problem.contradicting(name, most.torn);
    const path = pipeline.tasks[name]?.join === undefined ? ["tasks", name] : ["tasks", name, "join"];
    yield problem("join-never-opens", path, told);
  }
}

/** Nobody both succeeds and fails: of the edges out of one task, those for one end are live. */
function mostAtOnce(edges: readonly Edge[]): { live: number; torn: string | undefined } {
  const ends = new Map<string, { success: number; failure: number; completion: number }>();
  for (const edge of edges) {
    const count = ends.get(edge.from) ?? { success: 0, failure: 0, completion: 0 };
    count[kindOf(edge)] += 1;
    ends.set(edge.from, count);
  }
  let live = 0;
  let torn: string | undefined;
  for (const [from, { success, failure, completion }] of ends) {
    live += completion + Math.max(success, failure);
    if (success > 0 && failure > 0) torn ??= from;
  }
  return { live, torn };
}

interface Readings {
  readonly where: Path;
  readonly reads: readonly Read[];
  readonly misspelled: readonly Misspelled[];
}
const readingsOf = new WeakMap<Task, readonly Readings[]>();

function readingsIn(task: Task): readonly Readings[] {
  const found = readingsOf.get(task) ?? templatesOf(task).map(([where, value]) => ({ where, ...readsOf(value) }));
  readingsOf.set(task, found);
  return found;
}

const ROOTS = ["input", "tasks", "run", "trigger", "item", "secrets", "variables"];

function* readings(pipeline: Pipeline, hasCircle: boolean): Generator<Problem> {
  const comesBefore = ancestry(pipeline);
  for (const [name, task] of Object.entries(pipeline.tasks)) {
    for (const { where, reads, misspelled } of readingsIn(task)) {
      const path = (inside: Path) => ["tasks", name, ...where, ...inside];
      for (const one of misspelled)
        yield problem("bad-expression", path(one.where), words.problem.misread(one.misread));
      for (const { reference, where: inside } of reads) {
        const root = rootOf(reference);
        const other = readTask(reference)?.name as string | undefined;
        if (!ROOTS.includes(root)) yield problem("unknown-name", path(inside), words.problem.noRoot(root));
        else if (root === "item" && (!task.for_each || where[0] === "for_each")) {
          yield problem("unknown-name", path(inside), words.problem.noItem(name));
        } else if (other !== undefined && !Object.hasOwn(pipeline.tasks, other)) {
          yield problem("unknown-task", path(inside), words.problem.noSuchTask(other));
        } else if (other !== undefined && !hasCircle && !comesBefore(other, name)) {
          yield problem("not-an-ancestor", path(inside), words.problem.notAncestor(name, other));
        }
      }
    }
  }
}
