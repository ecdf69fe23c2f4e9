import { expect, it } from "vitest";
import { sampleEvent, sampleInput } from "./samples.ts";

it("is an object that the bucket's trigger hears", () => {
  expect(sampleEvent({ s3: { bucket: "uploads", prefix: "in/", suffix: [".png"] } })).toEqual({
    source: "aws.s3",
    "detail-type": "Object Created",
    detail: { bucket: { name: "uploads" }, object: { key: "in/example.png", size: 1024 } },
  });
});

it("holds a value for every field that the pattern names", () => {
  const event = {
    source: ["shop"],
    detail: {
      total: [{ numeric: [">", 100] }],
      kind: [{ prefix: "new-" }, "old"],
      city: [{ "anything-but": ["Bern"] }],
      note: [{ exists: true }],
      $or: [{ a: [1] }, { b: [2] }],
    },
  };
  expect(sampleEvent({ event })).toEqual({
    source: "shop",
    "detail-type": "example",
    detail: { total: 101, kind: "new-", city: "another", note: "x", a: 1 },
  });
});

it("is absent where no event of the bus starts a run", () => {
  expect(sampleEvent({ schedule: { rate: "1h" } })).toBeUndefined();
});

it("begins an input with examples and defaults, and with what must be given", () => {
  const schema = {
    type: "object",
    required: ["key", "size", "who", "tags"],
    properties: {
      key: { type: "string", minLength: 1 },
      size: { type: "integer", minimum: 3 },
      who: { type: "string", examples: ["Ann"] },
      tags: { type: "array", minItems: 1, items: { type: "string", format: "date" } },
      note: { type: "string" },
    },
  };
  expect(sampleInput(schema)).toEqual({ key: "example", size: 3, who: "Ann", tags: ["2026-01-31"] });
});
