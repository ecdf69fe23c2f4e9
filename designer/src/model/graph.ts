/**
 * Who is before whom. Built once for each pipeline that it is asked about; every answer is in an order that the document
 * alone decides, and every walk ends, also in a document with cycles or with edges to tasks that are not there.
 */

import { type Edge, edgesOf, type Pipeline } from "./pipeline.ts";

export interface Graph {
  readonly names: readonly string[];
  readonly incoming: ReadonlyMap<string, readonly Edge[]>;
  readonly outgoing: ReadonlyMap<string, readonly Edge[]>;
}

/** By the tasks and the edges, which are never changed in place: the rest of a pipeline may differ. */
const graphs = new WeakMap<object, WeakMap<object, Graph>>();

export function graphOf(pipeline: Pipeline): Graph {
  const edges = edgesOf(pipeline);
  const ofTasks = graphs.get(pipeline.tasks) ?? new WeakMap<object, Graph>();
  graphs.set(pipeline.tasks, ofTasks);
  const graph = ofTasks.get(edges) ?? build(pipeline);
  ofTasks.set(edges, graph);
  return graph;
}

function build(pipeline: Pipeline): Graph {
  const names = Object.keys(pipeline.tasks);
  const incoming = new Map<string, Edge[]>(names.map((name) => [name, []]));
  const outgoing = new Map<string, Edge[]>(names.map((name) => [name, []]));
  for (const edge of edgesOf(pipeline)) {
    if (!incoming.has(edge.from) || !incoming.has(edge.to)) continue;
    outgoing.get(edge.from)?.push(edge);
    incoming.get(edge.to)?.push(edge);
  }
  return { names, incoming, outgoing };
}

/** The tasks that `from` leads to, itself left out unless it leads back to itself. */
export function downstream(pipeline: Pipeline, ...from: string[]): Set<string> {
  const { outgoing } = graphOf(pipeline);
  return walk(from, (name) => (outgoing.get(name) ?? []).map((edge) => edge.to));
}

/** The tasks that must come before: what an expression may name. */
export function ancestors(pipeline: Pipeline, ...of: string[]): Set<string> {
  const { incoming } = graphOf(pipeline);
  return walk(of, (name) => (incoming.get(name) ?? []).map((edge) => edge.from));
}

function walk(from: readonly string[], next: (name: string) => string[]): Set<string> {
  const found = new Set<string>();
  const waiting = [...from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const one of next(name)) {
      if (!found.has(one)) {
        found.add(one);
        waiting.push(one);
      }
    }
  }
  return found;
}

export function reaches(pipeline: Pipeline, from: string, to: string): boolean {
  return pathBetween(pipeline, from, to) !== undefined;
}

/** A shortest way from one task to another, both included. */
export function pathBetween(pipeline: Pipeline, from: string, to: string): readonly string[] | undefined {
  const { outgoing } = graphOf(pipeline);
  const cameFrom = new Map<string, string>();
  const waiting = [from];
  for (const name of waiting) {
    for (const edge of outgoing.get(name) ?? []) {
      if (edge.to === to) return [...back(cameFrom, from, name), to];
      if (edge.to !== from && !cameFrom.has(edge.to)) {
        cameFrom.set(edge.to, name);
        waiting.push(edge.to);
      }
    }
  }
  return undefined;
}

function back(cameFrom: ReadonlyMap<string, string>, from: string, last: string): string[] {
  const path = [last];
  for (let name = last; name !== from; ) {
    const before = cameFrom.get(name);
    if (before === undefined) break;
    name = before;
    path.unshift(name);
  }
  return path;
}

/** The circle that an edge from one task to another would close: `[from, to, ..., from]`. */
export function cycleWith(pipeline: Pipeline, from: string, to: string): readonly string[] | undefined {
  if (from === to) return [from, from];
  const path = pathBetween(pipeline, to, from);
  return path && [from, ...path];
}

/** One circle from each knot of tasks that wait for each other: `[a, b]` means a -> b -> a. */
export function cycles(pipeline: Pipeline): readonly (readonly string[])[] {
  const { order, left } = sorted(pipeline);
  if (order.length === graphOf(pipeline).names.length) return [];
  const found: (readonly string[])[] = [];
  const told = new Set<string>();
  for (const name of left) {
    if (told.has(name)) continue;
    const path = pathBetween(pipeline, name, name);
    if (path === undefined) continue;
    found.push(path.slice(0, -1));
    told.add(name);
    const after = downstream(pipeline, name);
    for (const one of ancestors(pipeline, name)) if (after.has(one)) told.add(one);
  }
  return found;
}

/** What comes first is first; where no edge decides, the document's order does. What is in a circle comes last. */
export function readingOrder(pipeline: Pipeline): readonly string[] {
  const { order, left } = sorted(pipeline);
  return [...order, ...left];
}

function sorted(pipeline: Pipeline): { order: readonly string[]; left: readonly string[] } {
  const { names, incoming, outgoing } = graphOf(pipeline);
  const place = new Map(names.map((name, at) => [name, at]));
  const waits = new Map(names.map((name) => [name, incoming.get(name)?.length ?? 0]));
  const ready = new Heap(place);
  for (const name of names) if (waits.get(name) === 0) ready.add(name);
  const order: string[] = [];
  for (let name = ready.take(); name !== undefined; name = ready.take()) {
    order.push(name);
    for (const edge of outgoing.get(name) ?? []) {
      const left = (waits.get(edge.to) ?? 0) - 1;
      waits.set(edge.to, left);
      if (left === 0) ready.add(edge.to);
    }
  }
  return { order, left: names.filter((name) => (waits.get(name) ?? 0) > 0) };
}

export function roots(pipeline: Pipeline): readonly string[] {
  const { names, incoming } = graphOf(pipeline);
  return names.filter((name) => incoming.get(name)?.length === 0);
}

/** The first by place in the document is taken first. */
class Heap {
  private readonly items: string[] = [];
  constructor(private readonly place: ReadonlyMap<string, number>) {}

  add(name: string): void {
    const { items } = this;
    let at = items.push(name) - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.before(at, up); up = (at - 1) >> 1) {
      this.swap(at, up);
      at = up;
    }
  }

  take(): string | undefined {
    const { items } = this;
    if (items.length === 0) return undefined;
    this.swap(0, items.length - 1);
    const first = items.pop();
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < items.length && this.before(left, least)) least = left;
      if (right < items.length && this.before(right, least)) least = right;
      if (least === at) return first;
      this.swap(at, least);
      at = least;
    }
  }

  private before(one: number, other: number): boolean {
    return this.placeOf(one) < this.placeOf(other);
  }

  private placeOf(at: number): number {
    return this.place.get(this.items[at] ?? "") ?? 0;
  }

  private swap(one: number, other: number): void {
    const { items } = this;
    [items[one], items[other]] = [items[other] as string, items[one] as string];
  }
}
