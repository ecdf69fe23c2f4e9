import { describe, expect, it } from "vitest";
import { pathAt, rangeOf, read } from "./source.ts";

const TEXT = `project: p
pipeline: q
tasks:
  a: {function: f, with: {x: [1, two]}}
edges:
  - from: a
    to: b
`;

describe("a text", () => {
  it.each<[string, string]>([
    ["", "empty"],
    ["# only a remark\n", "empty"],
    ["[1, 2]", "a pipeline is a mapping"],
    ["project: p\npipeline: q\n", "tasks is missing"],
    ["project: p\npipeline: q\ntasks: [a]\n", "mapping from names"],
    ["project: p\npipeline: q\ntasks: {a: f}\n", "a mapping"],
    ["project: 3\npipeline: q\ntasks: {}\n", "text"],
    ["project: p\npipeline: q\ntasks: {a: {with: [1]}}\n", "a mapping"],
    ["project: p\npipeline: q\ntasks: {}\nedges: {}\n", "a list of edges"],
    ["project: p\npipeline: q\ntasks: {}\nedges: [{from: a}]\n", "name of a task"],
    ["project: p\npipeline: q\ntasks: {}\nedges: [{from: a, to: b, on: maybe}]\n", "success, failure, completion"],
    ["project: p\npipeline: q\ntasks: {}\ntriggers: [x]\n", "names to triggers"],
    ["project: p\npipeline: q\ntasks: {a: {}, a: {}}\n", "unique"],
    ["project: p\n  pipeline: q\n", ""],
    ["a: *nobody\n", ""],
    [`a: ${"[".repeat(20_000)}`, ""],
  ])("%j cannot be drawn, and says why", (text, told) => {
    const { pipeline, mistakes } = read(text);
    expect(pipeline).toBeUndefined();
    expect(mistakes.map(({ message }) => message).join()).toContain(told);
    expect(mistakes.length).toBeGreaterThan(0);
  });

  it("tells every mistake at once, with its place", () => {
    const { mistakes } = read("project: p\ntasks: {a: 1, b: 2}\nedges: [3]\n");
    expect(mistakes.map(({ path }) => path)).toEqual([[], ["tasks", "a"], ["tasks", "b"], ["edges", 0]]);
    expect(mistakes.map(({ from, to }) => "project: p\ntasks: {a: 1, b: 2}\nedges: [3]\n".slice(from, to))).toEqual([
      "project: p",
      "a: 1",
      "b: 2",
      "3",
    ]);
  });

  it("is YAML 1.2, as on the server: on and yes are text, keys are text", () => {
    const { pipeline } = read(
      "project: yes\npipeline: off\ntasks: {on: {function: no, with: {1: 0o17, d: 2026-01-01}}}\n",
    );
    expect(pipeline).toEqual({
      project: "yes",
      pipeline: "off",
      tasks: { on: { function: "no", with: { "1": 15, d: "2026-01-01" } } },
    });
  });

  it("says where a place of the document stands, and back", () => {
    const reading = read(TEXT);
    const at = (...path: (string | number)[]) => {
      const { from, to } = rangeOf(reading, path);
      return TEXT.slice(from, to);
    };
    expect(at("tasks", "a", "with", "x", 1)).toBe("two");
    expect(at("edges", 0, "to")).toBe("to: b");
    expect(at("tasks", "a", "timeout")).toBe("a: {function: f, with: {x: [1, two]}}");
    expect(pathAt(reading, TEXT.indexOf("two"))).toEqual(["tasks", "a", "with", "x", 1]);
    expect(pathAt(reading, TEXT.indexOf("to: b"))).toEqual(["edges", 0, "to"]);
  });
});
