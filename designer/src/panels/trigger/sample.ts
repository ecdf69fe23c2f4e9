// An event that a pattern would match, as far as an example can be made of it: something to try the pattern on.

import type { Json, JsonObject } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";

export function sampleOf(pattern: JsonObject): JsonObject {
  const told: Record<string, Json> = {};
  for (const [name, value] of Object.entries(pattern)) {
    if (name === "$or") {
      const first = Array.isArray(value) ? (value as readonly Json[]).find(isMapping) : undefined;
      if (first !== undefined) Object.assign(told, sampleOf(first));
    } else if (isMapping(value)) told[name] = sampleOf(value);
    else if (Array.isArray(value)) {
      const found = exampleOf(value as readonly Json[]);
      if (found !== undefined) told[name] = found;
    }
  }
  return told;
}

/** Absent: that it is not there is what matches. */
function exampleOf(tests: readonly Json[]): Json | undefined {
  const [first] = tests;
  if (!isMapping(first)) return first ?? null;
  const [[name, operand] = ["", null]] = Object.entries(first);
  switch (name) {
    case "prefix":
      return `${textOf(operand)}example`;
    case "suffix":
      return `example${textOf(operand)}`;
    case "equals-ignore-case":
    case "exactly":
      return textOf(operand);
    case "wildcard":
      return textOf(operand).replaceAll("*", "example");
    case "cidr":
      return textOf(operand).split("/")[0] ?? "";
    case "exists":
      return operand === false ? undefined : "example";
    case "numeric":
      return numberIn(operand);
    default:
      return "example";
  }
}

function textOf(operand: Json): string {
  if (typeof operand === "string") return operand;
  const inside = isMapping(operand) ? operand["equals-ignore-case"] : undefined;
  return typeof inside === "string" ? inside : "";
}

function numberIn(operand: Json): number {
  const [compare, first, , second] = Array.isArray(operand) ? (operand as readonly Json[]) : [];
  const number = typeof first === "number" ? first : 0;
  if (typeof second === "number") return (number + second) / 2;
  return compare === ">" ? number + 1 : compare === "<" ? number - 1 : number;
}

/** What an event of each kind of trigger looks like, where none has come in yet. */
export function usualEvent(kind: string, name: string): JsonObject {
  const common = {
    id: "00000000-0000-0000-0000-000000000000",
    time: "2026-01-31T12:00:00Z",
    region: "us-east-1",
    account: "000000000000",
  };
  switch (kind) {
    case "s3":
      return {
        ...common,
        source: "aws.s3",
        "detail-type": "Object Created",
        detail: { bucket: { name }, object: { key: "in/example.png", size: 1024 }, reason: "PutObject" },
      };
    case "schedule":
      return { ...common, source: "aws.scheduler", "detail-type": "Scheduled Event", resources: [], detail: {} };
    case "webhook":
      return {
        ...common,
        source: "webhook",
        "detail-type": "Webhook Called",
        body: {},
        headers: { "content-type": "application/json" },
        query: {},
        raw: "{}",
      };
    case "pipeline":
      return {
        ...common,
        source: "murmuration",
        "detail-type": "run.succeeded",
        detail: { pipeline: name, run: "r-example", data: { status: "succeeded" } },
      };
    default:
      return common;
  }
}
