import { expect, it } from "vitest";
import { closed, opened, taken } from "./typing.ts";

it("closes an expression that was just opened", () => {
  expect(closed("a ${", 4, "a $")).toEqual({ text: "a ${}", at: 4 });
  expect(closed("${}", 2, "$}")).toEqual({ text: "${}", at: 2 });
  // Written with a second sign it is no expression; and nothing that was taken away is put back.
  expect(closed("$${", 3, "$$")).toEqual({ text: "$${", at: 3 });
  expect(closed("${", 2, "${}")).toEqual({ text: "${", at: 2 });
});

it("opens one where the cursor stands", () => {
  expect(opened("ab", 1)).toEqual({ text: "a${}b", at: 3 });
});

it("writes a candidate over what was typed, and asks for its member", () => {
  const completion = { from: 2, to: 4, candidates: [] };
  const one = { label: "input", insert: "input", detail: "", more: true };
  expect(taken("${in}", completion, one)).toEqual({ text: "${input.}", at: 8 });
  expect(taken("${in.key}", completion, one)).toEqual({ text: "${input.key}", at: 7 });
  expect(taken("${inpxx}", completion, { ...one, more: false })).toEqual({ text: "${input}", at: 7 });
});
