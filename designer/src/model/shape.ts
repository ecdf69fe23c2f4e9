/** May a value be drawn as a pipeline? The least that must hold; all else is a problem of the drawing, and told as one. */

import { EDGE_KINDS, type Path } from "./pipeline.ts";
import { words } from "./words.ts";

export type Wrong = readonly [path: Path, message: string];

export function shapeMistakes(value: unknown): readonly Wrong[] {
  if (value === null || value === undefined) return [[[], words.text.empty()]];
  if (!isMapping(value)) return [[[], words.text.notMapping()]];
  const wrong: Wrong[] = [];
  const expect = (path: Path, holds: boolean, what: string) => {
    if (!holds) wrong.push([path, words.text.expected(what)]);
  };
  for (const key of ["project", "pipeline"] as const) {
    if (value[key] === undefined || value[key] === null) wrong.push([[], words.text.missing(key)]);
    else expect([key], typeof value[key] === "string", "text");
  }
  const { tasks, edges, triggers } = value;
  if (tasks === undefined || tasks === null) wrong.push([[], words.text.missing("tasks")]);
  else if (!isMapping(tasks)) wrong.push([["tasks"], words.text.expected("a mapping from names to tasks")]);
  else {
    for (const [name, task] of Object.entries(tasks)) {
      if (!isMapping(task)) expect(["tasks", name], false, "a mapping: {function: NAME}");
      else if (task.with !== undefined) expect(["tasks", name, "with"], isMapping(task.with), "a mapping");
    }
  }
  if (edges !== undefined && !Array.isArray(edges)) expect(["edges"], false, "a list of edges");
  else {
    for (const [at, edge] of ((edges ?? []) as unknown[]).entries()) {
      if (!isMapping(edge)) expect(["edges", at], false, "an edge: {from: NAME, to: NAME}");
      else {
        for (const end of ["from", "to"])
          expect(["edges", at, end], typeof edge[end] === "string", "the name of a task");
        expect(["edges", at, "on"], edge.on === undefined || isKind(edge.on), EDGE_KINDS.join(", "));
        expect(["edges", at, "when"], isAbsent(edge.when) || isMapping(edge.when), "an event pattern");
      }
    }
  }
  if (triggers !== undefined && !isMapping(triggers)) expect(["triggers"], false, "a mapping from names to triggers");
  else {
    for (const [name, trigger] of Object.entries(triggers ?? {})) {
      expect(["triggers", name], isMapping(trigger), "a mapping with one source");
    }
  }
  return wrong;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isKind(value: unknown): boolean {
  return (EDGE_KINDS as readonly unknown[]).includes(value);
}
