import { describe, expect, it } from "vitest";
import { edgeId } from "./edge_id.ts";
import { type Edge, edgeKey, type Pipeline } from "./pipeline.ts";
import { frame, type Simulation } from "./simulated.ts";

const ON: Edge = { from: "a", to: "b" };
const OFF: Edge = { from: "a", to: "c", on: "failure" };
const THEN: Edge = { from: "c", to: "d" };
const PIPELINE: Pipeline = {
  project: "p",
  pipeline: "q",
  tasks: { a: { function: "f" }, b: { function: "f" }, c: { function: "f" }, d: { function: "f" } },
  edges: [ON, OFF, THEN],
};
const good = { attempts: [{ status: "succeeded", output: 1, error: null }] };
const reached = (task: string, ...edges: Edge[]) => [
  { reached: [{ task, edges: edges.map(edgeId), decision: "run" }] },
];
const TOLD: Simulation = {
  steps: [
    { number: 1, event: "run.started", task: null, rules: reached("a") },
    { number: 2, event: "task.succeeded", task: "a", rules: reached("b", ON) },
    { number: 3, event: "task.succeeded", task: "b", rules: [] },
  ],
  tasks: { a: good, b: good },
  // As the server lists them; who comes later in the pipeline may stand first.
  skipped: [
    { task: "d", dead: [edgeId(THEN)], why: "c was skipped" },
    { task: "c", dead: [edgeId(OFF)], why: "a did not fail" },
  ],
  edges: { [edgeId(ON)]: true, [edgeId(OFF)]: false, [edgeId(THEN)]: false },
  end: "succeeded",
};

const states = (at: number) =>
  Object.fromEntries(Object.entries(frame(PIPELINE, TOLD, at).view.tasks).map(([name, task]) => [name, task.state]));

describe("a simulation, step by step", () => {
  it("begins with nothing", () => {
    expect(states(0)).toEqual({});
  });

  it("says who runs next and who has ended", () => {
    expect(states(1)).toEqual({ a: "ready" });
    expect(states(3)).toMatchObject({ a: "succeeded", b: "succeeded" });
  });

  it("skips a task as soon as what keeps it from running is decided, and whoever waits for that", () => {
    expect(states(2)).toEqual({ a: "succeeded", b: "ready", c: "skipped", d: "skipped" });
    expect(frame(PIPELINE, TOLD, 2).view.tasks.c?.why).toBe("a did not fail");
  });

  it("decides an edge with the end of its task, and lights what the step is about", () => {
    expect(frame(PIPELINE, TOLD, 1).view.live).toEqual({});
    const { view, lit } = frame(PIPELINE, TOLD, 2);
    expect(view.live).toEqual({ [edgeKey(ON)]: true, [edgeKey(OFF)]: false, [edgeKey(THEN)]: false });
    expect([...lit.tasks].sort()).toEqual(["a", "b"]);
    expect([...lit.edges]).toEqual([edgeKey(ON)]);
  });
});
