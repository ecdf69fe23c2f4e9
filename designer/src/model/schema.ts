/**
 * A JSON Schema as a form reads it: what kind of value stands at a place, which fields it has, what to begin with. Only what a
 * form needs: whether a value is right is the server's word, and the function's.
 */

import type { Json, JsonObject } from "./pipeline.ts";

/** What is asked for at a place. */
export type Shape =
  | { readonly kind: "text"; readonly format: string | undefined; readonly long: boolean }
  | { readonly kind: "number"; readonly whole: boolean; readonly least?: number; readonly most?: number }
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly values: readonly Json[] }
  | { readonly kind: "list"; readonly items: JsonObject }
  | { readonly kind: "object"; readonly fields: readonly Field[]; readonly others: JsonObject | undefined }
  | { readonly kind: "variants"; readonly options: readonly JsonObject[] }
  | { readonly kind: "any" };

export interface Field {
  readonly name: string;
  readonly schema: JsonObject;
  readonly required: boolean;
}

const DEEPEST = 12;
const ANY: JsonObject = {};

/** The schema with what it points to in its place. `whole` is the document that `#/$defs/...` is looked up in. */
export function resolved(schema: Json | undefined, whole: JsonObject, depth = 0): JsonObject {
  if (!isMapping(schema)) return ANY;
  if (typeof schema.$ref === "string" && depth < DEEPEST) {
    const { $ref: _, ...beside } = schema;
    return { ...resolved(pointed(schema.$ref, whole), whole, depth + 1), ...beside };
  }
  if (Array.isArray(schema.allOf) && depth < DEEPEST) {
    const { allOf, ...beside } = schema;
    return (allOf as readonly Json[])
      .map((one) => resolved(one, whole, depth + 1))
      .reduce(merged, beside as JsonObject);
  }
  return schema;
}

function pointed(reference: string, whole: JsonObject): Json | undefined {
  if (!reference.startsWith("#")) return undefined;
  let at: Json | undefined = whole;
  for (const step of reference.slice(1).split("/").filter(Boolean)) {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isMapping(at) ? at[name] : undefined;
  }
  return at;
}

function merged(one: JsonObject, other: JsonObject): JsonObject {
  const properties = { ...asMapping(one.properties), ...asMapping(other.properties) };
  const required = [...namesIn(one.required), ...namesIn(other.required)];
  return {
    ...other,
    ...one,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required: [...new Set(required)] }),
  };
}

/** The schema without a pointer left in it, to a depth that anybody looks at. */
export function inlined(schema: JsonObject, whole: JsonObject = schema, depth = 0): JsonObject {
  if (depth > DEEPEST) return ANY;
  const found = resolved(schema, whole);
  const inside = (value: Json): Json => (isMapping(value) ? inlined(value, whole, depth + 1) : value);
  const told: Record<string, Json> = {};
  for (const [key, value] of Object.entries(found)) {
    if (key === "$defs" || key === "definitions") continue;
    if (key === "properties" && isMapping(value)) {
      told[key] = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inside(one)]));
    } else if (key === "items" || key === "additionalProperties") told[key] = inside(value);
    else if ((key === "anyOf" || key === "oneOf") && Array.isArray(value)) told[key] = value.map(inside);
    else told[key] = value;
  }
  return told;
}

/** The alternatives, without "or nothing": a field that may be null may be left out as well. */
function alternatives(schema: JsonObject, whole: JsonObject): readonly JsonObject[] | undefined {
  const listed = Array.isArray(schema.oneOf) ? schema.oneOf : Array.isArray(schema.anyOf) ? schema.anyOf : undefined;
  if (listed === undefined) return undefined;
  const found = (listed as readonly Json[]).map((one) => resolved(one, whole)).filter((one) => one.type !== "null");
  // Alternatives that only say which fields go together are no kinds of value of their own.
  return found.some((one) => saysAKind(one)) ? found : undefined;
}

function saysAKind(schema: JsonObject): boolean {
  return (
    schema.type !== undefined || schema.enum !== undefined || schema.const !== undefined || isMapping(schema.properties)
  );
}

