import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pipelines } from "../testing/pipelines.ts";
import { difference, isSame } from "./diff.ts";
import { type Pipeline, same } from "./pipeline.ts";

const BEFORE: Pipeline = {
  project: "p",
  pipeline: "q",
  deadline: "1h",
  triggers: { now: { manual: {} } },
  tasks: { a: { function: "f", with: { x: 1, y: { z: [1, 2] } } }, b: { function: "g" } },
  edges: [
    { from: "a", to: "b" },
    { from: "a", to: "b", on: "failure" },
  ],
};

describe("a difference", () => {
  it("tells what came, went and changed, at the smallest place", () => {
    const told = difference(BEFORE, {
      ...BEFORE,
      deadline: "2h",
      triggers: {},
      tasks: { a: { function: "f", with: { x: 1, y: { z: [1, 3] } }, timeout: "1s" }, c: { function: "h" } },
      edges: [
        { from: "a", to: "b", when: { n: [1] } },
        { from: "a", to: "c" },
      ],
    });
    expect(told.fields).toEqual([{ path: ["deadline"], before: "1h", after: "2h" }]);
    expect(told.triggers).toEqual({ added: [], removed: ["now"], changed: [] });
    expect(told.tasks).toEqual({
      added: ["c"],
      removed: ["b"],
      changed: [
        {
          name: "a",
          changes: [
            { path: ["with", "y", "z", 1], before: 2, after: 3 },
            { path: ["timeout"], before: undefined, after: "1s" },
          ],
        },
      ],
    });
    expect(told.edges).toEqual({
      added: [{ from: "a", to: "c" }],
      removed: [{ from: "a", to: "b", on: "failure" }],
      changed: [{ before: { from: "a", to: "b" }, after: { from: "a", to: "b", when: { n: [1] } } }],
    });
  });

  it("is none exactly where two pipelines mean the same, whatever their order", () => {
    fc.assert(
      fc.property(pipelines, pipelines, (one, other) => {
        expect(isSame(difference(one, structuredClone(one)))).toBe(true);
        if (!same({ ...one, edges: [] }, { ...other, edges: [] })) expect(isSame(difference(one, other))).toBe(false);
      }),
    );
    expect(isSame(difference(BEFORE, { ...BEFORE, edges: (BEFORE.edges ?? []).toReversed() }))).toBe(true);
  });
});
