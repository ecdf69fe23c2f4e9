/** The members of a collection in a YAML tree, and where each begins and ends in the text. */

import { isCollection, isNode, isPair, isScalar, type Pair } from "yaml";

/** A layout of the text that splicing does not know: whoever asked takes another way. */
export class Unforeseen extends Error {}

export interface Member {
  readonly key: unknown;
  readonly value: unknown;
}

export function membersOf(node: { readonly items: readonly unknown[] }): readonly Member[] {
  return node.items.map((item) =>
    isPair(item) ? { key: (item as Pair).key, value: item.value } : { key: undefined, value: item },
  );
}

export function firstOf(member: Member): number {
  const node = member.key ?? member.value;
  if (!isNode(node) || !node.range) throw new Unforeseen("it has no place in the text");
  return node.range[0];
}

export function valueSpan(member: Member): readonly [number, number] | undefined {
  return isNode(member.value) && member.value.range ? [member.value.range[0], member.value.range[1]] : undefined;
}

/** Where the last thing that is written of it ends: before remarks and empty lines. */
export function deepEnd(member: Member, text: string): number {
  const { key, value } = member;
  if (isCollection(value) && value.flow !== true && value.items.length > 0) {
    return deepEnd(membersOf(value).at(-1) as Member, text);
  }
  const [from, end] = valueSpan(member) ?? [0, isScalar(key) ? (key.range?.[1] ?? 0) : 0];
  const written = isScalar(value) && end > from ? from + text.slice(from, end).trimEnd().length : end;
  return isScalar(key) ? Math.max(written, key.range?.[1] ?? 0) : written;
}

/** Where the dash of a list's item stands. */
export function dashOf(member: Member, text: string): number {
  let at = firstOf(member) - 1;
  while (at >= 0 && text[at] === " ") at -= 1;
  if (text[at] !== "-") throw new Unforeseen("the item's dash stands elsewhere");
  return at;
}
