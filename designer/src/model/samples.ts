/**
 * An event that a trigger hears: made from its own pattern, to begin with. What a pattern leaves open is left out, and what a
 * sample cannot say (an address in a range, say) the person writes.
 */

import type { Json, JsonObject, S3Source, Trigger } from "./pipeline.ts";
import { beginningOf, isMapping, resolved, shapeOf } from "./schema.ts";

/** Absent where no event of the bus starts it. */
export function sampleEvent(trigger: Trigger): JsonObject | undefined {
  if (trigger.s3 !== undefined) return objectCreated(trigger.s3);
  if (trigger.event === undefined) return undefined;
  const found = sampleOf(trigger.event);
  return { source: "example", "detail-type": "example", detail: {}, ...(isMapping(found) ? found : {}) };
}

function objectCreated({ bucket, prefix = "", suffix = [] }: S3Source): JsonObject {
  const key = `${prefix}example${suffix[0] ?? ".txt"}`;
  return {
    source: "aws.s3",
    "detail-type": "Object Created",
    detail: { bucket: { name: bucket }, object: { key, size: 1024 } },
  };
}

function sampleOf(pattern: JsonObject): Json {
  const told: Record<string, Json> = {};
  for (const [key, value] of Object.entries(pattern)) {
    if (key === "$or" && Array.isArray(value)) {
      const first: unknown = value[0];
      if (isMapping(first as Json)) Object.assign(told, sampleOf(first as JsonObject));
    } else if (Array.isArray(value)) {
      const one = valueIn(value as readonly Json[]);
      if (one !== undefined) told[key] = one;
    } else if (isMapping(value)) told[key] = sampleOf(value);
  }
  return told;
}

function valueIn(tests: readonly Json[]): Json | undefined {
  for (const test of tests) {
    if (!isMapping(test)) return test;
    const found = like(test);
    if (found !== undefined) return found;
  }
  return undefined;
}

function like(test: JsonObject): Json | undefined {
  for (const name of ["prefix", "suffix", "equals-ignore-case", "wildcard"]) {
    const value = test[name];
    const text = isMapping(value) ? Object.values(value)[0] : value;
    if (typeof text === "string") return text.replaceAll("*", "x");
  }
  if (Array.isArray(test.numeric)) return numberLike(test.numeric as readonly Json[]);
  if (test.exists === true) return "x";
  if (test["anything-but"] !== undefined) return "another";
  if (typeof test.cidr === "string") return test.cidr.split("/")[0] ?? "";
  return undefined;
}

function numberLike(tests: readonly Json[]): number {
  const [compare, bound] = tests;
  const at = typeof bound === "number" ? bound : 0;
  if (compare === ">") return at + 1;
  return compare === "<" ? at - 1 : at;
}

/** An input that a schema is likely to take: its own examples and defaults, else something of the right kind. */
export function sampleInput(schema: JsonObject, whole: JsonObject = schema, depth = 0): Json {
  const found = resolved(schema, whole);
  if (Array.isArray(found.examples) && found.examples.length > 0) return found.examples[0] as Json;
  if (found.default !== undefined) return found.default;
  const shape = shapeOf(found, whole);
  if (shape.kind === "text") return FORMATS[shape.format ?? ""] ?? "example";
  if (shape.kind === "object" && depth < 4) {
    const must = shape.fields.filter((one) => one.required);
    return Object.fromEntries(must.map((one) => [one.name, sampleInput(one.schema, whole, depth + 1)]));
  }
  if (shape.kind === "list" && typeof found.minItems === "number" && found.minItems > 0 && depth < 4) {
    return Array.from({ length: Math.min(found.minItems, 5) }, () => sampleInput(shape.items, whole, depth + 1));
  }
  return beginningOf(found, whole);
}

const FORMATS: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  email: "somebody@example.org",
  uri: "https://example.org/",
};
