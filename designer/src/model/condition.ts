/**
 * A condition as a person reads it: clauses that must all hold, each over one field: "width is at least 64". And back to the
 * event pattern that it is. A pattern that clauses cannot say (`$or`, operators that nobody knows) is left to be edited as it
 * is; what clauses can say comes back as it was written.
 */

import { type Json, type JsonObject, same } from "./pipeline.ts";
import { listed, words } from "./words.ts";

export type Plain = string | number | boolean | null;
export type Compare = "<" | "<=" | "=" | ">=" | ">";

/** What one value may be. `folded`: capital letters do not count. */
export type Test =
  | { readonly is: "value"; readonly value: Plain }
  | { readonly is: "number"; readonly bounds: readonly (readonly [Compare, number])[] }
  | { readonly is: "prefix" | "suffix"; readonly text: string; readonly folded: boolean }
  | { readonly is: "folded" | "wildcard" | "cidr" | "exactly"; readonly text: string }
  | { readonly is: "exists"; readonly exists: boolean }
  | { readonly is: "not"; readonly values: readonly (string | number)[]; readonly list: boolean }
  | { readonly is: "not-like"; readonly how: NotLike; readonly texts: readonly string[]; readonly list: boolean };

export const NOT_LIKE = ["prefix", "suffix", "equals-ignore-case", "wildcard"] as const;
export type NotLike = (typeof NOT_LIKE)[number];

export interface Clause {
  readonly path: readonly string[];
  /** One of them is enough. */
  readonly tests: readonly Test[];
}

/** The clauses of a pattern; absent when it says more than clauses can. */
export function readCondition(pattern: JsonObject): readonly Clause[] | undefined {
  const clauses: Clause[] = [];
  if (!collect(pattern, [], clauses)) return undefined;
  const back = writeCondition(clauses);
  return back !== undefined && same(back, pattern) ? clauses : undefined;
}

function collect(pattern: JsonObject, path: readonly string[], clauses: Clause[]): boolean {
  const members = Object.entries(pattern);
  if (members.length === 0) return false;
  return members.every(([key, value]) => {
    if (key === "$or") return false;
    if (isMapping(value)) return collect(value, [...path, key], clauses);
    if (!Array.isArray(value) || value.length === 0) return false;
    const tests = (value as readonly Json[]).map(readTest);
    if (tests.some((test) => test === undefined)) return false;
    clauses.push({ path: [...path, key], tests: tests as Test[] });
    return true;
  });
}

function isMapping(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function readTest(value: Json): Test | undefined {
  if (!isMapping(value)) return Array.isArray(value) ? undefined : { is: "value", value: value as Plain };
  const [member, ...more] = Object.entries(value);
  if (member === undefined || more.length > 0) return undefined;
  const [name, operand] = member;
  switch (name) {
    case "prefix":
    case "suffix":
      return affix(name, operand);
    case "equals-ignore-case":
      return typeof operand === "string" ? { is: "folded", text: operand } : undefined;
    case "wildcard":
    case "cidr":
    case "exactly":
      return typeof operand === "string" ? { is: name, text: operand } : undefined;
    case "exists":
      return typeof operand === "boolean" ? { is: "exists", exists: operand } : undefined;
    case "numeric":
      return numeric(operand);
    case "anything-but":
      return anythingBut(operand);
    default:
      return undefined;
  }
}

function affix(is: "prefix" | "suffix", operand: Json): Test | undefined {
  if (typeof operand === "string") return { is, text: operand, folded: false };
  const text = isMapping(operand) ? operand["equals-ignore-case"] : undefined;
  return typeof text === "string" ? { is, text, folded: true } : undefined;
}

const COMPARE: readonly Json[] = ["<", "<=", "=", ">=", ">"];

function numeric(operand: Json): Test | undefined {
  if (!Array.isArray(operand)) return undefined;
  const bounds: [Compare, number][] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const [compare, number] = [operand[at] as Json, operand[at + 1] as Json];
    if (!COMPARE.includes(compare) || typeof number !== "number") return undefined;
    bounds.push([compare as Compare, number]);
  }
  return bounds.length === 1 || bounds.length === 2 ? { is: "number", bounds } : undefined;
}

