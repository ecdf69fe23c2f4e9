/** From one collection to another: what stays at which place, what goes, what comes. In the order of the new one. */

import { canonical, type Json } from "./pipeline.ts";

export interface Step {
  /** The place in the old collection; absent for what is new. */
  readonly at?: number;
  readonly removed?: boolean;
  readonly key?: string;
  readonly wasKey?: string;
  readonly before?: Json;
  readonly value?: Json;
}

export function changes(before: Json, after: Json): readonly Step[] {
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after);
  return mapChanges(before as { readonly [key: string]: Json }, after as { readonly [key: string]: Json });
}

function mapChanges(
  before: { readonly [key: string]: Json },
  after: { readonly [key: string]: Json },
): readonly Step[] {
  const old = Object.keys(before);
  const now = Object.keys(after).filter((key) => after[key] !== undefined);
  const place = new Map(old.map((key, at) => [key, at]));
  const stays = new Set(now.filter((key) => place.has(key)));
  const names = renames(old, now, stays);
  const steps: Step[] = [];
  const used = new Set<number>();
  for (const key of now) {
    const at = names.get(key) ?? place.get(key);
    const value = after[key] as Json;
    if (at === undefined) steps.push({ key, value });
    else {
      const wasKey = old[at] as string;
      steps.push({ at, key, wasKey, before: before[wasKey] as Json, value });
      used.add(at);
    }
  }
  for (const at of old.keys()) if (!used.has(at)) steps.push({ at, removed: true });
  return steps;
}

/** Between two keys that stay, as many came as went: they were renamed. By new key, the place of the old one. */
function renames(
  old: readonly string[],
  now: readonly string[],
  stays: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const [gone, come] = [gaps(old, stays), gaps(now, stays)];
  const found = new Map<string, number>();
  for (const [behind, places] of gone) {
    const keys = come.get(behind);
    if (keys?.length !== places.length) continue;
    for (const [at, place] of places.entries()) found.set(now[keys[at] as number] as string, place);
  }
  return found;
}

/** The places of the keys that do not stay, by the key that stays before them. */
function gaps(keys: readonly string[], stays: ReadonlySet<string>): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  let behind = "";
  for (const [at, key] of keys.entries()) {
    if (stays.has(key)) behind = key;
    else found.set(behind, [...(found.get(behind) ?? []), at]);
  }
  return found;
}

function listChanges(before: readonly Json[], after: readonly Json[]): readonly Step[] {
  if (before.length === after.length) return after.map((value, at) => ({ at, before: before[at] as Json, value }));
  const [old, now] = [before.map(canonical), after.map(canonical)];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const keep = (at: number, to: number): Step => ({ at, before: before[at] as Json, value: after[to] as Json });
  const steps: Step[] = [];
  for (let at = 0; at < head; at += 1) steps.push(keep(at, at));
  const middle = common(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  for (let to = head, from = head; ; ) {
    const [nextFrom, nextTo] = middle.shift() ?? [old.length - tail - head, now.length - tail - head];
    // As many came as went between two that stay: they were changed in their places.
    if (head + nextFrom - from === head + nextTo - to) {
      for (; from < head + nextFrom; from += 1, to += 1) steps.push(keep(from, to));
    }
    for (; from < head + nextFrom; from += 1) steps.push({ at: from, removed: true });
    for (; to < head + nextTo; to += 1) steps.push({ value: after[to] as Json });
    if (from >= old.length - tail && to >= now.length - tail) break;
    steps.push(keep(from, to));
    from += 1;
    to += 1;
  }
  for (let left = tail; left > 0; left -= 1) steps.push(keep(old.length - left, now.length - left));
  return steps;
}

/** A longest common subsequence, as pairs of places. */
function common(old: readonly string[], now: readonly string[]): [number, number][] {
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let one = old.length - 1; one >= 0; one -= 1) {
    for (let other = now.length - 1; other >= 0; other -= 1) {
      lengths[one * width + other] =
        old[one] === now[other]
          ? (lengths[(one + 1) * width + other + 1] ?? 0) + 1
          : Math.max(lengths[(one + 1) * width + other] ?? 0, lengths[one * width + other + 1] ?? 0);
    }
  }
  const pairs: [number, number][] = [];
  for (let one = 0, other = 0; one < old.length && other < now.length; ) {
    if (old[one] === now[other]) pairs.push([one++, other++]);
    else if ((lengths[(one + 1) * width + other] ?? 0) >= (lengths[one * width + other + 1] ?? 0)) one += 1;
    else other += 1;
  }
  return pairs;
}
