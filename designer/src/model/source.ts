/**
 * The text of a pipeline and what it says. A text is read leniently: what can be drawn is drawn, also when the server
 * would refuse it, and only what cannot (broken YAML, tasks that are no mapping, an edge without ends) leaves the last
 * drawing standing. Reading is remembered for the last few texts, since writing, ranges and problems all ask.
 */

import { isMap, isNode, isScalar, isSeq, type Pair, parseDocument, Document as YamlDocument } from "yaml";
import type { Path, Pipeline } from "./pipeline.ts";
import { shapeMistakes } from "./shape.ts";
import { words } from "./words.ts";

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Mistake extends Range {
  readonly message: string;
  readonly path: Path;
}

export interface Reading {
  readonly text: string;
  /** What the text says; absent when it cannot be drawn. */
  readonly pipeline: Pipeline | undefined;
  /** What keeps it from being drawn. */
  readonly mistakes: readonly Mistake[];
  readonly yaml: YamlDocument;
}

const REMEMBERED = 4;
const remembered: Reading[] = [];

export function read(text: string): Reading {
  const at = remembered.findIndex((reading) => reading.text === text);
  const reading = at >= 0 ? (remembered.splice(at, 1)[0] as Reading) : readAnew(text);
  remembered.unshift(reading);
  remembered.length = Math.min(remembered.length, REMEMBERED);
  return reading;
}

function readAnew(text: string): Reading {
  let yaml: YamlDocument = new YamlDocument();
  let value: unknown;
  try {
    yaml = parseDocument(text, { version: "1.2", stringKeys: true, merge: true, prettyErrors: false }) as YamlDocument;
    value = yaml.errors.length > 0 ? undefined : yaml.toJS({ maxAliasCount: 1_000 });
  } catch (wrong) {
    // An alias that names nothing, a bomb of them, or a nest that is deeper than anybody writes.
    const message = wrong instanceof RangeError ? words.text.tooDeep() : String((wrong as Error).message);
    return { text, pipeline: undefined, mistakes: [{ message, path: [], from: 0, to: text.length }], yaml };
  }
  const mistakes: Mistake[] = yaml.errors.map(({ message, pos: [from, to] }) => ({
    message,
    path: [],
    from,
    to: Math.max(to, from + 1),
  }));
  if (mistakes.length > 0) return { text, pipeline: undefined, mistakes, yaml };
  const wrong = shapeMistakes(value);
  if (wrong.length === 0) return { text, pipeline: value as Pipeline, mistakes, yaml };
  for (const [path, message] of wrong) mistakes.push({ message, path, ...rangeIn(yaml, path, text) });
  return { text, pipeline: undefined, mistakes, yaml };
}

/** Where a place of the document stands in the text; of what is not written, where its nearest parent stands. */
export function rangeOf(reading: Reading, path: Path): Range {
  return rangeIn(reading.yaml, path, reading.text);
}

function rangeIn(yaml: YamlDocument, path: Path, text: string): Range {
  let node: unknown = yaml.contents;
  let found: Range = { from: 0, to: Math.min(text.length, Math.max(1, text.search(/\n|$/))) };
  for (const step of path) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((one) => isScalar(one.key) && one.key.value === String(step));
      if (pair === undefined) break;
      found = spanOf(pair.key, pair.value) ?? found;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      found = spanOf(node, node) ?? found;
    } else break;
  }
  return found;
}

function spanOf(first: unknown, last: unknown): Range | undefined {
  const from = isNode(first) ? first.range?.[0] : undefined;
  const to = isNode(last) ? last.range?.[1] : isNode(first) ? first.range?.[1] : undefined;
  return from === undefined || to === undefined ? undefined : { from, to: Math.max(from, to) };
}

/** The place in the document that a place in the text belongs to: what the cursor is in. */
export function pathAt(reading: Reading, offset: number): Path {
  const path: (string | number)[] = [];
  let node: unknown = reading.yaml.contents;
  for (;;) {
    const next = isMap(node) ? pairAt(node.items, offset) : isSeq(node) ? itemAt(node.items, offset) : undefined;
    if (next === undefined) return path;
    path.push(next.step);
    node = next.node;
  }
}

interface Next {
  readonly step: string | number;
  readonly node: unknown;
}

function pairAt(pairs: readonly Pair[], offset: number): Next | undefined {
  for (const { key, value } of pairs) {
    const span = spanOf(key, value);
    if (span && span.from <= offset && offset <= span.to && isScalar(key))
      return { step: String(key.value), node: value };
  }
  return undefined;
}

function itemAt(items: readonly unknown[], offset: number): Next | undefined {
  const at = items.findIndex(
    (item) => isNode(item) && item.range && item.range[0] <= offset && offset <= item.range[1],
  );
  return at < 0 ? undefined : { step: at, node: items[at] };
}
