/** Edits that take away: the selection with all edges at its tasks, or a task with what was around it connected again. */

import { cycleWith } from "../graph.ts";
import { type Edge, edgeKey, edgesOf, kindOf, type Pipeline, taskOf } from "../pipeline.ts";
import { type Edit, refuse, type Sketch, withEdges, without } from "../plan.ts";
import { isEmpty, NOTHING, remaining, type Selection } from "../selection.ts";
import { words } from "../words.ts";
import { edge, removeEdges } from "./edges.ts";

/** What is selected, and every edge at a task that goes. What reads a task that is gone is told as a problem, not changed. */
export function remove(sketch: Sketch, selection: Selection): Edit {
  const gone = remaining(sketch.pipeline, selection);
  if (isEmpty(gone)) return refuse(words.refused.nothing());
  if (gone.tasks.size === 0) return removeEdges(sketch, gone.edges);
  const edges = edgesOf(sketch.pipeline).filter((one) => !touches(one, gone.tasks) && !gone.edges.has(edgeKey(one)));
  const lost = edgesOf(sketch.pipeline).filter(
    (one) => !touches(one, gone.tasks) && gone.edges.has(edgeKey(one)),
  ).length;
  const names = [...gone.tasks];
  return {
    pipeline: withEdges({ ...sketch.pipeline, tasks: without(sketch.pipeline.tasks, gone.tasks) }, edges),
    layout: without(sketch.layout, gone.tasks),
    label: lost > 0 ? words.did.removeBoth(names, lost) : words.did.removeTasks(names),
    select: NOTHING,
  };
}

function touches(one: Edge, names: ReadonlySet<string>): boolean {
  return names.has(one.from) || names.has(one.to);
}

/**
 * Remove tasks and connect each that came before with each that came after. The new edge hears what the edge in heard, under
 * its condition: the task that is gone let everything through.
 */
export function removeAndReconnect(sketch: Sketch, names: ReadonlySet<string>): Edit {
  const gone = [...names].filter((name) => taskOf(sketch.pipeline, name) !== undefined);
  if (gone.length === 0) return refuse(words.refused.nothing());
  let pipeline = sketch.pipeline;
  for (const name of gone) pipeline = reconnected(pipeline, name);
  return { pipeline, layout: without(sketch.layout, new Set(gone)), label: words.did.reconnect(gone), select: NOTHING };
}

function reconnected(pipeline: Pipeline, name: string): Pipeline {
  const edges = edgesOf(pipeline);
  const around = edges.filter((one) => one.from !== name && one.to !== name);
  const known = new Set(around.map(edgeKey));
  const after = edges.filter((one) => one.from === name && one.to !== name);
  const made: Edge[] = [];
  for (const before of edges.filter((one) => one.to === name && one.from !== name)) {
    for (const { to } of after) {
      const bridge = edge(before.from, to, kindOf(before), before.when);
      if (to === before.from || known.has(edgeKey(bridge))) continue;
      known.add(edgeKey(bridge));
      made.push(bridge);
    }
  }
  const left = withEdges({ ...pipeline, tasks: without(pipeline.tasks, new Set([name])) }, around);
  // In a document with a circle through the task a bridge might close another one.
  return withEdges(left, [
    ...around,
    ...made.filter((bridge) => cycleWith(left, bridge.from, bridge.to) === undefined),
  ]);
}
