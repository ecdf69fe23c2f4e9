import { describe, expect, it } from "vitest";
import { previewOfText, shortly, valueAt } from "./preview.ts";

const SCOPE = { input: { key: "a.png", n: 3 }, tasks: { check: { output: { width: 640 } } } };

describe("a preview", () => {
  it.each([
    ["${input.n}", 3],
    ["${ tasks.check.output.width }", 640],
    ["in/${input.key}.${input.n}", "in/a.png.3"],
    ["${input.nothing}", null],
  ])("of %s", (text, value) => expect(previewOfText(text, SCOPE, undefined)).toEqual({ kind: "value", value }));

  it("is left to the server where it is more than a way", () => {
    expect(previewOfText("${length(input.key)}", SCOPE, undefined)).toEqual({ kind: "later" });
    expect(previewOfText("${length(input.key)}", SCOPE, 5)).toEqual({ kind: "value", value: 5 });
  });

  it("does not show what cannot be known as nothing", () => {
    expect(previewOfText("${secrets.TOKEN}", SCOPE, undefined)).toEqual({ kind: "later" });
    expect(previewOfText("${input.n}", undefined, undefined)).toEqual({ kind: "later" });
    // What the server leaves as it is written it does not know either.
    expect(previewOfText("${secrets.TOKEN}", SCOPE, "${secrets.TOKEN}")).toEqual({ kind: "later" });
  });

  it("waits for the end of what is being typed", () => {
    expect(previewOfText("${input.", SCOPE, undefined)).toEqual({ kind: "later" });
    expect(previewOfText("plain $${x}", SCOPE, undefined)).toEqual({ kind: "plain" });
  });
});

it("tells a value in one line", () => {
  expect(shortly("x".repeat(300), 10)).toHaveLength(10);
});

it("finds a place in a value", () => {
  expect(valueAt({ a: [{ b: 1 }] }, ["a", 0, "b"])).toBe(1);
  expect(valueAt({ a: 1 }, ["a", "b"])).toBeUndefined();
});
