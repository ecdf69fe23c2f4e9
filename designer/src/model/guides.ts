/** While tasks are dragged: the lines of others that they come near to, and where they would stand on them. */

import type { Layout, Point } from "./layout.ts";

/** A line at `at`: upright for x, level for y; drawn from the first to the last of those that stand on it. */
export interface Guide {
  readonly axis: "x" | "y";
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface Guided {
  /** What to add to what is dragged. */
  readonly shift: Point;
  readonly guides: readonly Guide[];
}

/** So near a line takes hold, on the canvas. */
export const NEAR = 8;

export function guided(layout: Layout, dragged: ReadonlyMap<string, Point>, near = NEAR): Guided {
  const others = Object.entries(layout).flatMap(([name, point]) => (dragged.has(name) ? [] : [point]));
  const [x, y] = [nearest("x", others, dragged, near), nearest("y", others, dragged, near)];
  const shift = { x: x ?? 0, y: y ?? 0 };
  const placed = [...dragged.values()].map((point) => ({ x: point.x + shift.x, y: point.y + shift.y }));
  const guides = [
    ...(x === undefined ? [] : linesOf("x", others, placed)),
    ...(y === undefined ? [] : linesOf("y", others, placed)),
  ];
  return { shift, guides };
}

/** The smallest step onto a line. All tasks are of one size: where one edge is in line all three lines are. */
function nearest(
  axis: "x" | "y",
  others: readonly Point[],
  dragged: ReadonlyMap<string, Point>,
  near: number,
): number | undefined {
  let best: number | undefined;
  for (const point of dragged.values()) {
    for (const other of others) {
      const step = other[axis] - point[axis];
      if (Math.abs(step) <= near && (best === undefined || Math.abs(step) < Math.abs(best))) best = step;
    }
  }
  return best;
}

function linesOf(axis: "x" | "y", others: readonly Point[], placed: readonly Point[]): Guide[] {
  const across = axis === "x" ? "y" : "x";
  const lines = new Map<number, number[]>();
  for (const point of placed) {
    const inLine = others.filter((other) => other[axis] === point[axis]).map((other) => other[across]);
    if (inLine.length > 0) lines.set(point[axis], [...(lines.get(point[axis]) ?? []), ...inLine, point[across]]);
  }
  return [...lines].map(([at, stops]) => ({ axis, at, from: Math.min(...stops), to: Math.max(...stops) }));
}
