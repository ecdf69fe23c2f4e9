// Which edge lies under a task that was dropped: its middle is near the line, and it is connected to nothing yet.

import type { ReactFlowInstance } from "@xyflow/react";
import { edgesOf } from "../model/pipeline.ts";
import { NODE, type Point } from "../model/place.ts";
import { draftOf, type Editor } from "../state/editor.ts";
import type { CanvasEdge, CanvasNode } from "./view.ts";

export function edgeUnder(
  flow: ReactFlowInstance<CanvasNode, CanvasEdge>,
  editor: Editor,
  task: string,
  at: Point | undefined,
): string | undefined {
  const { pipeline } = draftOf(editor.getState());
  if (at === undefined || edgesOf(pipeline).some((one) => one.from === task || one.to === task)) return undefined;
  const { x, y } = flow.flowToScreenPosition({ x: at.x + NODE.width / 2, y: at.y + NODE.height / 2 });
  // The grid and the lines of others may have taken it a little aside of where the pointer is.
  for (const far of [0, 10, 20]) {
    for (const [dx, dy] of AROUND) {
      const found = edgeAt({ x: x + dx * far, y: y + dy * far });
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const AROUND = [
  [0, -1],
  [0, 1],
  [-1, 0],
  [1, 0],
] as const;

/** By what the browser has drawn there: edges are wide to hit, and their paths are React Flow's to know. */
export function edgeAt({ x, y }: Point): string | undefined {
  for (const element of document.elementsFromPoint(x, y)) {
    const found = element.closest<SVGGElement>(".react-flow__edge");
    const id = found?.dataset.id;
    if (id !== undefined && !id.startsWith("@")) return id;
  }
  return undefined;
}
