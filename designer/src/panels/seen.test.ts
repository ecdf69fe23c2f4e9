import { expect, it } from "vitest";
import { heardOf, outcomesOf, runScope } from "./seen.ts";

const RUN = {
  run: "r-1",
  pipeline: "shop/orders",
  version: 3,
  trigger: "web",
  input: { id: 7 },
  tasks: [
    { task: "check", state: "succeeded", output: { width: 3 }, error: null },
    { task: "pay", state: "failed", output: null, error: { type: "Declined", message: "no" } },
    { task: "send", state: "skipped", output: null, error: null },
    { task: "wait", state: "running", output: null, error: null },
  ],
};

it("shows an expression what it would have read", () => {
  const scope = runScope(RUN, { rate: 2 });
  expect(scope.tasks).toEqual({
    check: { status: "succeeded", output: { width: 3 } },
    pay: { status: "failed", error: { type: "Declined", message: "no" } },
    send: { status: "skipped" },
  });
  expect(scope.input).toEqual({ id: 7 });
  expect(scope.run).toEqual({ id: "r-1", pipeline: "shop/orders", version: 3, trigger: "web" });
});

it("shows a condition the output, the error or the whole outcome", () => {
  expect(heardOf(RUN, "check", "success")).toEqual({ width: 3 });
  expect(heardOf(RUN, "check", "failure")).toBeUndefined();
  expect(heardOf(RUN, "pay", "failure")).toEqual({ type: "Declined", message: "no" });
  expect(heardOf(RUN, "pay", "completion")).toEqual({ status: "failed", error: { type: "Declined", message: "no" } });
  expect(heardOf(RUN, "send", "completion")).toBeUndefined();
});

it("gives a simulation the outcomes of tasks that are still there", () => {
  expect(outcomesOf(RUN, { check: {}, send: {} })).toEqual({ check: { output: { width: 3 } } });
});
