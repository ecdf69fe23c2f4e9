/** Who comes before whom, answered for all pairs of a large pipeline at once: one row of bits for each task. */

import { graphOf, readingOrder } from "./graph.ts";
import type { Pipeline } from "./pipeline.ts";

export type ComesBefore = (task: string, other: string) => boolean;

const known = new WeakMap<object, ComesBefore>();

export function ancestry(pipeline: Pipeline): ComesBefore {
  const graph = graphOf(pipeline);
  const found = known.get(graph) ?? work(pipeline);
  known.set(graph, found);
  return found;
}

function work(pipeline: Pipeline): ComesBefore {
  const { names, incoming } = graphOf(pipeline);
  const place = new Map(names.map((name, at) => [name, at]));
  const width = (names.length + 31) >> 5;
  const bits = new Uint32Array(names.length * width);
  // One pass is enough without cycles; with one, what stands in it is told as that, and no more is claimed.
  for (const name of readingOrder(pipeline)) {
    const row = (place.get(name) ?? 0) * width;
    for (const { from } of incoming.get(name) ?? []) {
      const at = place.get(from) ?? 0;
      for (let word = 0; word < width; word += 1)
        bits[row + word] = (bits[row + word] ?? 0) | (bits[at * width + word] ?? 0);
      bits[row + (at >> 5)] = (bits[row + (at >> 5)] ?? 0) | (1 << (at & 31));
    }
  }
  return (task, other) => {
    const [at, row] = [place.get(task), place.get(other)];
    return at !== undefined && row !== undefined && (((bits[row * width + (at >> 5)] ?? 0) >>> (at & 31)) & 1) === 1;
  };
}
