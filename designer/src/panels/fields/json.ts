// JSON that somebody types: the value, or what is wrong and where.

import type { Json } from "../../model/pipeline.ts";

export type JsonRead = { readonly value: Json } | { readonly wrong: string; readonly at: number };

export function readJson(text: string): JsonRead {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (problem) {
    const told = String((problem as Error).message);
    const place = /position (\d+)/.exec(told)?.[1];
    const line = /line (\d+) column (\d+)/.exec(told);
    const at =
      place === undefined
        ? line === null
          ? text.length
          : offsetOf(text, Number(line[1]), Number(line[2]))
        : Number(place);
    return {
      wrong: told.replace(/^JSON\.parse: /, "").replace(/ in JSON at position.*$/, ""),
      at: Math.min(at, text.length),
    };
  }
}

/** Lines and columns count from 1. */
export function offsetOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let passed = 1; passed < line; passed += 1) {
    const next = text.indexOf("\n", at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return Math.min(at + column - 1, text.length);
}
