// The usual schema of an input, an object with fields, as a list of these; what else a field's schema says is kept.

import type { Json, JsonObject } from "../model/pipeline.ts";
import { isMapping, textIn } from "../model/schema.ts";

export interface SchemaField {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string | undefined;
  /** What else is said of it. */
  readonly rest: JsonObject;
}

/** Can it be edited field by field? */
export function isSimple(schema: JsonObject): boolean {
  if (schema.type !== "object" || schema.$ref !== undefined) return false;
  return (
    schema.properties === undefined ||
    (isMapping(schema.properties) && Object.values(schema.properties).every(isMapping))
  );
}

export function schemaFields(schema: JsonObject): readonly SchemaField[] {
  const properties = isMapping(schema.properties) ? schema.properties : {};
  const required = new Set(namesIn(schema.required));
  return Object.entries(properties).map(([name, one]) => {
    const { type, description, ...rest } = isMapping(one) ? one : {};
    return { name, type: textIn(type) ?? "any", required: required.has(name), description: textIn(description), rest };
  });
}

export function withSchemaFields(schema: JsonObject, fields: readonly SchemaField[]): JsonObject {
  const properties = Object.fromEntries(
    fields.map(({ name, type, description, rest }) => [
      name,
      {
        ...(type !== "any" && { type }),
        ...rest,
        ...(description !== undefined && { description }),
      } as Json,
    ]),
  );
  // What must be given and is no field of its own is not ours to drop.
  const named = new Set([...schemaFields(schema).map((one) => one.name), ...fields.map((one) => one.name)]);
  const required = [
    ...namesIn(schema.required).filter((name) => !named.has(name)),
    ...fields.filter((one) => one.required).map((one) => one.name),
  ];
  const { required: _, ...rest } = schema;
  return { ...rest, ...(required.length > 0 && { required }), properties };
}

export function nextName(fields: readonly SchemaField[]): string {
  const taken = new Set(fields.map((one) => one.name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? "field" : `field_${number}`;
    if (!taken.has(name)) return name;
  }
}

function namesIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
