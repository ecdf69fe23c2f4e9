// React Flow's changes, read: what is selected now, what is being dragged, which moves are finished. Pointer and arrow keys end in
// the same place, so a move by keyboard is kept and undone like any other.

import type { EdgeChange, NodeChange } from "@xyflow/react";
import type { Point } from "../model/place.ts";
import type { Selection } from "../model/selection.ts";
import { type CanvasEdge, type CanvasNode, START } from "./view.ts";

export interface Gesture {
  selection: Selection;
  dragging: ReadonlyMap<string, Point>;
  /** Moves that have ended: one edit. */
  moved: Readonly<Record<string, Point>> | undefined;
}

export function foldNodes(
  changes: readonly NodeChange<CanvasNode>[],
  selection: Selection,
  dragging: ReadonlyMap<string, Point>,
): Gesture {
  let tasks: Set<string> | undefined;
  let at: Map<string, Point> | undefined;
  let moved: Record<string, Point> | undefined;
  for (const change of changes) {
    if (!("id" in change) || change.id === START) continue;
    if (change.type === "select") {
      tasks ??= new Set(selection.tasks);
      if (change.selected) tasks.add(change.id);
      else tasks.delete(change.id);
    }
    if (change.type !== "position") continue;
    if (change.dragging && change.position !== undefined) {
      at ??= new Map(dragging);
      at.set(change.id, change.position);
      continue;
    }
    // Where it was shown last is where it stays: a line may have taken hold of it. A move by keyboard was never shown.
    const last = (at ?? dragging).get(change.id) ?? change.position;
    if (change.dragging || last === undefined) continue;
    moved = { ...moved, [change.id]: last };
    at ??= new Map(dragging);
    at.delete(change.id);
  }
  return {
    selection: tasks === undefined ? selection : { ...selection, tasks },
    dragging: at ?? dragging,
    moved,
  };
}

export function foldEdges(changes: readonly EdgeChange<CanvasEdge>[], selection: Selection): Selection {
  let edges: Set<string> | undefined;
  for (const change of changes) {
    if (change.type !== "select" || change.id.startsWith(`${START} `)) continue;
    edges ??= new Set(selection.edges);
    if (change.selected) edges.add(change.id);
    else edges.delete(change.id);
  }
  return edges === undefined ? selection : { ...selection, edges };
}
