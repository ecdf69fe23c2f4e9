// Ways round: an edge that skips a layer would run beneath the tasks of it. Such an edge goes above or below them, on a level of its
// own. Pure: from the drawing to the level of each edge that needs one.

import type { Layout } from "../model/layout.ts";
import { edgeKey, edgesOf, kindOf, type Pipeline } from "../model/pipeline.ts";
import { GAP, NODE, type Point } from "../model/place.ts";
import { HANDLE_Y } from "./view.ts";

const CLEAR = 22;
const LEVEL = 12;
const BEND = 56;
/** Edges longer than from one layer to the next. */
const LONG = GAP.layer + NODE.width;

const known = new WeakMap<Layout, { pipeline: Pipeline; found: ReadonlyMap<string, number> }>();

export function detoursOf(pipeline: Pipeline, layout: Layout): ReadonlyMap<string, number> {
  const kept = known.get(layout);
  if (kept?.pipeline === pipeline) return kept.found;
  const found = new Map<string, number>();
  const columns = columnsOf(layout);
  const taken = new Map<number, number>();
  for (const edge of edgesOf(pipeline)) {
    const [from, to] = [layout[edge.from], layout[edge.to]];
    if (from === undefined || to === undefined) continue;
    const [left, right] = [from.x + NODE.width, to.x];
    if (right - left <= LONG) continue;
    const start = { x: left, y: from.y + HANDLE_Y[kindOf(edge)] };
    const end = { x: right, y: to.y + NODE.height / 2 };
    const way = round(start, end, between(columns, left, right));
    if (way === undefined) continue;
    // Several on one level lie beside each other.
    const level = Math.round(way / LEVEL);
    const beside = taken.get(level) ?? 0;
    taken.set(level, beside + 1);
    found.set(edgeKey(edge), way + beside * LEVEL);
  }
  known.set(layout, { pipeline, found });
  return found;
}

/** The level that is clear of all that the straight way would cross; none where it crosses nothing. */
function round(start: Point, end: Point, others: readonly Point[]): number | undefined {
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  const crosses = (box: Point, low: number, high: number) =>
    box.y - CLEAR / 2 < high && box.y + NODE.height + CLEAR / 2 > low;
  for (const box of others) {
    const share = (box.x + NODE.width / 2 - start.x) / (end.x - start.x);
    const y = start.y + share * (end.y - start.y);
    if (!crosses(box, y, y)) continue;
    top = Math.min(top, box.y);
    bottom = Math.max(bottom, box.y + NODE.height);
  }
  if (top > bottom) return undefined;
  // What stands on the level itself is gone round, too.
  const clear = (from: number, step: -1 | 1): number => {
    let level = from;
    for (const box of [...others].sort((one, other) => step * (one.y - other.y))) {
      if (crosses(box, level, level)) level = step < 0 ? box.y - CLEAR : box.y + NODE.height + CLEAR;
    }
    return level;
  };
  const above = clear(top - CLEAR, -1);
  const below = clear(bottom + CLEAR, 1);
  const middle = (start.y + end.y) / 2;
  return middle - above <= below - middle ? above : below;
}

const COLUMN = NODE.width;

function columnsOf(layout: Layout): Map<number, Point[]> {
  const found = new Map<number, Point[]>();
  for (const point of Object.values(layout)) {
    const column = Math.floor(point.x / COLUMN);
    const there = found.get(column);
    if (there === undefined) found.set(column, [point]);
    else there.push(point);
  }
  return found;
}

function between(columns: ReadonlyMap<number, readonly Point[]>, left: number, right: number): Point[] {
  const found: Point[] = [];
  for (let column = Math.floor(left / COLUMN) - 1; column <= Math.floor(right / COLUMN); column += 1) {
    for (const point of columns.get(column) ?? []) {
      if (point.x + NODE.width > left + 1 && point.x < right - 1) found.push(point);
    }
  }
  return found;
}

/** Down or up to the level, along it, and to the end. */
export function detourPath(start: Point, end: Point, level: number): string {
  const { x: sx, y: sy } = start;
  const { x: tx, y: ty } = end;
  return (
    `M ${sx} ${sy} C ${sx + BEND} ${sy}, ${sx + BEND * 0.3} ${level}, ${sx + BEND * 1.3} ${level} ` +
    `L ${tx - BEND * 1.3} ${level} C ${tx - BEND * 0.3} ${level}, ${tx - BEND} ${ty}, ${tx} ${ty}`
  );
}
