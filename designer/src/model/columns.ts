/**
 * A layout at once: each task a column behind the last of those before it, rows in an order that crosses few edges, each task
 * near the middle of its neighbours. What a pipeline without places is first drawn with; `arrange.ts` does better and takes longer.
 */

import { graphOf, readingOrder } from "./graph.ts";
import { edgesOf, type Pipeline } from "./pipeline.ts";
import { GAP, NODE, type Point, snapped } from "./place.ts";

const SWEEPS = 4;
const ROW = NODE.height + GAP.beside;
const COLUMN = NODE.width + GAP.layer;

export function inColumns(pipeline: Pipeline): Readonly<Record<string, Point>> {
  const columns = columnsOf(pipeline);
  const near = neighbours(pipeline);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) untangle(columns, near);
  const rows = new Map<string, number>();
  for (const column of columns) for (const [at, name] of column.entries()) rows.set(name, at);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) straighten(columns, near, rows);
  const top = Math.min(0, ...rows.values());
  const layout: Record<string, Point> = {};
  for (const name of Object.keys(pipeline.tasks)) layout[name] = { x: 0, y: 0 };
  for (const [at, column] of columns.entries()) {
    for (const name of column) layout[name] = snapped({ x: at * COLUMN, y: ((rows.get(name) ?? 0) - top) * ROW });
  }
  return layout;
}

function columnsOf(pipeline: Pipeline): string[][] {
  const { incoming } = graphOf(pipeline);
  const place = new Map<string, number>();
  const columns: string[][] = [];
  for (const name of readingOrder(pipeline)) {
    let at = 0;
    for (const { from } of incoming.get(name) ?? []) at = Math.max(at, (place.get(from) ?? -1) + 1);
    place.set(name, at);
    const column = columns[at];
    if (column) column.push(name);
    else columns[at] = [name];
  }
  return columns;
}

type Neighbours = ReadonlyMap<string, { readonly before: readonly string[]; readonly after: readonly string[] }>;

function neighbours(pipeline: Pipeline): Neighbours {
  const found = new Map(
    Object.keys(pipeline.tasks).map((name) => [name, { before: [] as string[], after: [] as string[] }]),
  );
  for (const { from, to } of edgesOf(pipeline)) {
    if (!found.has(from) || !found.has(to)) continue;
    found.get(from)?.after.push(to);
    found.get(to)?.before.push(from);
  }
  return found;
}

/** Forward by what is before, backward by what is after: each task goes where the middle of its neighbours is. */
function untangle(columns: string[][], near: Neighbours): void {
  const rows = new Map<string, number>();
  const note = (column: readonly string[]) => {
    for (const [at, name] of column.entries()) rows.set(name, at / column.length);
  };
  for (const column of columns) note(column);
  for (const side of ["before", "after"] as const) {
    for (const column of side === "before" ? columns : columns.toReversed()) {
      const wanted = new Map(
        column.map((name) => [name, mean(near.get(name)?.[side] ?? [], rows) ?? rows.get(name) ?? 0]),
      );
      column.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
      note(column);
    }
  }
}

/** Each task moves toward its neighbours as far as those beside it allow. */
function straighten(columns: readonly string[][], near: Neighbours, rows: Map<string, number>): void {
  for (const side of ["before", "after"] as const) {
    for (const column of side === "before" ? columns : columns.toReversed()) {
      const wanted = column.map((name) => mean(near.get(name)?.[side] ?? [], rows) ?? rows.get(name) ?? 0);
      for (const [at, row] of spread(wanted).entries()) rows.set(column[at] as string, row);
    }
  }
}

/** The nearest rows to those that are wanted, in the same order and a whole row apart: blocks that meet share what they miss. */
function spread(wanted: readonly number[]): number[] {
  const blocks: { first: number; count: number; sum: number }[] = [];
  for (const [at, row] of wanted.entries()) {
    blocks.push({ first: at, count: 1, sum: row - at });
    for (
      let last = blocks.at(-1), before = blocks.at(-2);
      last && before;
      last = blocks.at(-1), before = blocks.at(-2)
    ) {
      if (before.sum / before.count <= last.sum / last.count) break;
      before.count += last.count;
      before.sum += last.sum;
      blocks.pop();
    }
  }
  return blocks.flatMap(({ first, count, sum }) => {
    const shift = Math.round((sum / count) * 2) / 2;
    return Array.from({ length: count }, (_, at) => first + at + shift);
  });
}

function mean(names: readonly string[], rows: ReadonlyMap<string, number>): number | undefined {
  if (names.length === 0) return undefined;
  return names.reduce((sum, name) => sum + (rows.get(name) ?? 0), 0) / names.length;
}
