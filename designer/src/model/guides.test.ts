import { expect, it } from "vitest";
import { openDraft } from "./draft.ts";
import { align, distribute } from "./edits/alignment.ts";
import { guided } from "./guides.ts";
import { NODE } from "./layout.ts";
import { isRefusal, planned } from "./plan.ts";

const layout = { a: { x: 0, y: 0 }, b: { x: 300, y: 35 }, c: { x: 900, y: 210 } };
const draft = openDraft(
  "project: p\npipeline: q\ntasks: {a: {function: f}, b: {function: f}, c: {function: f}}\n",
  layout,
);

it("what is dragged is held by the nearest line, and the line is shown", () => {
  expect(guided(layout, new Map([["b", { x: 295, y: 4 }]]))).toEqual({
    shift: { x: 0, y: -4 },
    guides: [{ axis: "y", at: 0, from: 0, to: 295 }],
  });
  expect(guided(layout, new Map([["b", { x: 295, y: 100 }]])).guides).toEqual([]);
  expect(guided(layout, new Map([["b", { x: 893, y: 3 }]])).shift).toEqual({ x: 7, y: -3 });
});

it("tasks are brought in line, never onto each other", () => {
  expect(planned(align(draft, ["a", "b", "c"], "top")).layout).toEqual({
    a: { x: 0, y: 0 },
    b: { x: 300, y: 0 },
    c: { x: 900, y: 0 },
  });
  const left = planned(align(draft, ["a", "b"], "left")).layout;
  expect(left).toMatchObject({ a: { x: 0, y: 0 }, b: { x: 0, y: NODE.height }, c: layout.c });
  expect(isRefusal(align(draft, ["a"], "left"))).toBe(true);
});

it("tasks are put the same distance apart", () => {
  expect(planned(distribute(draft, ["a", "b", "c"], "x")).layout.b).toEqual({ x: 450, y: 35 });
  expect(isRefusal(distribute(draft, ["a", "b"], "x"))).toBe(true);
});