export function shapeOf(given: JsonObject, whole: JsonObject): Shape {
  const schema = resolved(given, whole);
  if (Array.isArray(schema.enum)) return { kind: "choice", values: schema.enum.filter((one) => one !== null) };
  if (schema.const !== undefined) return { kind: "choice", values: [schema.const] };
  const among = alternatives(schema, whole);
  if (among?.length === 1) return shapeOf(among[0] as JsonObject, whole);
  if (among !== undefined && among.length > 0) {
    const fixed = among.flatMap((one) => (one.const === undefined ? [] : [one.const]));
    return fixed.length === among.length ? { kind: "choice", values: fixed } : { kind: "variants", options: among };
  }
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((one) => one !== "null");
  if (types.length > 1) {
    return { kind: "variants", options: types.map((type) => ({ ...schema, type: type as Json })) };
  }
  switch (types[0] ?? (isMapping(schema.properties) ? "object" : undefined)) {
    case "string":
      return { kind: "text", format: textIn(schema.format), long: isLong(schema) };
    case "integer":
    case "number":
      return numberShape(schema, types[0] === "integer");
    case "boolean":
      return { kind: "boolean" };
    case "array":
      return { kind: "list", items: resolved(schema.items, whole) };
    case "object":
      return { kind: "object", fields: fieldsOf(schema, whole), others: othersOf(schema, whole) };
    default:
      return { kind: "any" };
  }
}

function isLong(schema: JsonObject): boolean {
  return typeof schema.maxLength !== "number" ? schema.contentMediaType !== undefined : schema.maxLength > 1_000;
}

function numberShape(schema: JsonObject, whole: boolean): Shape {
  const least = schema.minimum;
  const most = schema.maximum;
  return {
    kind: "number",
    whole,
    ...(typeof least === "number" && { least }),
    ...(typeof most === "number" && { most }),
  };
}

function fieldsOf(schema: JsonObject, whole: JsonObject): Field[] {
  const required = new Set(namesIn(schema.required));
  const fields = Object.entries(asMapping(schema.properties)).map(([name, one]) => ({
    name,
    schema: resolved(one, whole),
    required: required.has(name),
  }));
  // What must be given comes first; else as the author wrote it.
  return [...fields.filter((one) => one.required), ...fields.filter((one) => !one.required)];
}

/** What members that are not named may be; absent where there may be none. */
function othersOf(schema: JsonObject, whole: JsonObject): JsonObject | undefined {
  const others = schema.additionalProperties;
  if (isMapping(schema.patternProperties)) return resolved(Object.values(schema.patternProperties)[0], whole);
  if (others === false) return undefined;
  return isMapping(others) ? resolved(others, whole) : ANY;
}

/** What to begin with: the default, the one possible value, or nothing of its kind. */
export function beginningOf(given: JsonObject, whole: JsonObject, depth = 0): Json {
  const schema = resolved(given, whole);
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  const shape = shapeOf(schema, whole);
  switch (shape.kind) {
    case "text":
    case "any":
      return "";
    case "number":
      return shape.least ?? 0;
    case "boolean":
      return false;
    case "choice":
      return shape.values[0] ?? "";
    case "list":
      return [];
    case "object": {
      const must = depth < 4 ? shape.fields.filter((one) => one.required) : [];
      return Object.fromEntries(must.map((one) => [one.name, beginningOf(one.schema, whole, depth + 1)]));
    }
    case "variants":
      return beginningOf(shape.options[0] ?? ANY, whole, depth + 1);
  }
}

/** Which of the alternatives a value is meant to be: the first of its kind, preferring one that knows its fields. */
export function variantOf(options: readonly JsonObject[], value: Json | undefined, whole: JsonObject): number {
  if (value === undefined) return 0;
  const scores = options.map((one) => likeness(one, value, whole));
  const best = Math.max(...scores);
  return best < 0 ? -1 : scores.indexOf(best);
}

function likeness(schema: JsonObject, value: Json, whole: JsonObject): number {
  const shape = shapeOf(schema, whole);
  switch (shape.kind) {
    case "text":
      return typeof value === "string" ? 1 : -1;
    case "number":
      return typeof value === "number" && (!shape.whole || Number.isInteger(value)) ? 1 : -1;
    case "boolean":
      return typeof value === "boolean" ? 1 : -1;
    case "choice":
      return shape.values.includes(value) ? 2 : -1;
    case "list":
      return Array.isArray(value) ? 1 : -1;
    case "object": {
      if (!isMapping(value)) return -1;
      const known = new Set(shape.fields.map((one) => one.name));
      const misses = shape.fields.filter((one) => one.required && !Object.hasOwn(value, one.name)).length;
      return 1 + Object.keys(value).filter((name) => known.has(name)).length - misses * 0.5;
    }
    case "variants":
      return Math.max(...shape.options.map((one) => likeness(one, value, whole)));
    case "any":
      return 0;
  }
}

/** The name of a field, as people read it: its own, since that is what the document says. The title of an alternative. */
export function titleOf(given: JsonObject, whole: JsonObject): string {
  const schema = resolved(given, whole);
  const shape = shapeOf(schema, whole);
  if (typeof schema.title === "string" && (shape.kind === "object" || shape.kind === "choice")) return schema.title;
  return shape.kind;
}

export function textIn(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function namesIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function asMapping(value: Json | undefined): JsonObject {
  return isMapping(value) ? value : {};
}

export function isMapping(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
