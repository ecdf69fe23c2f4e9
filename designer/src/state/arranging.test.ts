import { expect, it } from "vitest";
import { arrange } from "../model/arrange.ts";
import type { LayoutQuestion } from "../model/layout.worker.ts";
import type { Pipeline } from "../model/pipeline.ts";
import { createArranging, type Engine } from "./arranging.ts";

const PIPELINE: Pipeline = {
  project: "p",
  pipeline: "q",
  tasks: { a: { function: "f" }, b: { function: "f" } },
  edges: [{ from: "a", to: "b" }],
};

function engine() {
  const asked: LayoutQuestion[] = [];
  const made: Engine = { postMessage: (question) => void asked.push(question), onmessage: null, onerror: null };
  const answer = (at: number) => made.onmessage?.({ data: { id: asked[at]?.id ?? 0, layout: { a: { x: at, y: 0 } } } });
  return { made, asked, answer };
}

it("asks the engine, and only the last question is answered", async () => {
  const { made, answer } = engine();
  const arranging = createArranging(() => made);
  const first = arranging.arrange(PIPELINE);
  const second = arranging.arrange(PIPELINE, "down");
  answer(0);
  answer(1);
  expect(await first).toBeUndefined();
  expect(await second).toEqual({ a: { x: 1, y: 0 } });
});

it("works it out here where there is no engine, or where it fails", async () => {
  const none = createArranging(() => {
    throw new Error("no workers");
  });
  expect(await none.arrange(PIPELINE)).toEqual(arrange(PIPELINE));
  const { made } = engine();
  const failing = createArranging(() => made).arrange(PIPELINE);
  made.onerror?.({});
  expect(await failing).toEqual(arrange(PIPELINE));
});
