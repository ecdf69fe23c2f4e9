/**
 * A plan: what an edit would make of a pipeline and its layout, or why it is refused. Edits are functions from a sketch to a
 * plan and do nothing themselves: whoever applies a plan keeps the history and writes the text.
 *
 * What must always hold: an edit never makes a cycle, a second edge of the same identity, an edge to a task that is not
 * there, or a taken name, out of a sketch without them.
 */

import type { Layout } from "./layout.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Selection } from "./selection.ts";

export interface Sketch {
  readonly pipeline: Pipeline;
  readonly layout: Layout;
}

export interface Plan extends Sketch {
  /** What was done, to be read after "Undo". */
  readonly label: string;
  /** What is selected afterwards; absent to leave it as it is, as far as it is still there. */
  readonly select?: Selection;
  /** Edits with the same burst, close together in time, are undone together. */
  readonly burst?: string;
}

export interface Refusal {
  readonly refused: string;
}

export type Edit = Plan | Refusal;

export function isRefusal(edit: Edit): edit is Refusal {
  return "refused" in edit;
}

export function refuse(refused: string): Refusal {
  return { refused };
}

/** The plan, or a `Error` with the reason: for edits that are known to be possible. */
export function planned(edit: Edit): Plan {
  if (isRefusal(edit)) throw new Error(edit.refused);
  return edit;
}

/** A name that is not taken: `resize`, then `resize_2`, `resize_3`. */
export function freeName(wanted: string, taken: (name: string) => boolean): string {
  const cleaned = wanted.replaceAll(/[^A-Za-z0-9_-]+/g, "_").replace(/^[^A-Za-z]+/, "") || "task";
  const base = cleaned.slice(0, 64);
  if (!taken(base)) return base;
  const stem = base.replace(/_\d+$/, "");
  for (let number = 2; ; number += 1) {
    const name = `${stem.slice(0, 64 - String(number).length - 1)}_${number}`;
    if (!taken(name)) return name;
  }
}

/** A mapping with one of its keys called differently, at the same place. */
export function rekeyed<Value>(
  mapping: Readonly<Record<string, Value>>,
  names: ReadonlyMap<string, string>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [names.get(key) ?? key, value]));
}

/** A mapping without some of its keys. */
export function without<Value>(
  mapping: Readonly<Record<string, Value>>,
  gone: ReadonlySet<string>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(mapping).filter(([key]) => !gone.has(key)));
}

/** The pipeline with these edges; with none, without the word. */
export function withEdges(pipeline: Pipeline, edges: Pipeline["edges"]): Pipeline {
  if (edges === undefined || edges.length === 0) {
    const { edges: _, ...rest } = pipeline;
    return rest;
  }
  return { ...pipeline, edges };
}