function anythingBut(operand: Json): Test | undefined {
  if (isMapping(operand)) {
    const [how] = Object.keys(operand);
    const found = NOT_LIKE.find((one) => one === how);
    const inside = found && (operand[found] as Json);
    const texts = Array.isArray(inside) ? inside : [inside];
    if (found === undefined || !texts.every((text) => typeof text === "string")) return undefined;
    return { is: "not-like", how: found, texts: texts as string[], list: Array.isArray(inside) };
  }
  const values = Array.isArray(operand) ? operand : [operand];
  const kind = typeof values[0];
  if ((kind !== "string" && kind !== "number") || !values.every((value) => typeof value === kind)) return undefined;
  return { is: "not", values: values as (string | number)[], list: Array.isArray(operand) };
}

/** The pattern that says all of it; absent when two clauses are about one field, or about a field and what is in it. */
export function writeCondition(clauses: readonly Clause[]): JsonObject | undefined {
  const pattern: Record<string, unknown> = {};
  for (const { path, tests } of clauses) {
    let at: Record<string, unknown> = pattern;
    const last = path.at(-1);
    if (last === undefined || tests.length === 0) return undefined;
    for (const key of path.slice(0, -1)) {
      const inside = Object.hasOwn(at, key) ? at[key] : {};
      if (Array.isArray(inside)) return undefined;
      at[key] = inside;
      at = inside as Record<string, unknown>;
    }
    if (Object.hasOwn(at, last)) return undefined;
    at[last] = tests.map(writeTest);
  }
  return pattern as JsonObject;
}

function writeTest(test: Test): Json {
  switch (test.is) {
    case "value":
      return test.value;
    case "number":
      return { numeric: test.bounds.flat() };
    case "prefix":
    case "suffix":
      return { [test.is]: test.folded ? { "equals-ignore-case": test.text } : test.text };
    case "folded":
      return { "equals-ignore-case": test.text };
    case "wildcard":
    case "cidr":
    case "exactly":
      return { [test.is]: test.text };
    case "exists":
      return { exists: test.exists };
    case "not":
      return { "anything-but": test.list ? test.values : (test.values[0] ?? "") };
    case "not-like":
      return { "anything-but": { [test.how]: test.list ? test.texts : (test.texts[0] ?? "") } };
  }
}

export function clauseInWords({ path, tests }: Clause): string {
  return `${path.join(".")} ${listed(tests.map(testInWords), words.condition.or)}`;
}

/** "width is at least 64 and format is png"; where clauses cannot say it, that it is a pattern. */
export function conditionInWords(pattern: JsonObject): string {
  const clauses = readCondition(pattern);
  return clauses ? listed(clauses.map(clauseInWords), words.condition.and) : words.condition.pattern();
}

function testInWords(test: Test): string {
  const say = words.condition;
  const told = (value: Plain) =>
    value === null ? say.nothing() : typeof value === "string" ? `"${value}"` : String(value);
  switch (test.is) {
    case "value":
      return say.is(told(test.value));
    case "number":
      return say.number(test.bounds);
    case "prefix":
      return say.beginsWith(told(test.text), test.folded);
    case "suffix":
      return say.endsWith(told(test.text), test.folded);
    case "folded":
      return say.isFolded(told(test.text));
    case "exactly":
      return say.is(told(test.text));
    case "wildcard":
      return say.looksLike(told(test.text));
    case "cidr":
      return say.within(test.text);
    case "exists":
      return say.exists(test.exists);
    case "not":
      return say.isNot(test.values.map(told));
    case "not-like":
      return say.notLike(test.how, test.texts.map(told));
  }
}
