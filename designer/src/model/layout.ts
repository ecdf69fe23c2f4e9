/**
 * Where tasks stand on the canvas. Positions never stand in the pipeline document: it says what happens, and a moved box
 * changes nothing that a server should see. They are kept beside it, a map from task to point, as part of the draft. A task
 * that the map does not know is given a place, and that place depends on the document alone.
 */

import { inColumns } from "./columns.ts";
import { graphOf } from "./graph.ts";
import type { Pipeline } from "./pipeline.ts";
import { GAP, NODE, type Point, snapped } from "./place.ts";

export { GRID, NODE, type Point, snapped } from "./place.ts";

export type Layout = Readonly<Record<string, Point>>;

/** The layout with a place for every task of the pipeline, and for no other. What has a place keeps it. */
export function complete(pipeline: Pipeline, layout: Layout): Layout {
  const { names } = graphOf(pipeline);
  const missing = names.filter((name) => !Object.hasOwn(layout, name));
  if (missing.length === 0 && Object.keys(layout).length === names.length) return layout;
  if (missing.length === names.length) return inColumns(pipeline);
  const placed: Record<string, Point> = {};
  for (const name of names) {
    const point = layout[name];
    if (point !== undefined) placed[name] = point;
  }
  const taken = new Taken(Object.values(placed));
  for (const name of missing) {
    placed[name] = taken.free(besideNeighbours(pipeline, placed, name));
    taken.add(placed[name]);
  }
  return placed;
}

function besideNeighbours(pipeline: Pipeline, placed: Layout, name: string): Point {
  const { incoming, outgoing } = graphOf(pipeline);
  const before = (incoming.get(name) ?? []).map((edge) => placed[edge.from]).filter((point) => point !== undefined);
  const after = (outgoing.get(name) ?? []).map((edge) => placed[edge.to]).filter((point) => point !== undefined);
  const step = NODE.width + GAP.layer;
  if (before.length > 0) {
    return { x: Math.max(...before.map((point) => point.x)) + step, y: mean(before) };
  }
  if (after.length > 0) return { x: Math.min(...after.map((point) => point.x)) - step, y: mean(after) };
  const all = Object.values(placed);
  return {
    x: Math.min(...all.map((point) => point.x)),
    y: Math.max(...all.map((point) => point.y)) + NODE.height + GAP.beside,
  };
}

function mean(points: readonly Point[]): number {
  return points.reduce((sum, point) => sum + point.y, 0) / points.length;
}

/** The nearest place from here downward where no task stands. */
export function freePlace(layout: Layout, wanted: Point): Point {
  return new Taken(Object.values(layout)).free(wanted);
}

/** The places that are taken, by columns, so that asking does not look at every task. */
class Taken {
  private readonly columns = new Map<number, Point[]>();

  constructor(points: Iterable<Point>) {
    for (const point of points) this.add(point);
  }

  add(point: Point): void {
    const column = Math.floor(point.x / NODE.width);
    const found = this.columns.get(column);
    if (found === undefined) this.columns.set(column, [point]);
    else found.push(point);
  }

  free(wanted: Point): Point {
    let point = snapped(wanted);
    for (let under = this.under(point); under !== undefined; under = this.under(point)) {
      point = snapped({ x: point.x, y: under.y + NODE.height + GAP.beside });
    }
    return point;
  }

  private under(point: Point): Point | undefined {
    const column = Math.floor(point.x / NODE.width);
    for (const near of [column - 1, column, column + 1]) {
      const found = this.columns
        .get(near)
        ?.find((one) => Math.abs(one.x - point.x) < NODE.width && Math.abs(one.y - point.y) < NODE.height);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
