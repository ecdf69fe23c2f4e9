import { describe, expect, it } from "vitest";
import { readCondition } from "./condition.ts";
import { clauseOf, draftedOf, fieldsIn, readPlain, testOf, writePlain } from "./operators.ts";
import type { JsonObject } from "./pipeline.ts";

const PATTERNS: readonly JsonObject[] = [
  { width: [{ numeric: [">=", 64] }], format: ["png", "gif"] },
  { n: [{ numeric: [">", 1, "<=", 5] }, { numeric: ["=", 7] }] },
  { a: { b: [{ prefix: "x" }, { suffix: { "equals-ignore-case": ".PNG" } }] } },
  { a: [{ "anything-but": "x" }], b: [{ "anything-but": [1, 2] }], c: [{ "anything-but": { prefix: ["a", "b"] } }] },
  { a: [{ exists: false }], b: [{ exactly: "x" }], ip: [{ cidr: "10.0.0.0/8" }], w: [{ wildcard: "a*" }, null, true] },
];

describe("clauses in the builder", () => {
  it.each(PATTERNS)("come back as they were written: %j", (pattern) => {
    const clauses = readCondition(pattern);
    expect(clauses?.map((one) => clauseOf(draftedOf(one)))).toEqual(clauses);
  });

  it("say nothing until they are whole", () => {
    expect(clauseOf({ path: "", tests: [{ operator: "exists", values: [] }] })).toBeUndefined();
    expect(clauseOf({ path: "width", tests: [{ operator: "at-least", values: ["x"] }] })).toBeUndefined();
    expect(clauseOf({ path: "width", tests: [{ operator: "between", values: [1] }] })).toBeUndefined();
  });

  it("make the test that their operator means", () => {
    expect(testOf({ operator: "between", values: [1, 5] })).toEqual({
      is: "number",
      bounds: [
        [">=", 1],
        ["<=", 5],
      ],
    });
    expect(testOf({ operator: "missing", values: [] })).toEqual({ is: "exists", exists: false });
  });
});

it.each([
  ["64", 64],
  ["true", true],
  ["null", null],
  ['"64"', "64"],
  ["png", "png"],
  ["-1.5", -1.5],
  ["007", "007"],
  ['"', '"'],
] as const)("what is typed as %s is a value of its type", (typed, value) => expect(readPlain(typed)).toBe(value));

it.each(["64", "true", "null", '"a"', "plain", "", " x "])(
  "the text %j is written so that it is read as a text again",
  (text) => {
    expect(readPlain(writePlain(text))).toBe(text);
  },
);

it("names fields within fields", () => {
  expect(fieldsIn({ a: { b: 1 }, c: [1] })).toEqual(["a", "a.b", "c"]);
});
