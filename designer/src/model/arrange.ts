/** The layout that "arrange" gives, layer by layer in the direction of the edges. The same document gives the same drawing. */

import { layout as dagre, graphlib } from "@dagrejs/dagre";
import { inColumns } from "./columns.ts";
import { graphOf } from "./graph.ts";
import type { Pipeline } from "./pipeline.ts";
import { GAP, NODE, type Point, snapped } from "./place.ts";

export type Direction = "right" | "down";

/** Above it the best ranks take many times as long as good ones. */
const FEW = 300;
/** Above it nobody sees what fewer crossings are worth, and everybody what they cost: seconds. */
const MANY = 600;

export function arrange(pipeline: Pipeline, direction: Direction = "right"): Readonly<Record<string, Point>> {
  const { names, outgoing } = graphOf(pipeline);
  if (names.length === 0) return {};
  if (names.length > MANY && direction === "right") return inColumns(pipeline);
  const graph = new graphlib.Graph({ multigraph: false });
  // The ranker "longest-path" takes minutes for large graphs.
  const ranker = names.length > FEW ? "tight-tree" : "network-simplex";
  const rankdir = direction === "right" ? "LR" : "TB";
  graph.setGraph({ rankdir, nodesep: GAP.beside, ranksep: GAP.layer, ranker });
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
