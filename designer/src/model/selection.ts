/** What is selected: tasks by name, edges by key. Never more than there is; triggers and the pipeline are opened, not selected. */

import { downstream, ancestors as upstream } from "./graph.ts";
import { edgeKey, edgesOf, type Pipeline } from "./pipeline.ts";

export interface Selection {
  readonly tasks: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

export const NOTHING: Selection = { tasks: new Set(), edges: new Set() };

export function selectTasks(...names: string[]): Selection {
  return names.length === 0 ? NOTHING : { tasks: new Set(names), edges: new Set() };
}

export function selectEdges(...keys: string[]): Selection {
  return keys.length === 0 ? NOTHING : { tasks: new Set(), edges: new Set(keys) };
}

export function isEmpty(selection: Selection): boolean {
  return selection.tasks.size === 0 && selection.edges.size === 0;
}

/** The one task that is selected, when nothing else is. */
export function onlyTask(selection: Selection): string | undefined {
  return selection.tasks.size === 1 && selection.edges.size === 0 ? [...selection.tasks][0] : undefined;
}

export function onlyEdge(selection: Selection): string | undefined {
  return selection.edges.size === 1 && selection.tasks.size === 0 ? [...selection.edges][0] : undefined;
}

export function toggleTask(selection: Selection, name: string): Selection {
  return { ...selection, tasks: toggled(selection.tasks, name) };
}

export function toggleEdge(selection: Selection, key: string): Selection {
  return { ...selection, edges: toggled(selection.edges, key) };
}

function toggled(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}

export function selectAll(pipeline: Pipeline): Selection {
  return { tasks: new Set(Object.keys(pipeline.tasks)), edges: new Set(edgesOf(pipeline).map(edgeKey)) };
}

export function selectUpstream(pipeline: Pipeline, selection: Selection): Selection {
  return { tasks: new Set([...selection.tasks, ...upstream(pipeline, ...selection.tasks)]), edges: new Set() };
}

export function selectDownstream(pipeline: Pipeline, selection: Selection): Selection {
  return { tasks: new Set([...selection.tasks, ...downstream(pipeline, ...selection.tasks)]), edges: new Set() };
}

/** What of it is still there. The same object when all is. */
export function remaining(pipeline: Pipeline, selection: Selection): Selection {
  if (isEmpty(selection)) return selection;
  const tasks = [...selection.tasks].filter((name) => Object.hasOwn(pipeline.tasks, name));
  const keys = selection.edges.size === 0 ? new Set<string>() : new Set(edgesOf(pipeline).map(edgeKey));
  const edges = [...selection.edges].filter((key) => keys.has(key));
  if (tasks.length === selection.tasks.size && edges.length === selection.edges.size) return selection;
  return { tasks: new Set(tasks), edges: new Set(edges) };
}
