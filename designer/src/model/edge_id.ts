/**
 * An edge's id, by which the server's answers name it (runs, simulations, counterexamples). Here edges go by their key; this
 * finds the one from the other. (A number like `1.0` in a condition is told from `1` there and not here: such an edge is not found.)
 */

import { type Edge, edgeKey, edgesOf, type Json, kindOf, type Pipeline } from "./pipeline.ts";
import { sha256 } from "./sha256.ts";

const ids = new WeakMap<Edge, string>();

export function edgeId(edge: Edge): string {
  const known = ids.get(edge);
  if (known !== undefined) return known;
  const id = sha256(JSON.stringify([edge.from, edge.to, kindOf(edge), (edge.when ?? null) as Json])).slice(0, 12);
  ids.set(edge, id);
  return id;
}

const byId = new WeakMap<object, ReadonlyMap<string, string>>();

/** The key of each edge of a pipeline, by its id. */
export function keysById(pipeline: Pipeline): ReadonlyMap<string, string> {
  const edges = edgesOf(pipeline);
  const found = byId.get(edges) ?? new Map(edges.map((edge) => [edgeId(edge), edgeKey(edge)]));
  byId.set(edges, found);
  return found;
}
