/** A place on the canvas, and how large what stands there is: fixed, so that nothing has to be measured before it is drawn. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const NODE = { width: 200, height: 64 } as const;
export const GAP = { layer: 120, beside: 40 } as const;
export const GRID = 20;

export function snapped(point: Point): Point {
  return { x: Math.round(point.x / GRID) * GRID || 0, y: Math.round(point.y / GRID) * GRID || 0 };
}
