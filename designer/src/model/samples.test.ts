import { expect, it } from "vitest";
import { sampleInput } from "./samples.ts";

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
