import { describe, expect, it } from "vitest";
import { type Around, offeredAt } from "./complete.ts";

const AROUND: Around = {
  pipeline: {
    project: "p",
    pipeline: "q",
    input: { properties: { key: { type: "string" } } },
    tasks: { check: { function: "look" }, send: { action: "http.request" } },
    edges: [{ from: "check", to: "send" }],
  },
  known: {},
  functions: ["look"],
  actions: ["http.request"],
  takes: { look: { type: "object", properties: { file: { type: "string" }, mode: { enum: ["fast", "good"] } } } },
};

function labels(marked: string): readonly string[] | undefined {
  const offset = marked.indexOf("^");
  return offeredAt(marked.replace("^", ""), offset, AROUND)?.options.map((one) => one.label);
}

describe("the code view offers", () => {
  it("keys of the pipeline that are not there yet", () => {
    expect(labels("^")).toEqual(expect.arrayContaining(["deadline", "triggers"]));
    expect(labels("^")).not.toContain("project");
  });

  it("keys of a task, of its retry, of a trigger's source", () => {
    expect(labels("tasks:\n  new:\n    ^")).toEqual(expect.arrayContaining(["function", "with", "timeout"]));
    expect(labels("tasks:\n  new:\n    retry: {^")).toEqual(expect.arrayContaining(["attempts", "backoff"]));
    expect(labels("triggers:\n  t:\n    schedule: {^")).toEqual(expect.arrayContaining(["cron", "timezone"]));
  });

  it("values that are one of some", () => {
    expect(labels("edges:\n  - {from: check, to: send, on: ^")).toEqual(["success", "failure", "completion"]);
    expect(labels("tasks:\n  x:\n    join: ^")).toEqual(["all", "any", "settled"]);
    expect(labels("tasks:\n  x:\n    callback: ^")).toEqual(["true", "false"]);
  });

  it("names of tasks, functions and actions", () => {
    expect(labels("edges:\n  - {from: ^")).toEqual(["check", "send"]);
    expect(labels("tasks:\n  x:\n    function: ^")).toEqual(["look"]);
    expect(labels("tasks:\n  x:\n    action: ^")).toEqual(["http.request"]);
  });

  it("what a function takes", () => {
    expect(labels("tasks:\n  check:\n    with: {^")).toEqual(["file", "mode"]);
    expect(labels("tasks:\n  check:\n    with:\n      mode: ^")).toEqual(["fast", "good"]);
  });

  it("what an expression may name", () => {
    expect(labels('tasks:\n  check:\n    with: {file: "${input.^')).toEqual(["key"]);
    expect(labels("tasks:\n  send:\n    with:\n      body: ${tasks.^")).toEqual(["check"]);
  });
});
