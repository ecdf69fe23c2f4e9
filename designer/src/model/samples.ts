/** An input to begin with: made from a pipeline's own schema, for a form that starts a run or a simulation. */

import type { Json, JsonObject } from "./pipeline.ts";
import { beginningOf, resolved, shapeOf } from "./schema.ts";

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
