import { describe, expect, it } from "vitest";
import { beginningOf, inlined, shapeOf, variantOf } from "./schema.ts";

const FILE = {
  $defs: {
    File: { type: "object", properties: { bucket: { type: "string" }, key: { type: "string" } }, required: ["key"] },
    Tree: { type: "object", properties: { below: { $ref: "#/$defs/Tree" } } },
  },
  type: "object",
  properties: { file: { $ref: "#/$defs/File", description: "Which one." } },
};

describe("a shape", () => {
  it("is found behind a pointer, with what stands beside it", () => {
    const shape = shapeOf(FILE, FILE);
    const [file] = shape.kind === "object" ? shape.fields : [];
    expect(file?.schema.description).toBe("Which one.");
    expect(file && shapeOf(file.schema, FILE).kind).toBe("object");
  });

  it("has what must be given before the rest", () => {
    const shape = shapeOf({ $ref: "#/$defs/File" }, FILE);
    expect(shape.kind === "object" && shape.fields.map((one) => [one.name, one.required])).toEqual([
      ["key", true],
      ["bucket", false],
    ]);
  });

  it("does not count nothing as an alternative", () => {
    expect(shapeOf({ anyOf: [{ type: "string" }, { type: "null" }] }, {}).kind).toBe("text");
    expect(shapeOf({ type: ["integer", "null"] }, {})).toEqual({ kind: "number", whole: true });
  });

  it("is a choice where every alternative is one value", () => {
    expect(shapeOf({ oneOf: [{ const: "a" }, { const: "b" }] }, {})).toEqual({ kind: "choice", values: ["a", "b"] });
  });

  it("stays an object where alternatives only say which fields go together", () => {
    const schema = { type: "object", properties: { a: {}, b: {} }, oneOf: [{ required: ["a"] }, { required: ["b"] }] };
    expect(shapeOf(schema, {}).kind).toBe("object");
  });
});

describe("alternatives", () => {
  const options = [
    { type: "object", properties: { json: {} }, required: ["json"] },
    { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    { type: "string" },
  ];
  it("are told by the fields that a value has, and by its kind", () => {
    expect(variantOf(options, { text: "a" }, {})).toBe(1);
    expect(variantOf(options, "a", {})).toBe(2);
    expect(variantOf(options, 3, {})).toBe(-1);
  });
});

it("begins with the default, and with what must be given", () => {
  const schema = {
    type: "object",
    properties: { width: { default: 200 }, file: { $ref: "#/$defs/File" } },
    required: ["file"],
  };
  expect(beginningOf({ type: "integer", default: 200 }, {})).toBe(200);
  expect(beginningOf({ ...FILE, ...schema }, FILE)).toEqual({ file: { key: "" } });
});

it("is inlined to an end, also where it holds itself", () => {
  const text = JSON.stringify(inlined({ $ref: "#/$defs/Tree" }, FILE));
  expect(text).not.toContain("$ref");
});
