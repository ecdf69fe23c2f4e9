import { expect, it } from "vitest";
import { priceOf } from "./price.ts";

const TOLD = {
  usd: 30,
  compute_usd: 6,
  lines: [{ of: "events", a_run: 6, usd: 6, compute: false }],
  step_functions: {
    transitions: 5,
    standard_usd: 120,
    express_usd: 3,
    express_seconds: 0.7,
    express_possible: true,
    compute_usd: 4,
  },
};

it("says how many times as much the others ask, and who is cheapest", () => {
  const price = priceOf(TOLD);
  expect(price?.offers.map((one) => [one.who, one.times])).toEqual([
    ["ours", 1],
    ["standard", 4],
    ["express", 0.1],
  ]);
  expect(price?.cheapest).toBe("express");
});

it("leaves Express out where it cannot run so long", () => {
  const price = priceOf({ ...TOLD, step_functions: { ...TOLD.step_functions, express_possible: false } });
  expect(price?.offers.map((one) => one.who)).toEqual(["ours", "standard"]);
  expect([price?.tooLong, price?.cheapest]).toEqual([true, "ours"]);
});

it("says nothing where nothing was worked out", () => {
  expect(priceOf({})).toBeUndefined();
});
