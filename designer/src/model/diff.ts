/** What differs between two pipelines, as a person would tell it: tasks, edges and triggers that came, went or changed. */

import {
  type Edge,
  edgeKey,
  edgesOf,
  type Json,
  kindOf,
  type Path,
  type Pipeline,
  same,
  triggersOf,
} from "./pipeline.ts";

export interface Change {
  readonly path: Path;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

export interface Named {
  readonly name: string;
  readonly changes: readonly Change[];
}

export interface Members {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly Named[];
}

export interface Difference {
  readonly tasks: Members;
  readonly triggers: Members;
  readonly edges: {
    readonly added: readonly Edge[];
    readonly removed: readonly Edge[];
    /** Between the same tasks: another kind or another condition. */
    readonly changed: readonly { readonly before: Edge; readonly after: Edge }[];
  };
  /** Of the pipeline itself. */
  readonly fields: readonly Change[];
}

export function difference(before: Pipeline, after: Pipeline): Difference {
  return {
    tasks: members(before.tasks, after.tasks),
    triggers: members(triggersOf(before), triggersOf(after)),
    edges: edgeDifference(edgesOf(before), edgesOf(after)),
    fields: changesIn(head(before), head(after)),
  };
}

export function isSame({ tasks, triggers, edges, fields }: Difference): boolean {
  const parts = [tasks, triggers, edges].flatMap((one) => [one.added, one.removed, one.changed]);
  return fields.length === 0 && parts.every((part) => part.length === 0);
}

function head(pipeline: Pipeline): Json {
  const { tasks: _tasks, edges: _edges, triggers: _triggers, ...fields } = pipeline;
  return fields as unknown as Json;
}

function members(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Members {
  const changed: Named[] = [];
  for (const name of Object.keys(after)) {
    if (!Object.hasOwn(before, name) || before[name] === after[name]) continue;
    const changes = changesIn(before[name] as Json, after[name] as Json);
    if (changes.length > 0) changed.push({ name, changes });
  }
  return {
    added: Object.keys(after).filter((name) => !Object.hasOwn(before, name)),
    removed: Object.keys(before).filter((name) => !Object.hasOwn(after, name)),
    changed,
  };
}

/** The smallest places where two values differ; a list differs as a whole where its length does. */
export function changesIn(before: Json | undefined, after: Json | undefined, path: Path = []): readonly Change[] {
  if (same(before, after)) return [];
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => changesIn(before[key], after[key], [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return (after as readonly Json[]).flatMap((item, at) =>
      changesIn((before as readonly Json[])[at], item, [...path, at]),
    );
  }
  return [{ path, before, after }];
}

function isMapping(value: Json | undefined): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function edgeDifference(before: readonly Edge[], after: readonly Edge[]): Difference["edges"] {
  const [old, now] = [new Set(before.map(edgeKey)), new Set(after.map(edgeKey))];
  const removed = before.filter((edge) => !now.has(edgeKey(edge)));
  const added = after.filter((edge) => !old.has(edgeKey(edge)));
  const changed: { before: Edge; after: Edge }[] = [];
  for (const edge of [...added]) {
    const alike = removed.filter((one) => one.from === edge.from && one.to === edge.to);
    const was = alike.find((one) => kindOf(one) === kindOf(edge)) ?? alike[0];
    if (was === undefined) continue;
    changed.push({ before: was, after: edge });
    removed.splice(removed.indexOf(was), 1);
    added.splice(added.indexOf(edge), 1);
  }
  return { added, removed, changed };
}
