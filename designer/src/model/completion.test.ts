import { describe, expect, it } from "vitest";
import { candidatesAt, itemOf, type Known, type Where } from "./completion.ts";
import type { Pipeline } from "./pipeline.ts";

const PIPELINE: Pipeline = {
  project: "p",
  pipeline: "q",
  input: {
    $defs: { File: { type: "object", properties: { bucket: { type: "string" } } } },
    properties: { file: { $ref: "#/$defs/File" }, note: { anyOf: [{ type: "string" }, { type: "null" }] } },
  },
  tasks: { list: { function: "list" }, each: { function: "look", for_each: "${tasks.list.output.files}" } },
  edges: [{ from: "list", to: "each" }],
};
const KNOWN: Known = {
  scope: { tasks: { list: { output: { files: [{ key: "a.png", size: 3 }] } } } },
  event: { detail: { order: { id: 7 } }, source: "shop" },
};
const IN_EACH: Where = { kind: "task", name: "each", field: "with" };

function offered(where: Where, typed: string) {
  return candidatesAt(PIPELINE, where, KNOWN, typed, typed.length)?.candidates ?? [];
}

describe("completion knows", () => {
  it("what is behind a pointer, and what a value is that may be null", () => {
    expect(offered(IN_EACH, "${input.file.").map((one) => one.label)).toEqual(["bucket"]);
    expect(offered(IN_EACH, "${input.no")).toMatchObject([{ label: "note", detail: "string", more: false }]);
    expect(offered(IN_EACH, "${input.fi")).toMatchObject([{ label: "file", more: true }]);
  });

  it("the fields of an item, from the items that a run had", () => {
    expect(offered(IN_EACH, "${item.").map((one) => one.label)).toEqual(["key", "size"]);
  });

  it("the fields of an event that came in, before those that every event has", () => {
    const where: Where = { kind: "trigger", source: "bus" };
    expect(offered(where, "${detail.order.").map((one) => one.label)).toEqual(["id"]);
    expect(offered(where, "${").map((one) => one.label)).toEqual(expect.arrayContaining(["detail", "time"]));
  });
});

it("finds the first item, however the items are given", () => {
  expect(itemOf(["x", "y"], undefined)).toBe("x");
  expect(itemOf({ items: "${tasks.list.output.files}", concurrency: 2 }, KNOWN.scope)).toEqual({
    key: "a.png",
    size: 3,
  });
  expect(itemOf("${length(@)}", KNOWN.scope)).toBeUndefined();
});
