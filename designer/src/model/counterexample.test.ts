import { expect, it } from "vitest";
import { litBy, tellingOutcomes } from "./counterexample.ts";
import { edgeId } from "./edge_id.ts";
import { type Edge, edgeKey } from "./pipeline.ts";

const EDGES: readonly [Edge, Edge, Edge] = [
  { from: "a", to: "b" },
  { from: "a", to: "c", on: "failure" },
  { from: "b", to: "c" },
];
const PIPELINE = { project: "p", pipeline: "q", tasks: { a: {}, b: {}, c: {}, d: {} }, edges: EDGES };
const [AB, AC, BC] = EDGES;

const CASE = {
  outcomes: { a: "succeeded", b: "succeeded", c: "skipped" },
  live: [edgeId(AB)],
  dead: [edgeId(AC)],
  path: [edgeId(AC)],
};

it("lights the way along which a task is never reached", () => {
  const lit = litBy(PIPELINE, { task: "c", cases: [CASE], cycle: [] });
  expect([...lit.tasks].sort()).toEqual(["a", "c"]);
  expect([...lit.edges]).toEqual([edgeKey(AC)]);
});

it("lights a circle, and leaves out edges that are gone", () => {
  const lit = litBy(PIPELINE, { task: "b", cases: [], cycle: [edgeId(BC), "000000000000"] });
  expect([...lit.edges]).toEqual([edgeKey(BC)]);
});

it("tells the outcomes that matter", () => {
  expect(tellingOutcomes(PIPELINE, CASE, "c")).toEqual([["a", "succeeded"]]);
});
