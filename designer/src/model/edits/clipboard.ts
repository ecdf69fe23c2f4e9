/**
 * Copy, paste and duplicate. The clipboard holds YAML that reads as a part of a pipeline: tasks, the edges among them, and
 * where they stood, so that it can be pasted into another tab, another pipeline or an editor. Copying and pasting ask for
 * `loadYaml()` first.
 */

import { renamedTask } from "../expressions.ts";
import { freePlace, GRID, type Layout, type Point } from "../layout.ts";
import { type Edge, edgeKey, edgesOf, type Json, type Pipeline, type Task } from "../pipeline.ts";
import { type Edit, freeName, refuse, type Sketch, withEdges } from "../plan.ts";
import { type Selection, selectTasks } from "../selection.ts";
import { words } from "../words.ts";
import { yaml } from "../yaml.ts";
import { renamedEdge } from "./tasks.ts";

interface Clip {
  readonly tasks: Readonly<Record<string, Task>>;
  readonly edges: readonly Edge[];
  readonly layout: Layout;
}

const MARK = "# layout: ";

/** The selected tasks and the edges among them, as text; nothing when no task is selected. */
export function copy(sketch: Sketch, selection: Selection): string | undefined {
  const clip = clipOf(sketch, selection.tasks);
  if (Object.keys(clip.tasks).length === 0) return undefined;
  const parts = [yaml().blockPair("tasks", clip.tasks as unknown as Json, 0, true)];
  if (clip.edges.length > 0) parts.push(yaml().blockPair("edges", clip.edges as unknown as Json, 0, true));
  parts.push(MARK + JSON.stringify(clip.layout));
  return `${parts.join("\n")}\n`;
}

function clipOf({ pipeline, layout }: Sketch, names: ReadonlySet<string>): Clip {
  const kept = Object.entries(pipeline.tasks).filter(([name]) => names.has(name));
  return {
    tasks: Object.fromEntries(kept),
    edges: edgesOf(pipeline).filter((one) => names.has(one.from) && names.has(one.to)),
    layout: Object.fromEntries(kept.flatMap(([name]) => (layout[name] ? [[name, layout[name]]] : []))),
  };
}

/** Is there something to paste? */
export function readClip(text: string): boolean {
  return clipIn(text) !== undefined;
}

function clipIn(text: string): Clip | undefined {
  const head = /^project:/m.test(text) ? "" : "project: p\npipeline: p\n";
  const { pipeline } = yaml().read(head + text);
  if (pipeline === undefined || Object.keys(pipeline.tasks).length === 0) return undefined;
  const known = (name: string) => Object.hasOwn(pipeline.tasks, name);
  const edges = edgesOf(pipeline).filter((one) => known(one.from) && known(one.to) && one.from !== one.to);
  return { tasks: pipeline.tasks, edges, layout: layoutIn(text, known) };
}

function layoutIn(text: string, known: (name: string) => boolean): Layout {
  const line = text.split("\n").find((one) => one.startsWith(MARK));
  const value = line && parsed(line.slice(MARK.length));
  if (typeof value !== "object" || value === null) return {};
  const points = Object.entries(value as Record<string, Partial<Point> | null>).filter(
    ([name, point]) => known(name) && Number.isFinite(point?.x) && Number.isFinite(point?.y),
  );
  return Object.fromEntries(points.map(([name, point]) => [name, { x: Number(point?.x), y: Number(point?.y) }]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** With new names where theirs are taken, also in their edges and in what they read of each other. */
export function paste(sketch: Sketch, text: string, at?: Point): Edit {
  const clip = clipIn(text);
  if (clip === undefined) return refuse(words.refused.clipboard());
  return put(sketch, clip, at, words.did.paste);
}

export function duplicate(sketch: Sketch, selection: Selection): Edit {
  const clip = clipOf(sketch, selection.tasks);
  if (Object.keys(clip.tasks).length === 0) return refuse(words.refused.nothing());
  return put(sketch, clip, undefined, words.did.duplicate);
}

function put(sketch: Sketch, clip: Clip, at: Point | undefined, label: (names: string[]) => string): Edit {
  const { pipeline } = sketch;
  const names = new Map<string, string>();
  const taken = new Set([...Object.keys(pipeline.tasks), ...Object.keys(clip.tasks)]);
  for (const name of Object.keys(clip.tasks)) {
    const free = Object.hasOwn(pipeline.tasks, name) ? freeName(name, (one) => taken.has(one)) : name;
    taken.add(free);
    names.set(name, free);
  }
  const changed = new Map([...names].filter(([was, now]) => was !== now));
  const tasks: Record<string, Task> = { ...pipeline.tasks };
  for (const [name, task] of Object.entries(clip.tasks)) tasks[names.get(name) as string] = renamedTask(task, changed);
  const edges = [...edgesOf(pipeline), ...acyclic(clip, names)];
  const made = [...names.values()];
  return {
    pipeline: withEdges({ ...pipeline, tasks }, edges),
    layout: layoutFor(sketch, clip, names, at),
    label: label(made),
    select: selectTasks(...made),
  };
}

/** Text from elsewhere may hold circles and doubles: an edge that would close one stays behind. */
function acyclic(clip: Clip, names: ReadonlyMap<string, string>): readonly Edge[] {
  const kept: Edge[] = [];
  const keys = new Set<string>();
  const after = new Map<string, Set<string>>();
  for (const one of clip.edges) {
    if (keys.has(edgeKey(one)) || leadsTo(after, one.to, one.from)) continue;
    keys.add(edgeKey(one));
    after.set(one.from, (after.get(one.from) ?? new Set()).add(one.to));
    kept.push(renamedEdge(one, names));
  }
  return kept;
}

function leadsTo(after: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const found = new Set([from]);
  for (const name of found) for (const next of after.get(name) ?? []) found.add(next);
  return found.has(to);
}

/** In the shape they had, at the pointer or a step beside where they stood, where nothing else stands. */
function layoutFor(sketch: Sketch, clip: Clip, names: ReadonlyMap<string, string>, at: Point | undefined): Layout {
  const points = Object.values(clip.layout);
  const corner = { x: Math.min(...points.map(({ x }) => x)), y: Math.min(...points.map(({ y }) => y)) };
  const shift = at && points.length > 0 ? { x: at.x - corner.x, y: at.y - corner.y } : { x: 2 * GRID, y: 2 * GRID };
  const next: Record<string, Point> = { ...sketch.layout };
  const shapeOf = (pipeline: Pipeline) => Object.keys(pipeline.tasks).length;
  for (const [name, made] of names) {
    const was = clip.layout[name] ?? at ?? { x: 0, y: GRID * shapeOf(sketch.pipeline) };
    next[made] = freePlace(next, {
      x: was.x + (clip.layout[name] ? shift.x : 0),
      y: was.y + (clip.layout[name] ? shift.y : 0),
    });
  }
  return next;
}
