import { expect, it } from "vitest";
import { edgeKey, type Pipeline } from "./pipeline.ts";
import * as selection from "./selection.ts";

const edge = { from: "a", to: "b" };
const pipeline: Pipeline = {
  project: "p",
  pipeline: "q",
  tasks: { a: { function: "f" }, b: { function: "f" }, c: { function: "f" } },
  edges: [edge, { from: "b", to: "c" }],
};

it("knows what is selected alone", () => {
  expect(selection.onlyTask(selection.selectTasks("a"))).toBe("a");
  expect(selection.onlyTask(selection.selectTasks("a", "b"))).toBeUndefined();
  expect(selection.onlyEdge(selection.selectEdges(edgeKey(edge)))).toBe(edgeKey(edge));
  expect(selection.onlyTask(selection.toggleEdge(selection.selectTasks("a"), "x"))).toBeUndefined();
});

it("is toggled, and grows along the edges", () => {
  const one = selection.toggleTask(selection.selectTasks("a"), "b");
  expect([...one.tasks]).toEqual(["a", "b"]);
  expect([...selection.toggleTask(one, "a").tasks]).toEqual(["b"]);
  expect([...selection.selectDownstream(pipeline, selection.selectTasks("b")).tasks]).toEqual(["b", "c"]);
  expect([...selection.selectUpstream(pipeline, selection.selectTasks("b")).tasks]).toEqual(["b", "a"]);
  expect(selection.selectAll(pipeline).tasks.size + selection.selectAll(pipeline).edges.size).toBe(5);
});

it("keeps what is still there, and is the same object when all is", () => {
  const all = selection.selectAll(pipeline);
  expect(selection.remaining(pipeline, all)).toBe(all);
  const left = selection.remaining({ ...pipeline, tasks: { a: { function: "f" } }, edges: [] }, all);
  expect(left).toEqual(selection.selectTasks("a"));
  expect(selection.isEmpty(selection.remaining({ ...pipeline, tasks: {} }, selection.selectTasks("a")))).toBe(true);
});
