import { expect, it } from "vitest";
import { offsetOf, readJson, writeJson } from "./json.ts";

it("reads a value, or says where it stops reading", () => {
  expect(readJson('{"a": [1]}')).toEqual({ value: { a: [1] } });
  const wrong = readJson('{"a": 1\n "b": 2}');
  expect("at" in wrong && wrong.at).toBe(9);
});

it("finds a line and a column, also where the text has ended before", () => {
  expect(offsetOf("ab\ncd", 2, 2)).toBe(4);
  expect(offsetOf("ab", 9, 1)).toBe(2);
});

it("writes what fits in a line in one, and reads it again", () => {
  const pattern = { width: [{ numeric: [">=", 64] }], format: ["png", "gif", "a longer one", "and another one"] };
  const text = writeJson(pattern);
  expect(text.split("\n")[1]).toBe('  "width": [{"numeric": [">=", 64]}],');
  expect(readJson(text)).toEqual({ value: pattern });
});
