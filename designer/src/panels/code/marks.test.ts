import { expect, it } from "vitest";
import type { Problem } from "../../model/problems.ts";
import { read } from "../../model/source.ts";
import { marksOf } from "./marks.ts";

const TEXT = "project: a\npipeline: b\ntasks:\n  one: {function: f}\n";
const problem = (more: Partial<Problem>): Problem => ({
  code: "bad-value",
  message: "wrong",
  advice: "mend it",
  path: ["tasks", "one"],
  severity: "warning",
  ...more,
});
const shown = (text: string, ...problems: Problem[]) => {
  const reading = read(text);
  return marksOf(reading, reading.mistakes, problems).map((one) => text.slice(one.from, one.to));
};

it("stands where the server says, or else where the path is", () => {
  const place = { line: 4, column: 9, endLine: 4, endColumn: 17 };
  expect(shown(TEXT, problem({ place }))).toEqual(["function"]);
  expect(shown(TEXT, problem({}))).toEqual(["one: {function: f}"]);
});

it("shows what cannot be read before the server has spoken", () => {
  expect(shown("project: [")).not.toEqual([]);
});
