import { expect, it } from "vitest";
import { heardSchema, suggestedIn } from "./heard.ts";

const OUTPUT = {
  type: "object",
  properties: { format: { enum: ["png", "gif"] }, size: { type: "object", properties: { w: { type: "integer" } } } },
};

it("suggests what a schema tells of and what was seen, also within", () => {
  const found = suggestedIn(heardSchema("success", OUTPUT), [{ size: { w: 3 }, extra: true }]);
  expect(found.map((one) => one.path)).toEqual(["format", "size", "size.w", "extra"]);
  expect(found[0]?.values).toEqual(["png", "gif"]);
  expect(found[2]).toEqual({ path: "size.w", detail: "integer", values: [3] });
});

it("looks at the error on failure, and at the whole outcome on completion", () => {
  expect(suggestedIn(heardSchema("failure", OUTPUT), []).map((one) => one.path)).toEqual(["type", "message", "detail"]);
  expect(suggestedIn(heardSchema("completion", OUTPUT), []).map((one) => one.path)).toContain("output.size.w");
});
