/**
 * Where tasks stand on the canvas. Positions never stand in the pipeline document: it says what happens, and a moved box
 * changes nothing that a server should see. They are kept beside it, a map from task to point, as part of the draft. A task
 * that the map does not know is given a place, and that place depends on the document alone.
 */

import { layout as dagre, graphlib } from "@dagrejs/dagre";
import { graphOf, readingOrder } from "./graph.ts";
import type { Pipeline } from "./pipeline.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}
export type Layout = Readonly<Record<string, Point>>;

export type Direction = "right" | "down";

/** Fixed, so that nothing has to be measured before it is drawn. */
export const NODE = { width: 200, height: 64 } as const;
const GAP = { layer: 96, beside: 40 } as const;
export const GRID = 20;

/** Above so many tasks the layout is worked out in a worker. */
export const IN_WORKER_ABOVE = 200;

/** A place for every task, layer by layer in the direction of the edges. The same document gives the same drawing. */
export function arrange(pipeline: Pipeline, direction: Direction = "right"): Layout {
  const { names, outgoing } = graphOf(pipeline);
  if (names.length === 0) return {};
  const graph = new graphlib.Graph({ multigraph: false });
  graph.setGraph({
    rankdir: direction === "right" ? "LR" : "TB",
    nodesep: GAP.beside,
    ranksep: GAP.layer,
    ranker: "network-simplex",
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const name of names) graph.setNode(name, { width: NODE.width, height: NODE.height });
  for (const name of names) {
    for (const edge of outgoing.get(name) ?? []) if (edge.to !== name) graph.setEdge(name, edge.to);
  }
  dagre(graph);
  return Object.fromEntries(
    names.map((name) => {
      const { x, y } = graph.node(name) as unknown as Point;
      return [name, snapped({ x: x - NODE.width / 2, y: y - NODE.height / 2 })];
    }),
  );
}

/** A drawing at once, for a pipeline that takes long to arrange: each task a column behind the last of those before it. */
export function inColumns(pipeline: Pipeline): Layout {
  const { incoming } = graphOf(pipeline);
  const column = new Map<string, number>();
  const filled = new Map<number, number>();
  const layout: Record<string, Point> = {};
  for (const name of readingOrder(pipeline)) {
    let at = 0;
    for (const { from } of incoming.get(name) ?? []) at = Math.max(at, (column.get(from) ?? -1) + 1);
    const row = filled.get(at) ?? 0;
    column.set(name, at);
    filled.set(at, row + 1);
    layout[name] = snapped({ x: at * (NODE.width + GAP.layer), y: row * (NODE.height + GAP.beside) });
  }
  return layout;
}

export function snapped(point: Point): Point {
  return { x: Math.round(point.x / GRID) * GRID || 0, y: Math.round(point.y / GRID) * GRID || 0 };
}

/** The layout with a place for every task of the pipeline, and for no other. What has a place keeps it. */
export function complete(pipeline: Pipeline, layout: Layout): Layout {
  const { names } = graphOf(pipeline);
  const missing = names.filter((name) => !Object.hasOwn(layout, name));
  if (missing.length === 0 && Object.keys(layout).length === names.length) return layout;
  if (missing.length === names.length) return names.length > IN_WORKER_ABOVE ? inColumns(pipeline) : arrange(pipeline);
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
