import { expect, it } from "vitest";
import { millisOf, spelledDuration, waitsOf } from "./waits.ts";

it.each([
  ["30s", 30_000],
  ["1h30m", 5_400_000],
  ["500ms", 500],
  ["2d", 172_800_000],
])("%s is read and spelled", (text, millis) => {
  expect(millisOf(text)).toBe(millis);
  expect(spelledDuration(millis)).toBe(text);
});

it("is no duration without a unit", () => {
  expect(millisOf("30")).toBeUndefined();
});

it("waits longer each time, up to the longest", () => {
  expect(waitsOf({ attempts: 4, delay: "2s", backoff: 3, max_delay: "10s" })).toEqual(["2s", "6s", "10s"]);
  expect(waitsOf({ attempts: 1 })).toEqual([]);
  expect(waitsOf({ attempts: 20 }).at(-1)).toBe("…");
});
