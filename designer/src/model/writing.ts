/**
 * From an edited pipeline back to its text: only what changed is written, so comments, the order of keys, alignment and
 * quotes of everything else stay as people wrote them, to the letter.
 *
 * What must always hold: the written text reads as the pipeline. So it is read again, and should splicing ever have gone
 * wrong (anchors, merge keys, a layout nobody foresaw), the members that differ are set in the document's tree, which
 * keeps comments but not alignment; and were that wrong too, the document is composed anew.
 */

import { type Json, type Path, type Pipeline, same } from "./pipeline.ts";
import { compose } from "./render.ts";
import { type Reading, read } from "./source.ts";
import { applied, splicesFor, Unforeseen } from "./splices.ts";

export function write(reading: Reading, pipeline: Pipeline): string {
  if (reading.pipeline === undefined) return compose(pipeline);
  if (same(reading.pipeline, pipeline)) return reading.text;
  for (const way of [spliced, setInTree]) {
    const text = way(reading, pipeline);
    if (text !== undefined && same(read(text).pipeline, pipeline)) return text;
  }
  return compose(pipeline);
}

function spliced(reading: Reading, pipeline: Pipeline): string | undefined {
  try {
    return applied(reading.text, splicesFor(reading, pipeline as unknown as Json));
  } catch (wrong) {
    if (wrong instanceof Unforeseen) return undefined;
    throw wrong;
  }
}

function setInTree(reading: Reading, pipeline: Pipeline): string | undefined {
  const tree = reading.yaml.clone();
  try {
    for (const [path, value] of differences(reading.pipeline as unknown as Json, pipeline as unknown as Json, [])) {
      if (value === undefined) tree.deleteIn(path);
      else tree.setIn(path, tree.createNode(value, { aliasDuplicateObjects: false }));
    }
    return tree.toString({ lineWidth: 0, flowCollectionPadding: false });
  } catch {
    return undefined;
  }
}

type Difference = readonly [path: Path, value: Json | undefined];

function* differences(before: Json | undefined, after: Json | undefined, path: Path): Generator<Difference> {
  if (same(before, after)) return;
  if (!isMapping(before) || !isMapping(after)) {
    yield [path, after];
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* differences(before[key], after[key], [...path, key]);
  }
}

function isMapping(value: Json | undefined): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
