// Completion in the code view: keys and values from the pipeline's JSON Schema, parameters from what functions and actions take,
// names of tasks, functions and actions, and what an expression may name.

import schema from "../../../../schemas/pipeline.schema.json";
import { candidatesAt, type Known, type Where } from "../../model/completion.ts";
import type { Json, JsonObject, Path, Pipeline } from "../../model/pipeline.ts";
import { isMapping, resolved, textIn } from "../../model/schema.ts";
import { placeAt } from "../../model/yaml_place.ts";

export interface Offered {
  readonly from: number;
  readonly options: readonly Option[];
}
export interface Option {
  readonly label: string;
  readonly apply: string;
  readonly detail: string;
  readonly info?: string;
  readonly type: "property" | "constant" | "variable" | "function";
}

export interface Around {
  readonly pipeline: Pipeline;
  readonly known: Known;
  readonly functions: readonly string[];
  readonly actions: readonly string[];
  /** What a function or an action takes. */
  readonly takes: Readonly<Record<string, JsonObject>>;
}

const WHOLE = schema as unknown as JsonObject;

export function offeredAt(text: string, offset: number, around: Around): Offered | undefined {
  const place = placeAt(text, offset);
  if (place === undefined) return undefined;
  const { path, from } = place;
  if (place.at === "value" || text.slice(from, offset).includes("${")) {
    const named = inExpression(text.slice(from, offset), path, around);
    if (named !== undefined) return { from: from + named.from, options: named.options };
  }
  const [found, whole] = schemasAt(path, around);
  const options = place.at === "key" ? keysOf(found, whole, path, around) : valuesOf(found, whole, path, around);
  return options.length === 0 ? undefined : { from, options };
}

function inExpression(typed: string, path: Path, { pipeline, known }: Around) {
  const where = whereOf(path, pipeline);
  const found = where && candidatesAt(pipeline, where, known, typed, typed.length);
  if (found === undefined) return undefined;
  const options = found.candidates.map(
    (one): Option => ({ label: one.label, apply: one.insert, detail: one.detail, type: "variable" }),
  );
  return { from: found.from, options };
}

function whereOf([part, name, field]: Path, pipeline: Pipeline): Where | undefined {
  if (part === "tasks" && (field === "with" || field === "for_each"))
    return { kind: "task", name: String(name), field };
  if (part === "triggers" && (field === "input" || field === "key")) {
    const trigger = pipeline.triggers?.[String(name)];
    return { kind: "trigger", source: trigger?.webhook ? "webhook" : "bus" };
  }
  return undefined;
}

/** The schemas that a place of the document may follow, and the document they are written in. */
function schemasAt(path: Path, around: Around): readonly [JsonObject[], JsonObject] {
  const [part, name, field] = path;
  if (part === "tasks" && field === "with") {
    const task = around.pipeline.tasks[String(name)];
    const takes = around.takes[task?.function ?? task?.action ?? ""];
    if (takes !== undefined) return [descended([takes], path.slice(3), takes), takes];
  }
  return [descended([WHOLE], path, WHOLE), WHOLE];
}

function descended(begun: readonly JsonObject[], path: Path, whole: JsonObject): JsonObject[] {
  let now = begun.flatMap((one) => parts(one, whole));
  for (const step of path) now = now.flatMap((one) => inside(one, step)).flatMap((one) => parts(one, whole));
  return now;
}

function inside(schema: JsonObject, step: string | number): readonly Json[] {
  const { properties, patternProperties: patterns, additionalProperties: others, items } = schema;
  if (typeof step === "number") return items === undefined ? [] : [items];
  if (isMapping(properties) && properties[step] !== undefined) return [properties[step] as Json];
  if (isMapping(patterns)) return Object.values(patterns);
  return isMapping(others) ? [others] : [];
}

/** A schema and its alternatives, each on its own. */
function parts(given: Json, whole: JsonObject): JsonObject[] {
  const one = resolved(given, whole);
  const among = [one.anyOf, one.oneOf].flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []));
  return [one, ...among.flatMap((other) => parts(other, whole))];
}

function keysOf(found: readonly JsonObject[], whole: JsonObject, path: Path, around: Around): Option[] {
  const present = new Set(Object.keys(valueAt(around.pipeline, path)));
  const told = new Map<string, Option>();
  for (const one of found) {
    for (const [name, given] of Object.entries(isMapping(one.properties) ? one.properties : {})) {
      if (told.has(name) || present.has(name) || (isMapping(given) && Object.keys(given).join() === "not")) continue;
      const member = resolved(given, whole);
      const info =
        textIn(member.description) ??
        parts(member, whole)
          .map((other) => textIn(other.description))
          .find(Boolean);
      told.set(name, {
        label: name,
        apply: `${name}: `,
        detail: textIn(member.type) ?? "",
        type: "property",
        ...(info !== undefined && { info }),
      });
    }
  }
  // An item of a list that is no mapping is a value.
  return told.size > 0
    ? [...told.values()]
    : typeof path.at(-1) === "number"
      ? valuesOf(found, whole, path, around)
      : [];
}

function valuesOf(found: readonly JsonObject[], _whole: JsonObject, path: Path, around: Around): Option[] {
  const [part, , field] = path;
  const named = (names: readonly string[], detail: string): Option[] =>
    names.map((name) => ({ label: name, apply: name, detail, type: "function" }));
  if (part === "tasks" && path.length === 3 && field === "function") return named(around.functions, "");
  if (part === "tasks" && path.length === 3 && field === "action") return named(around.actions, "");
  if (part === "edges" && path.length === 3 && (field === "from" || field === "to")) {
    return named(Object.keys(around.pipeline.tasks), "");
  }
  const values = new Set<Json>();
  for (const one of found) {
    for (const value of Array.isArray(one.enum) ? (one.enum as readonly Json[]) : []) values.add(value);
    if (one.const !== undefined) values.add(one.const);
    if (one.type === "boolean") for (const value of [true, false]) values.add(value);
  }
  return [...values]
    .filter((one) => one !== null)
    .map((one) => ({ label: String(one), apply: String(one), detail: "", type: "constant" }));
}

function valueAt(pipeline: Pipeline, path: Path): JsonObject {
  let at: Json | undefined = pipeline as unknown as Json;
  for (const step of path) {
    at = typeof at === "object" && at !== null ? (at as Record<string, Json>)[step] : undefined;
  }
  return isMapping(at) ? at : {};
}
