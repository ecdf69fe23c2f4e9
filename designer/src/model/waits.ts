/** Durations as people write them, and the waits that a retry comes to: delay * backoff^(n-1), at most max_delay. */

import { DEFAULT_RETRY, type Retry } from "./pipeline.ts";

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** In milliseconds; absent when it is no duration. */
export function millisOf(text: string): number | undefined {
  if (!/^(\d+(ms|[dhms]))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[dhms])/g)) {
    sum += Number(count) * (UNITS.find(([name]) => name === unit)?.[1] ?? 0);
  }
  return sum;
}

export function spelledDuration(millis: number): string {
  let rest = Math.round(millis);
  let told = "";
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) told += `${count}${name}`;
    rest -= count * size;
  }
  return told || "0s";
}

const MOST_TOLD = 6;

/** The wait before each further attempt, before it is spread; of many the first ones. */
export function waitsOf(retry: Retry): readonly string[] {
  const { attempts, delay, backoff, max_delay } = { ...DEFAULT_RETRY, ...retry };
  const [first, most] = [millisOf(delay) ?? 0, millisOf(max_delay) ?? 0];
  const count = Math.max(0, attempts - 1);
  const told = Array.from({ length: Math.min(count, MOST_TOLD) }, (_, at) =>
    spelledDuration(Math.min(first * backoff ** at, most)),
  );
  return count > MOST_TOLD ? [...told, "…"] : told;
}
