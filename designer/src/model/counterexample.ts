/**
 * A counterexample, as something that can be drawn and told: which tasks and edges it is about, and what happens in each case.
 * The server names edges by their id; here they go by their key.
 */

import { keysById } from "./edge_id.ts";
import { type Edge, edgeKey, edgesOf, type Pipeline } from "./pipeline.ts";
import type { Case, Counterexample } from "./problems.ts";

export interface Lit {
  readonly tasks: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

/** The circle, or the way of one case along which the task is never reached. */
export function litBy(pipeline: Pipeline, shown: Counterexample, at = 0): Lit {
  const ids = shown.cycle.length > 0 ? shown.cycle : (shown.cases[at]?.path ?? []);
  const edges = edgesIn(pipeline, ids);
  const tasks = new Set([shown.task, ...edges.flatMap((one) => [one.from, one.to])]);
  return { tasks, edges: new Set(edges.map(edgeKey)) };
}

/** The edges of these ids, as far as they are still there. */
export function edgesIn(pipeline: Pipeline, ids: readonly string[]): readonly Edge[] {
  const keys = keysById(pipeline);
  const byKey = new Map(edgesOf(pipeline).map((one) => [edgeKey(one), one]));
  return ids.flatMap((id) => byKey.get(keys.get(id) ?? "") ?? []);
}

/** The outcomes that matter for a case: of the tasks at the ends of its dead edges, and of those before its way. */
export function tellingOutcomes(pipeline: Pipeline, one: Case, task: string): readonly (readonly [string, string])[] {
  const told = new Set([...edgesIn(pipeline, one.dead), ...edgesIn(pipeline, one.path)].map((edge) => edge.from));
  const all = Object.entries(one.outcomes).filter(([name]) => name !== task);
  const some = all.filter(([name]) => told.has(name));
  return some.length > 0 ? some : all;
}
