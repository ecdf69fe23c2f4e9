import { expect, it } from "vitest";
import { sampleOf } from "./sample.ts";

it("makes an event that the pattern matches", () => {
  const pattern = {
    source: ["shop"],
    detail: {
      total: [{ numeric: [">", 100] }],
      size: [{ numeric: [">=", 2, "<", 4] }],
      key: [{ prefix: "in/" }],
      gone: [{ exists: false }],
      name: [{ wildcard: "a*z" }],
    },
  };
  expect(sampleOf(pattern)).toEqual({
    source: "shop",
    detail: { total: 101, size: 3, key: "in/example", name: "aexamplez" },
  });
});

it("takes the first of several ways", () => {
  expect(sampleOf({ $or: [{ a: [1] }, { b: [2] }] })).toEqual({ a: 1 });
});
