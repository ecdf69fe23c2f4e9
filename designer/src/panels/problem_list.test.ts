import { expect, it } from "vitest";
import type { Problem } from "../model/problems.ts";
import { byPlace, found } from "./problem_list.ts";

const PIPELINE = { project: "p", pipeline: "q", tasks: { a: {}, b: {} }, edges: [{ from: "a", to: "b" }] };
const problem = (path: Problem["path"], severity: Problem["severity"] = "error"): Problem => ({
  code: "bad-value",
  message: `wrong at ${path.join(".")}`,
  advice: "mend it",
  path,
  severity,
});
const ALL = [
  problem(["tasks", "a"], "warning"),
  problem(["edges", 0]),
  problem(["deadline"]),
  problem(["tasks", "a", "with"]),
];

it("groups by task, edge and pipeline, errors first", () => {
  const groups = byPlace(PIPELINE, ALL);
  expect(groups.map(([place, ones]) => [place.name, ones.map((one) => one.severity)])).toEqual([
    ["a", ["error", "warning"]],
    ["a → b on success", ["error"]],
    [undefined, ["error"]],
  ]);
});

it("finds by words and by kind", () => {
  expect(found(ALL, "edges WRONG", "all")).toHaveLength(1);
  expect(found(ALL, "", "warning")).toHaveLength(1);
  expect(found(ALL, "nowhere", "all")).toHaveLength(0);
});
