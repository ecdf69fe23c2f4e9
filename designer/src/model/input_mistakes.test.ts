import { expect, it } from "vitest";
import { mistakesByField } from "./input_mistakes.ts";

it("puts each mistake at its field", () => {
  const told = mistakesByField([
    { what: '1 is not of type "string" at key' },
    { what: '"x" is not of type "integer" at a.list[0].b' },
    { what: '"size" is a required property' },
    { what: '"c" is a required property at a' },
    { what: "Additional properties are not allowed ('x' was unexpected)" },
  ]);
  expect(Object.fromEntries(told)).toEqual({
    key: '1 is not of type "string"',
    "a.list.0.b": '"x" is not of type "integer"',
    size: '"size" is a required property',
    "a.c": '"c" is a required property',
    "": "Additional properties are not allowed ('x' was unexpected)",
  });
});
