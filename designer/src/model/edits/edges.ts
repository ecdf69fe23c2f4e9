/** Edits of edges: connect, change what an edge hears, move an end, remove. An edge is named by its key. */

import { cycleWith } from "../graph.ts";
import {
  type Edge,
  type EdgeKind,
  edgeKey,
  edgesOf,
  type JsonObject,
  kindOf,
  type Pipeline,
  taskOf,
} from "../pipeline.ts";
import { type Edit, isRefusal, type Refusal, refuse, type Sketch, withEdges } from "../plan.ts";
import { NOTHING, selectEdges } from "../selection.ts";
import { words } from "../words.ts";

/** Why there can be no such edge, or nothing. Asked at every move of the pointer while somebody connects. */
export function whyNot(pipeline: Pipeline, edge: Edge): Refusal | undefined {
  for (const end of [edge.from, edge.to]) {
    if (taskOf(pipeline, end) === undefined) return refuse(words.refused.noTask(end));
  }
  if (edge.from === edge.to) return refuse(words.refused.itself(edge.from));
  const key = edgeKey(edge);
  if (edgesOf(pipeline).some((one) => edgeKey(one) === key)) {
    return refuse(words.refused.twice(edge.from, edge.to, kindOf(edge)));
  }
  const cycle = cycleWith(pipeline, edge.from, edge.to);
  return cycle && refuse(words.refused.cycle(cycle));
}

/** An edge as it is written: what is the default is left out. */
export function edge(from: string, to: string, on: EdgeKind = "success", when?: JsonObject): Edge {
  return { from, to, ...(on !== "success" && { on }), ...(when !== undefined && { when }) };
}

export function connect(sketch: Sketch, from: string, to: string, on: EdgeKind = "success", when?: JsonObject): Edit {
  const { pipeline, layout } = sketch;
  const made = edge(from, to, on, when);
  const refused = whyNot(pipeline, made);
  if (refused) return refused;
  return {
    pipeline: withEdges(pipeline, [...edgesOf(pipeline), made]),
    layout,
    label: words.did.connect(from, to, on),
    select: selectEdges(edgeKey(made)),
  };
}

export function setEdgeKind(sketch: Sketch, key: string, on: EdgeKind): Edit {
  return replaceEdge(
    sketch,
    key,
    (old) => edge(old.from, old.to, on, old.when),
    (made) => words.did.changeKind(made.from, made.to, on),
  );
}

/** The condition of an edge; without one it is heard always. */
export function setEdgeCondition(sketch: Sketch, key: string, when: JsonObject | undefined): Edit {
  const edit = replaceEdge(
    sketch,
    key,
    (old) => edge(old.from, old.to, kindOf(old), when),
    (made) => words.did.changeCondition(made.from, made.to),
  );
  return isRefusal(edit) ? edit : { ...edit, burst: `condition ${key.slice(0, key.lastIndexOf(","))}` };
}

/** Take one end of an edge to another task. */
export function moveEdge(sketch: Sketch, key: string, ends: { from?: string; to?: string }): Edit {
  return replaceEdge(
    sketch,
    key,
    (old) => edge(ends.from ?? old.from, ends.to ?? old.to, kindOf(old), old.when),
    (made) => words.did.moveEdge(made.from, made.to),
  );
}

function replaceEdge(sketch: Sketch, key: string, change: (old: Edge) => Edge, label: (made: Edge) => string): Edit {
  const edges = edgesOf(sketch.pipeline);
  const at = edges.findIndex((one) => edgeKey(one) === key);
  const old = edges[at];
  if (old === undefined) return refuse(words.refused.noEdge());
  const made = change(old);
  if (edgeKey(made) === key) return refuse(words.refused.noChange());
  const refused = whyNot(withEdges(sketch.pipeline, edges.toSpliced(at, 1)), made);
  if (refused) return refused;
  return {
    pipeline: withEdges(sketch.pipeline, edges.with(at, made)),
    layout: sketch.layout,
    label: label(made),
    select: selectEdges(edgeKey(made)),
  };
}

export function removeEdges(sketch: Sketch, keys: ReadonlySet<string>): Edit {
  const edges = edgesOf(sketch.pipeline);
  const left = edges.filter((one) => !keys.has(edgeKey(one)));
  if (left.length === edges.length) return refuse(words.refused.noEdge());
  return {
    pipeline: withEdges(sketch.pipeline, left),
    layout: sketch.layout,
    label: words.did.removeEdges(edges.length - left.length),
    select: NOTHING,
  };
}

/** The tasks that an edge of this kind may lead to: what to offer while somebody connects. */
export function targetsFor(pipeline: Pipeline, from: string, on: EdgeKind = "success"): readonly string[] {
  return Object.keys(pipeline.tasks).filter((to) => whyNot(pipeline, edge(from, to, on)) === undefined);
}
