import { expect, it } from "vitest";
import type { Pipeline } from "../model/pipeline.ts";
import { edgeKey, edgesOf } from "../model/pipeline.ts";
import { NODE } from "../model/place.ts";
import { detoursOf } from "./detours.ts";

const pipeline: Pipeline = {
  project: "shop",
  pipeline: "orders",
  tasks: { a: { action: "pass" }, b: { action: "pass" }, c: { action: "pass" } },
  edges: [
    { from: "a", to: "b" },
    { from: "b", to: "c" },
    { from: "a", to: "c", on: "failure" },
  ],
};
const long = edgeKey(edgesOf(pipeline)[2] as (typeof pipeline.edges & object)[number]);

it("goes round a task that it would run beneath, and clear of it", () => {
  const found = detoursOf(pipeline, { a: { x: 0, y: 0 }, b: { x: 320, y: 0 }, c: { x: 640, y: 0 } });
  expect([...found.keys()]).toEqual([long]);
  const level = found.get(long) ?? 0;
  expect(level < 0 || level > NODE.height).toBe(true);
});

it("goes straight where nothing is in the way", () => {
  expect(detoursOf(pipeline, { a: { x: 0, y: 0 }, b: { x: 320, y: 200 }, c: { x: 640, y: 0 } }).size).toBe(0);
});

it("goes round what stands on the way round", () => {
  const more: Pipeline = { ...pipeline, tasks: { ...pipeline.tasks, d: { action: "pass" }, e: { action: "pass" } } };
  const layout = {
    a: { x: 0, y: 0 },
    b: { x: 320, y: 0 },
    d: { x: 320, y: 90 },
    e: { x: 320, y: -90 },
    c: { x: 640, y: 0 },
  };
  const level = detoursOf(more, layout).get(long) ?? 0;
  for (const box of [layout.b, layout.d, layout.e]) expect(level < box.y || level > box.y + NODE.height).toBe(true);
});
