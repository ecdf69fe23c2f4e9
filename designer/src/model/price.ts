/** What a million runs cost, beside what others ask for the same: as the server has worked it out. */

import type { Json, JsonObject } from "./pipeline.ts";
import { isMapping } from "./schema.ts";

export interface Offer {
  readonly who: "ours" | "standard" | "express";
  /** Dollars for a million runs, without what functions cost to run. */
  readonly usd: number;
  /** What running the functions costs beside it. */
  readonly compute: number;
  /** How many times ours: above 1 is dearer. */
  readonly times: number;
}

export interface Price {
  readonly offers: readonly Offer[];
  /** A run may last longer than Express lets it. */
  readonly tooLong: boolean;
  readonly cheapest: Offer["who"];
  readonly lines: readonly {
    readonly of: string;
    readonly quantity: number;
    readonly usd: number;
    readonly compute: boolean;
  }[];
  readonly transitions: number;
  readonly expressSeconds: number;
}

/** Absent where nothing was worked out. */
export function priceOf(told: JsonObject): Price | undefined {
  const others = told.step_functions;
  if (typeof told.usd !== "number" || !isMapping(others)) return undefined;
  const ours = told.usd;
  const offer = (who: Offer["who"], usd: number, compute: number): Offer => {
    return { who, usd, compute, times: ours === 0 ? 1 : usd / ours };
  };
  const theirs = numberIn(others.compute_usd);
  const tooLong = others.express_possible === false;
  const offers = [
    offer("ours", ours, numberIn(told.compute_usd)),
    offer("standard", numberIn(others.standard_usd), theirs),
    ...(tooLong ? [] : [offer("express", numberIn(others.express_usd), theirs)]),
  ];
  const cheapest = offers.reduce((best, one) => (one.usd + one.compute < best.usd + best.compute ? one : best)).who;
  return {
    offers,
    tooLong,
    cheapest,
    lines: (Array.isArray(told.lines) ? (told.lines as readonly Json[]) : []).filter(isMapping).map((line) => ({
      of: String(line.of ?? ""),
      quantity: numberIn(line.a_run),
      usd: numberIn(line.usd),
      compute: line.compute === true,
    })),
    transitions: numberIn(others.transitions),
    expressSeconds: numberIn(others.express_seconds),
  };
}

function numberIn(value: Json | undefined): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
