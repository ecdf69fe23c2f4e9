/** Edits of tasks: add, insert on an edge, rename everywhere, duplicate, change fields, move, arrange. */

import { renamedTask } from "../expressions.ts";
import { complete, freePlace, type Layout, NODE, type Point, snapped } from "../layout.ts";
import {
  type Edge,
  type EdgeKind,
  edgeKey,
  edgesOf,
  isName,
  kindOf,
  orderedTask,
  type Pipeline,
  same,
  type Task,
  taskOf,
} from "../pipeline.ts";
import { type Edit, freeName, refuse, rekeyed, type Sketch, withEdges } from "../plan.ts";
import { selectTasks } from "../selection.ts";
import { words } from "../words.ts";
import { edge } from "./edges.ts";

export interface NewTask {
  readonly task: Task;
  /** What to call it, where the name is free; else the name of what it runs, made free. */
  readonly name?: string;
  /** Where its middle stands; else behind the task it is connected to, or below all others. */
  readonly at?: Point;
  readonly after?: { readonly task: string; readonly on?: EdgeKind };
}

export function addTask(sketch: Sketch, { task, name, at, after }: NewTask): Edit {
  const { pipeline } = sketch;
  if ((task.function === undefined) === (task.action === undefined)) return refuse(words.refused.work());
  if (name !== undefined && !isName(name)) return refuse(words.refused.name(name));
  if (name !== undefined && taskOf(pipeline, name) !== undefined) return refuse(words.refused.taken(name));
  if (after && taskOf(pipeline, after.task) === undefined) return refuse(words.refused.noTask(after.task));
  const made = name ?? nameFor(pipeline, task);
  const tasks = { ...pipeline.tasks, [made]: orderedTask(task) };
  const edges = after ? [...edgesOf(pipeline), edge(after.task, made, after.on)] : edgesOf(pipeline);
  const next = withEdges({ ...pipeline, tasks }, edges);
  return {
    pipeline: next,
    layout: placed(next, sketch.layout, made, at),
    label: after ? words.did.addAndConnect(made, after.task) : words.did.add(made),
    select: selectTasks(made),
  };
}

function placed(pipeline: Pipeline, layout: Layout, name: string, at: Point | undefined): Layout {
  if (at === undefined) return complete(pipeline, layout);
  const corner = snapped({ x: at.x - NODE.width / 2, y: at.y - NODE.height / 2 });
  return { ...layout, [name]: freePlace(layout, corner) };
}

/** After what it runs: `resize`; `copy` for the action s3.copy. */
export function nameFor(pipeline: Pipeline, task: Task): string {
  const work = task.function ?? task.action?.split(".").at(-1) ?? "task";
  return freeName(work, (name) => taskOf(pipeline, name) !== undefined);
}

/** Put a task into an edge: what came over it now comes to the task, and its success goes on to the old target. */
export function insertTask(sketch: Sketch, key: string, { task, name, at }: NewTask): Edit {
  const old = edgesOf(sketch.pipeline).find((one) => edgeKey(one) === key);
  if (old === undefined) return refuse(words.refused.noEdge());
  const added = addTask(sketch, { task, ...(name !== undefined && { name }), ...(at && { at }) });
  if ("refused" in added) return added;
  const made = [...(added.select?.tasks ?? [])][0] as string;
  return { ...added, ...insertedInto(added, old, made), label: words.did.insert(made) };
}

/** The same with a task that is there already: dropped on an edge. It must not be connected to what it is put between. */
export function insertExisting(sketch: Sketch, key: string, name: string): Edit {
  const { pipeline } = sketch;
  const old = edgesOf(pipeline).find((one) => edgeKey(one) === key);
  if (old === undefined) return refuse(words.refused.noEdge());
  if (taskOf(pipeline, name) === undefined) return refuse(words.refused.noTask(name));
  if (name === old.from || name === old.to) return refuse(words.refused.itself(name));
  if (edgesOf(pipeline).some((one) => one.from === name || one.to === name)) {
    return refuse(words.refused.connected(name));
  }
  return { ...insertedInto(sketch, old, name), label: words.did.insert(name), select: selectTasks(name) };
}

