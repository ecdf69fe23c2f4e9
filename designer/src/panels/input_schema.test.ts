import { expect, it } from "vitest";
import { isSimple, schemaFields, withSchemaFields } from "./input_schema.ts";

const SCHEMA = {
  type: "object",
  required: ["key", "elsewhere"],
  properties: { key: { type: "string", minLength: 1, description: "The key." }, free: {} },
  additionalProperties: false,
};

it("comes back with all that it says", () => {
  expect(withSchemaFields(SCHEMA, schemaFields(SCHEMA))).toEqual({ ...SCHEMA, required: ["elsewhere", "key"] });
});

it("takes a renamed field along, and drops one that is gone", () => {
  const [key] = schemaFields(SCHEMA);
  const changed = withSchemaFields(SCHEMA, key === undefined ? [] : [{ ...key, name: "name", type: "integer" }]);
  expect(changed).toMatchObject({
    required: ["elsewhere", "name"],
    properties: { name: { type: "integer", minLength: 1, description: "The key." } },
  });
});

it("is not edited field by field where it is anything else", () => {
  expect(isSimple({ type: "array" })).toBe(false);
  expect(isSimple({ type: "object", properties: { a: true } })).toBe(false);
  expect(isSimple({ type: "object" })).toBe(true);
});
