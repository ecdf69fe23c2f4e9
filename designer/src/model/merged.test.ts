import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pipelines } from "../testing/pipelines.ts";
import { inColumns } from "./columns.ts";
import { rowsOf } from "./difference_rows.ts";
import { merged } from "./merged.ts";
import { edgeKey, edgesOf, type Pipeline } from "./pipeline.ts";

const BEFORE: Pipeline = {
  project: "p",
  pipeline: "q",
  deadline: "1h",
  tasks: { a: { function: "f" }, b: { function: "g" }, old: { function: "h" } },
  edges: [
    { from: "a", to: "b" },
    { from: "b", to: "old" },
  ],
};
const AFTER: Pipeline = {
  project: "p",
  pipeline: "q",
  tasks: { a: { function: "f", timeout: "1s" }, b: { function: "g" }, fresh: { function: "h" } },
  edges: [
    { from: "a", to: "b", on: "completion" },
    { from: "b", to: "fresh" },
  ],
};

const both = () =>
  merged({ pipeline: BEFORE, layout: inColumns(BEFORE) }, { pipeline: AFTER, layout: inColumns(AFTER) });

describe("two drawings as one", () => {
  it("hold what came, what went and what changed", () => {
    const { pipeline, marks } = both();
    expect(Object.keys(pipeline.tasks)).toEqual(["a", "b", "fresh", "old"]);
    expect(Object.fromEntries(marks.tasks)).toEqual({ fresh: "added", old: "removed", a: "changed" });
    const told = edgesOf(pipeline).map((edge) => [`${edge.from}-${edge.to}`, marks.edges.get(edgeKey(edge))]);
    expect(told).toEqual([
      ["a-b", "changed"],
      ["b-fresh", "added"],
      ["b-old", "removed"],
    ]);
  });

  it("put no two tasks in one place", () => {
    const { layout } = both();
    const spots = Object.values(layout).map(({ x, y }) => `${x} ${y}`);
    expect(new Set(spots).size).toBe(4);
  });

  it("are told as a list, with the smallest places that differ", () => {
    const rows = rowsOf(both().difference).map(({ what, mark, name, changes }) => [what, mark, name, changes.length]);
    expect(rows).toEqual([
      ["task", "added", "fresh", 0],
      ["task", "removed", "old", 0],
      ["task", "changed", "a", 1],
      ["edge", "added", "b → fresh on success", 0],
      ["edge", "removed", "b → old on success", 0],
      ["edge", "changed", "a → b on completion", 1],
      ["field", "removed", "deadline", 1],
    ]);
  });

  it("of any two pipelines have a place for every task, and leave the later one as it is", () => {
    fc.assert(
      fc.property(pipelines, pipelines, (one, other) => {
        const after = { pipeline: other, layout: inColumns(other) };
        const { pipeline, layout, marks } = merged({ pipeline: one, layout: inColumns(one) }, after);
        expect(Object.keys(layout).sort()).toEqual(Object.keys(pipeline.tasks).sort());
        for (const name of Object.keys(other.tasks)) expect(layout[name]).toEqual(after.layout[name]);
        expect(new Set(rowsOf(merged(after, after).difference)).size).toBe(0);
        for (const name of marks.tasks.keys()) expect(pipeline.tasks).toHaveProperty([name]);
      }),
    );
  });
});
