// JSON that somebody types: the value, or what is wrong and where.

import type { Json, JsonObject } from "../../model/pipeline.ts";

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

const WIDTH = 56;

/** As people write it: what fits in a line stands in one. */
export function writeJson(value: Json, before = ""): string {
  const line = inLine(value);
  if (typeof value !== "object" || value === null || line.length + before.length <= WIDTH) return line;
  const inside = `${before}  `;
  const parts = Array.isArray(value)
    ? (value as readonly Json[]).map((one) => writeJson(one, inside))
    : Object.entries(value as JsonObject).map(([key, one]) => `${JSON.stringify(key)}: ${writeJson(one, inside)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${parts.map((one) => inside + one).join(",\n")}\n${before}${close}`;
}

function inLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${inLine(one)}`)
    .join(", ")}}`;
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
