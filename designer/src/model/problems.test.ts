import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documents, pipelines } from "../testing/pipelines.ts";
import { openDraft } from "./draft.ts";
import type { Pipeline } from "./pipeline.ts";
import { problemsIn, subjectOf } from "./problems.ts";

const task = { function: "f" };
const pipeline = (tasks: Pipeline["tasks"], edges: Pipeline["edges"] = []): Pipeline => ({
  project: "p",
  pipeline: "q",
  tasks,
  edges,
});
const told = (one: Pipeline) => problemsIn(one).map(({ code, path }) => `${code} ${path.join(".")}`);

describe("problems", () => {
  it.each(documents())("%s has none", (_, text) => expect(problemsIn(openDraft(text).pipeline)).toEqual([]));

  it.each<[string, Pipeline, string[]]>([
    ["no task", pipeline({}), ["bad-value tasks"]],
    ["an end that is not there", pipeline({ a: task }, [{ from: "a", to: "b" }]), ["unknown-task edges.0.to"]],
    ["an edge to itself", pipeline({ a: task }, [{ from: "a", to: "a" }]), ["self-edge edges.0"]],
    [
      "an edge that stands twice",
      pipeline({ a: task, b: task }, [
        { from: "a", to: "b" },
        { from: "a", to: "b", on: "success" },
      ]),
      ["duplicate-edge edges.1"],
    ],
    [
      "a circle and what is behind it",
      pipeline({ a: task, b: task, c: task }, [
        { from: "a", to: "b" },
        { from: "b", to: "a" },
        { from: "b", to: "c" },
      ]),
      ["cycle edges.1", "unreachable-task tasks.c"],
    ],
    [
      "a join that waits for success and failure",
      pipeline({ a: task, b: task }, [
        { from: "a", to: "b" },
        { from: "a", to: "b", on: "failure" },
      ]),
      ["join-never-opens tasks.b"],
    ],
    [
      "a join that waits for too many",
      pipeline({ a: task, b: { ...task, join: { at_least: 2 } } }, [{ from: "a", to: "b" }]),
      ["join-never-opens tasks.b.join"],
    ],
    ["bad names", pipeline({ "1a": task }), ["bad-name tasks.1a"]],
    ["neither function nor action", pipeline({ a: {} }), ["bad-value tasks.a"]],
    [
      "a task that is read and not there",
      pipeline({ a: { ...task, with: { x: "${tasks.z.output}" } } }),
      ["unknown-task tasks.a.with.x"],
    ],
    [
      "a task that is read and not waited for",
      pipeline({ a: task, b: { ...task, with: { l: ["${tasks.a.output}"] } } }),
      ["not-an-ancestor tasks.b.with.l.0"],
    ],
    [
      "a root that is not there",
      pipeline({ a: { ...task, with: { x: "${inputs.x}" } } }),
      ["unknown-name tasks.a.with.x"],
    ],
    ["an item without for_each", pipeline({ a: { ...task, with: { x: "${item}" } } }), ["unknown-name tasks.a.with.x"]],
    ["what does not parse", pipeline({ a: { ...task, with: { x: "${a.}" } } }), ["bad-expression tasks.a.with.x"]],
  ])("are told of %s", (_, one, expected) => expect(told(one)).toEqual(expected));

  it("are not told of joins that can open", () => {
    for (const join of ["any", "settled", { at_least: 1 }] as const) {
      const one = pipeline({ a: task, b: { ...task, join } }, [
        { from: "a", to: "b" },
        { from: "a", to: "b", on: "failure" },
      ]);
      expect(told(one)).toEqual([]);
    }
  });

  it("belong to a task, an edge or the pipeline", () => {
    const one = pipeline({ a: task }, [{ from: "a", to: "b" }]);
    expect(subjectOf(one, ["tasks", "a", "with"])).toEqual({ kind: "task", name: "a" });
    expect(subjectOf(one, ["edges", 0, "to"])).toEqual({ kind: "edge", key: '["a","b","success",null]' });
    expect(subjectOf(one, ["edges", 9])).toEqual({ kind: "pipeline" });
  });

  it("are found in whatever is drawn", () => {
    fc.assert(
      fc.property(pipelines, (one) => {
        for (const problem of problemsIn(one)) expect(problem.message).not.toBe("");
      }),
    );
  });
});
