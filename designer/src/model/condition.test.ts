import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Clause, conditionInWords, readCondition, writeCondition } from "./condition.ts";
import type { JsonObject } from "./pipeline.ts";

describe("a condition", () => {
  it.each<[JsonObject, string]>([
    [{ width: [{ numeric: [">=", 64] }] }, "width is at least 64"],
    [
      { size: { w: [{ numeric: [">", 0, "<=", 5] }] }, kind: ["png", "gif"] },
      'size.w is more than 0 and at most 5 and kind is "png" or is "gif"',
    ],
    [
      { name: [{ prefix: "in/" }, { suffix: { "equals-ignore-case": ".PNG" } }] },
      'name begins with "in/" or ends with ".PNG" in any case',
    ],
    [{ type: [{ "anything-but": ["A", "B"] }] }, 'type is not "A" or "B"'],
    [{ type: [{ "anything-but": { prefix: "A" } }] }, 'type does not begin with "A"'],
    [{ done: [true, null], at: [{ exists: false }] }, "done is true or is null and at is missing"],
    [
      { file: [{ wildcard: "*.png" }], ip: [{ cidr: "10.0.0.0/8" }] },
      'file looks like "*.png" and ip is an address in 10.0.0.0/8',
    ],
    [{ $or: [{ a: [1] }, { b: [2] }] }, "the pattern matches"],
    [{ a: [{ regex: "x" }] }, "the pattern matches"],
  ])("%j reads as a sentence", (pattern, told) => expect(conditionInWords(pattern)).toBe(told));

  it.each<[string, JsonObject]>([
    ["$or", { $or: [{ a: [1] }] }],
    ["an unknown operator", { a: [{ near: 1 }] }],
    ["two operators in one", { a: [{ prefix: "x", suffix: "y" }] }],
    ["an empty list", { a: [] }],
    ["an empty mapping", {}],
    ["a value that is no list", { a: 1 }],
    ["a list in a list", { a: [[1]] }],
  ])("is left as it is where clauses cannot say it: %s", (_, pattern) =>
    expect(readCondition(pattern)).toBeUndefined(),
  );

  it("cannot ask twice of one field, or of a field and what is in it", () => {
    const is = (...path: string[]): Clause => ({ path, tests: [{ is: "value", value: 1 }] });
    expect(writeCondition([is("a"), is("a")])).toBeUndefined();
    expect(writeCondition([is("a"), is("a", "b")])).toBeUndefined();
    expect(writeCondition([is("a", "b"), is("a")])).toBeUndefined();
    expect(writeCondition([is("a", "b"), is("a", "c")])).toEqual({ a: { b: [1], c: [1] } });
  });

  it("comes back as it was written", () => {
    const text = fc.string({ maxLength: 4 });
    const leaf = fc.oneof(
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.record({ prefix: fc.oneof(text, fc.record({ "equals-ignore-case": text })) }),
      fc.record({ exists: fc.boolean() }),
      fc.record({
        "anything-but": fc.oneof(
          text,
          fc.integer(),
          fc.array(text, { minLength: 1 }),
          fc.record({ wildcard: text }),
          fc.record({ suffix: fc.array(text, { minLength: 1 }) }),
        ),
      }),
      fc.record({ numeric: fc.constantFrom(["<", 1], [">=", 0.5, "<", 2], ["=", 3]) }),
    );
    const field = fc.constantFrom("a", "b", "c.d", "e f");
    const pattern = fc.dictionary(
      field,
      fc.oneof(
        fc.array(leaf, { minLength: 1, maxLength: 3 }),
        fc.dictionary(field, fc.array(leaf, { minLength: 1 }), { minKeys: 1 }),
      ),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(pattern, (one) => {
        const clauses = readCondition(one as JsonObject);
        expect(clauses).toBeDefined();
        expect(writeCondition(clauses ?? [])).toEqual(one);
      }),
    );
  });
});
