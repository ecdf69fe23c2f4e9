// Problems as a list: those that are looked for, by what on the canvas they belong to.

import { edgeKey, edgesOf, kindOf, type Pipeline } from "../model/pipeline.ts";
import { type Problem, subjectOf } from "../model/problems.ts";
import { words } from "../model/words.ts";

export type Chosen = "all" | "error" | "warning";

export interface Place {
  readonly key: string;
  /** Absent: the pipeline itself. */
  readonly name: string | undefined;
}

export function found(problems: readonly Problem[], typed: string, which: Chosen): readonly Problem[] {
  const wanted = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return problems.filter((one) => {
    if (which !== "all" && one.severity !== which) return false;
    const text = `${one.code} ${one.message} ${one.advice} ${one.path.join(".")}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Groups in the order in which they are first told, errors before warnings in each. */
export function byPlace(
  pipeline: Pipeline,
  problems: readonly Problem[],
): readonly (readonly [Place, readonly Problem[]])[] {
  const groups = new Map<string, { place: Place; ones: Problem[] }>();
  const edges = new Map(edgesOf(pipeline).map((one) => [edgeKey(one), one]));
  for (const one of problems) {
    const subject = subjectOf(pipeline, one.path);
    const edge = subject.kind === "edge" ? edges.get(subject.key) : undefined;
    const name =
      subject.kind === "task" || subject.kind === "trigger"
        ? subject.name
        : edge && `${edge.from} → ${edge.to} ${words.on(kindOf(edge))}`;
    const key = subject.kind === "edge" ? subject.key : `${subject.kind} ${name ?? ""}`;
    const group = groups.get(key) ?? { place: { key, name }, ones: [] };
    groups.set(key, group);
    group.ones.push(one);
  }
  return [...groups.values()].map(({ place, ones }) => [
    place,
    ones.toSorted((one, other) => Number(one.severity === "warning") - Number(other.severity === "warning")),
  ]);
}
