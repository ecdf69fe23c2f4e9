// The schema of what a condition looks at: the output on success, the error on failure, the whole outcome on completion.

import type { EdgeKind, Json, JsonObject } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";

const ERROR: JsonObject = {
  type: "object",
  properties: { type: { type: "string" }, message: { type: "string" }, detail: { type: "object" } },
};

export function heardSchema(kind: EdgeKind, output: JsonObject | undefined): JsonObject {
  switch (kind) {
    case "success":
      return output ?? {};
    case "failure":
      return ERROR;
    case "completion":
      return {
        type: "object",
        properties: { status: { enum: ["succeeded", "failed"] }, output: output ?? {}, error: ERROR },
      };
  }
}

export interface Suggested {
  /** With dots between its steps. */
  readonly path: string;
  readonly detail: string;
  /** The values that it may have. */
  readonly values: readonly Json[];
}

const DEEPEST = 4;

/** The fields that a schema tells of, and those that values have shown. */
export function suggestedIn(schema: Json | undefined, values: readonly Json[], before = "", depth = 0): Suggested[] {
  if (depth >= DEEPEST) return [];
  const properties = isMapping(schema) && isMapping(schema.properties) ? schema.properties : {};
  const shown = values.filter(isMapping);
  const names = [...new Set([...Object.keys(properties), ...shown.flatMap((one) => Object.keys(one))])];
  return names.flatMap((name) => {
    const inside = properties[name];
    const seen = shown.flatMap((one) => (one[name] === undefined ? [] : [one[name] as Json]));
    const path = before === "" ? name : `${before}.${name}`;
    const among = isMapping(inside) && Array.isArray(inside.enum) ? inside.enum : [];
    const plain = seen.filter((one) => typeof one !== "object" || one === null);
    return [
      { path, detail: kindOf(inside, seen[0]), values: among.length > 0 ? (among as readonly Json[]) : plain },
      ...suggestedIn(inside, seen, path, depth + 1),
    ];
  });
}

function kindOf(schema: Json | undefined, value: Json | undefined): string {
  const type = isMapping(schema) ? schema.type : undefined;
  if (typeof type === "string") return type;
  if (value === undefined || value === null) return "";
  return Array.isArray(value) ? "array" : typeof value;
}
