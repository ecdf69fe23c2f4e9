/** The layout of a large pipeline, off the main thread: a question in, the same question's answer out. */

import { arrange, type Direction } from "./arrange.ts";
import type { Layout } from "./layout.ts";
import type { Pipeline } from "./pipeline.ts";

export interface LayoutQuestion {
  readonly id: number;
  readonly pipeline: Pick<Pipeline, "project" | "pipeline" | "tasks" | "edges">;
  readonly direction: Direction;
}
export interface LayoutAnswer {
  readonly id: number;
  readonly layout: Layout;
}

self.onmessage = (event: MessageEvent<LayoutQuestion>) => {
  const { id, pipeline, direction } = event.data;
  const answer: LayoutAnswer = { id, layout: arrange(pipeline, direction) };
  self.postMessage(answer);
};
