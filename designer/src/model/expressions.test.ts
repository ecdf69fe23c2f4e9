import { describe, expect, it } from "vitest";
import { candidatesAt, type Known, previewOf } from "./completion.ts";
import { expressionsIn, isOneExpression, readsOf, renamed, tasksReadBy } from "./expressions.ts";
import type { Pipeline } from "./pipeline.ts";

describe("expressions", () => {
  it.each<[string, string[]]>([
    ["plain", []],
    ["${a} and ${b}", ["a", "b"]],
    ["$${a} ${b}", ["b"]],
    ["$$${a}", []],
    ["${{x: a, y: {z: b}}}", ["{x: a, y: {z: b}}"]],
    ["${a == '}'}", ["a == '}'"]],
    ['${"}"}', ['"}"']],
    ["cost: $5 ${a}", ["a"]],
  ])("are found in %s", (text, found) => expect(expressionsIn(text).map(({ source }) => source)).toEqual(found));

  it("are open while they are typed", () => {
    expect(expressionsIn("x ${tasks.")).toEqual([{ source: "tasks.", from: 4, to: 10, closed: false }]);
    expect(isOneExpression("${a}")).toBe(true);
    expect(isOneExpression("${a} ")).toBe(false);
    expect(readsOf({ a: ["${b.}"] }).misspelled[0]?.where).toEqual(["a", 0]);
  });

  it("are rewritten where they name a task, and nowhere else", () => {
    const names = new Map([["a", "z-1"]]);
    const same = [
      "a",
      "tasks.a",
      "${input.tasks.a}",
      "$${tasks.a}",
      "${tasks.b.output.a}",
      "${x[?tasks.a]}",
      "${'tasks.a'}",
    ];
    for (const text of same) expect(renamed(text, names)).toBe(text);
    expect(renamed("${tasks.a.output[?x == tasks.a].y || tasks.a.error}", names)).toBe(
      '${tasks."z-1".output[?x == tasks.a].y || tasks."z-1".error}',
    );
    const value = { keep: ["x"], change: { deep: "${tasks.a.output}" } };
    const after = renamed(value, names);
    expect(after.change.deep).toBe('${tasks."z-1".output}');
    expect(after.keep).toBe(value.keep);
    expect([...tasksReadBy({ with: { a: "${tasks.x.output} ${tasks.y.error}" } })]).toEqual(["x", "y"]);
  });
});

const PIPELINE: Pipeline = {
  project: "p",
  pipeline: "q",
  input: { type: "object", properties: { object: { type: "string" }, tags: { type: "array" } } },
  tasks: {
    a: { function: "shrink" },
    "b-side": { action: "s3.copy" },
    c: { function: "f", for_each: "${input.tags}" },
    later: {},
  },
  edges: [
    { from: "a", to: "b-side" },
    { from: "b-side", to: "c" },
    { from: "c", to: "later" },
  ],
};
const KNOWN: Known = {
  outputs: { shrink: { properties: { file: { type: "object", properties: { key: { type: "string" } } } } } },
  secrets: ["TOKEN"],
  seen: { outputs: { "b-side": { copied: true } } },
};

describe("completion", () => {
  const at = (text: string, name = "c") => {
    const place = text.indexOf("^");
    const found = candidatesAt(PIPELINE, { kind: "task", name, field: "with" }, KNOWN, text.replace("^", ""), place);
    return found?.candidates.map((one) => one.insert);
  };

  it.each<[string, string[] | undefined]>([
    ["x ^", undefined],
    ["${^", ["input", "tasks", "run", "trigger", "variables", "secrets", "item"]],
    ["${in^}", ["input"]],
    ["${input.^}", ["object", "tags"]],
    ["${tasks.^}", ['"b-side"', "a"]],
    ["${tasks.b^}", ['"b-side"']],
    ["${tasks.a.^}", ["output", "error", "status"]],
    ["${tasks.a.output.file.^}", ["key"]],
    ['${tasks."b-side".output.^}', ["copied"]],
    ["${input.x || tasks.a.error.m^}", ["message"]],
    ["${length(tasks.a.out^)}", ["output"]],
    ["${secrets.^}", ["TOKEN"]],
    ["${tasks.later.^}", undefined],
    ["${nothing.^}", undefined],
    ["${tasks.a.output.files[?si^]}", undefined],
  ])("of %s", (text, expected) => expect(at(text)).toEqual(expected));

  it("knows the event where a trigger reads it", () => {
    const found = candidatesAt(PIPELINE, { kind: "trigger", source: "bus" }, KNOWN, "${det}", 5);
    expect(found).toMatchObject({ from: 2, to: 5 });
    expect(found?.candidates.map((one) => one.insert)).toEqual(["detail", '"detail-type"']);
  });

  it("shows what a plain way gives, and leaves the rest to the server", () => {
    const scope = { tasks: { a: { output: { items: [1, 2, 3] } } } };
    expect(previewOf("tasks.a.output.items[-1]", scope)).toEqual({ value: 3 });
    expect(previewOf("tasks.a.nothing.x", scope)).toEqual({ value: null });
    expect(previewOf("length(tasks.a.output.items)", scope)).toBeUndefined();
    expect(previewOf("a.", scope)).toBeUndefined();
  });
});
