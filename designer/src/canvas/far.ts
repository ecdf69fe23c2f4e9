// Looked at from afar. So small, words cannot be read and handles cannot be hit: a task is its box and its colour, which is what makes a
// drawing of a thousand tasks move. And where a drawing is opened: as a whole, or where it begins if the whole would be that small.

import { type ReactFlowState, useStore, type Viewport } from "@xyflow/react";
import { roots } from "../model/graph.ts";
import type { Layout } from "../model/layout.ts";
import type { Pipeline } from "../model/pipeline.ts";
import { NODE } from "../model/place.ts";

const FAR = 0.35;
/** As a whole it is opened where its words can be read. */
const READ = 0.55;
const BEGIN = { zoom: 0.7, left: 80 };

export function useIsFar(): boolean {
  return useStore(isFar);
}

function isFar({ transform }: ReactFlowState): boolean {
  return transform[2] < FAR;
}

/** Where a drawing begins; undefined for one that is seen as a whole. */
export function beginning(pipeline: Pipeline, layout: Layout, width: number, height: number): Viewport | undefined {
  const points = Object.values(layout);
  if (points.length === 0) return undefined;
  const [xs, ys] = [points.map((one) => one.x), points.map((one) => one.y)];
  const across = Math.max(...xs) - Math.min(...xs) + NODE.width;
  const down = Math.max(...ys) - Math.min(...ys) + NODE.height;
  if (Math.min(width / across, height / down) >= READ) return undefined;
  const first = roots(pipeline).map((name) => layout[name]?.y ?? 0);
  const middle = first.reduce((sum, y) => sum + y, 0) / Math.max(first.length, 1) + NODE.height / 2;
  return {
    x: BEGIN.left - Math.min(...xs) * BEGIN.zoom,
    y: height / 2 - middle * BEGIN.zoom,
    zoom: BEGIN.zoom,
  };
}
