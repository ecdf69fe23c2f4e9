/**
 * Two drawings of one pipeline as one: what came, what went and what changed, each where it stands or stood. What is drawn is the
 * later one, with what went still in its place.
 */

import { type Difference, difference } from "./diff.ts";
import { complete, type Layout } from "./layout.ts";
import { edgeKey, edgesOf, type Pipeline, type Task } from "./pipeline.ts";
import type { Point } from "./place.ts";
import { plainly } from "./plainly.ts";

export type Mark = "added" | "removed" | "changed";

export interface Marks {
  readonly tasks: ReadonlyMap<string, Mark>;
  /** By edge key. */
  readonly edges: ReadonlyMap<string, Mark>;
}

export interface Drawn {
  readonly pipeline: Pipeline;
  readonly layout: Layout;
}

export interface Merged extends Drawn {
  readonly marks: Marks;
  readonly difference: Difference;
}

export function merged(before: Drawn, after: Drawn): Merged {
  const told = difference(plainly(before.pipeline), plainly(after.pipeline));
  const gone = told.tasks.removed.map((name) => [name, before.pipeline.tasks[name] as Task] as const);
  const pipeline: Pipeline = {
    ...after.pipeline,
    tasks: { ...after.pipeline.tasks, ...Object.fromEntries(gone) },
    edges: [...edgesOf(after.pipeline), ...told.edges.removed],
  };
  return { pipeline, layout: places(before, after, told, pipeline), marks: marksOf(told), difference: told };
}

/** What went stands where it stood, unless something stands there now: then it is given a place beside. */
function places(before: Drawn, after: Drawn, told: Difference, pipeline: Pipeline): Layout {
  const known = Object.entries(after.layout).filter(([name]) => Object.hasOwn(after.pipeline.tasks, name));
  const taken = new Set(known.map(([, point]) => spot(point)));
  const stood = told.tasks.removed.flatMap((name) => {
    const point = before.layout[name];
    return point === undefined || taken.has(spot(point)) ? [] : [[name, point] as const];
  });
  return complete(pipeline, Object.fromEntries([...known, ...stood]));
}

const spot = ({ x, y }: Point) => `${x} ${y}`;

function marksOf({ tasks, edges }: Difference): Marks {
  return {
    tasks: new Map<string, Mark>([
      ...tasks.added.map((name) => [name, "added"] as const),
      ...tasks.removed.map((name) => [name, "removed"] as const),
      ...tasks.changed.map(({ name }) => [name, "changed"] as const),
    ]),
    edges: new Map<string, Mark>([
      ...edges.added.map((edge) => [edgeKey(edge), "added"] as const),
      ...edges.removed.map((edge) => [edgeKey(edge), "removed"] as const),
      ...edges.changed.map(({ after }) => [edgeKey(after), "changed"] as const),
    ]),
  };
}