function insertedInto(sketch: Sketch, old: Edge, name: string): Sketch {
  const edges = edgesOf(sketch.pipeline).flatMap((one) =>
    edgeKey(one) === edgeKey(old) ? [edge(old.from, name, kindOf(old), old.when), edge(name, old.to)] : [one],
  );
  const pipeline = withEdges(sketch.pipeline, edges);
  return { pipeline, layout: complete(pipeline, sketch.layout) };
}

/** In its edges and in every expression that reads it, too. */
export function renameTask(sketch: Sketch, from: string, to: string): Edit {
  const { pipeline, layout } = sketch;
  if (taskOf(pipeline, from) === undefined) return refuse(words.refused.noTask(from));
  if (from === to) return refuse(words.refused.noChange());
  if (!isName(to)) return refuse(words.refused.name(to));
  if (taskOf(pipeline, to) !== undefined) return refuse(words.refused.taken(to));
  const names = new Map([[from, to]]);
  const tasks = rekeyed(pipeline.tasks, names);
  return {
    pipeline: withEdges(
      {
        ...pipeline,
        tasks: Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, renamedTask(task, names)])),
      },
      pipeline.edges?.map((one) => renamedEdge(one, names)),
    ),
    layout: rekeyed(layout, names),
    label: words.did.rename(from, to),
    select: selectTasks(to),
  };
}

export function renamedEdge(one: Edge, names: ReadonlyMap<string, string>): Edge {
  const [from, to] = [names.get(one.from) ?? one.from, names.get(one.to) ?? one.to];
  return from === one.from && to === one.to ? one : { ...one, from, to };
}

export type TaskFields = { readonly [Field in keyof Task]?: Task[Field] | undefined };

/** Change fields of tasks, of each as it is; what is given as undefined is taken away. */
export function setTasks(
  sketch: Sketch,
  names: readonly string[],
  fields: TaskFields | ((task: Task) => TaskFields),
): Edit {
  const { pipeline, layout } = sketch;
  const changed: Record<string, Task> = {};
  const set = new Set<string>();
  for (const name of names) {
    const task = taskOf(pipeline, name);
    if (task === undefined) return refuse(words.refused.noTask(name));
    const mine = typeof fields === "function" ? fields(task) : fields;
    for (const field of Object.keys(mine)) set.add(field);
    const next = withFields(task, mine);
    if ((next.function === undefined) === (next.action === undefined)) return refuse(words.refused.work());
    if (!same(task, next)) changed[name] = next;
  }
  const touched = Object.keys(changed);
  if (touched.length === 0) return refuse(words.refused.noChange());
  const which = [...set].join(", ");
  return {
    pipeline: { ...pipeline, tasks: { ...pipeline.tasks, ...changed } },
    layout,
    label: touched.length === 1 ? words.did.setTask(touched[0] as string, which) : words.did.setTasks(touched, which),
    burst: `task ${touched.join(" ")} ${which}`,
  };
}

export function setTask(sketch: Sketch, name: string, fields: TaskFields): Edit {
  return setTasks(sketch, [name], fields);
}

function withFields(task: Task, fields: TaskFields): Task {
  const next: Record<string, unknown> = { ...task, ...fields };
  for (const [field, value] of Object.entries(next)) if (value === undefined) delete next[field];
  const isNew = Object.keys(next).some((field) => !Object.hasOwn(task, field));
  return (isNew ? orderedTask(next) : next) as Task;
}

/** Only the drawing changes. Moves by arrow keys in a burst are undone together. */
export function moveTasks(sketch: Sketch, to: Layout): Edit {
  const names = Object.keys(to).filter((name) => taskOf(sketch.pipeline, name) && !same(sketch.layout[name], to[name]));
  if (names.length === 0) return refuse(words.refused.noChange());
  return {
    pipeline: sketch.pipeline,
    layout: { ...sketch.layout, ...Object.fromEntries(names.map((name) => [name, to[name] as Point])) },
    label: words.did.move(names),
    burst: `move ${names.join(" ")}`,
  };
}

/** Put every task where a layout, worked out here or in the worker, has it. */
export function arrangeTasks(sketch: Sketch, layout: Layout): Edit {
  const next = complete(sketch.pipeline, layout);
  if (same(next, sketch.layout)) return refuse(words.refused.noChange());
  return { pipeline: sketch.pipeline, layout: next, label: words.did.arrange() };
}
