/** The arrow keys: the task that lies in a direction from another one, by what the eye would say. */

import type { Layout, Point } from "./layout.ts";

export type Arrow = "left" | "right" | "up" | "down";

/** How much being aside counts beside being far. */
const ASIDE = 2;

export function nearest(layout: Layout, from: string, arrow: Arrow): string | undefined {
  const origin = layout[from];
  if (origin === undefined) return undefined;
  let best: { name: string; cost: number } | undefined;
  for (const [name, point] of Object.entries(layout)) {
    if (name === from) continue;
    const { ahead, aside } = seen(origin, point, arrow);
    if (ahead <= 0 || aside > 2 * ahead) continue;
    const cost = ahead + ASIDE * aside;
    if (best === undefined || cost < best.cost) best = { name, cost };
  }
  return best?.name;
}

function seen(origin: Point, point: Point, arrow: Arrow): { ahead: number; aside: number } {
  const [x, y] = [point.x - origin.x, point.y - origin.y];
  switch (arrow) {
    case "left":
      return { ahead: -x, aside: Math.abs(y) };
    case "right":
      return { ahead: x, aside: Math.abs(y) };
    case "up":
      return { ahead: -y, aside: Math.abs(x) };
    case "down":
      return { ahead: y, aside: Math.abs(x) };
  }
}
