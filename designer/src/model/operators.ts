/**
 * The operators of a condition as somebody chooses them: "is at least", "begins with". Each is one way to make a test of values,
 * and to read one back.
 */

import type { Clause, Compare, NotLike, Plain, Test } from "./condition.ts";
import type { Json } from "./pipeline.ts";

export const OPERATORS = [
  "is",
  "is-not",
  "at-least",
  "more-than",
  "at-most",
  "less-than",
  "between",
  "begins",
  "ends",
  "like",
  "folded",
  "not-begins",
  "not-ends",
  "not-like",
  "not-folded",
  "cidr",
  "exists",
  "missing",
] as const;
export type Operator = (typeof OPERATORS)[number];

/** What is to be written beside an operator: a typed value, a number, two, a text, several values, or nothing. */
export type Operand = "value" | "number" | "numbers" | "text" | "values" | "texts" | "none";

const OPERANDS: Readonly<Record<Operator, Operand>> = {
  is: "value",
  "is-not": "values",
  "at-least": "number",
  "more-than": "number",
  "at-most": "number",
  "less-than": "number",
  between: "numbers",
  begins: "text",
  ends: "text",
  like: "text",
  folded: "text",
  "not-begins": "texts",
  "not-ends": "texts",
  "not-like": "texts",
  "not-folded": "texts",
  cidr: "text",
  exists: "none",
  missing: "none",
};

export function operandOf(operator: Operator): Operand {
  return OPERANDS[operator];
}

const COMPARES: Readonly<Partial<Record<Operator, Compare>>> = {
  "at-least": ">=",
  "more-than": ">",
  "at-most": "<=",
  "less-than": "<",
};
const UNLIKE: Readonly<Partial<Record<Operator, NotLike>>> = {
  "not-begins": "prefix",
  "not-ends": "suffix",
  "not-like": "wildcard",
  "not-folded": "equals-ignore-case",
};

/** A test as it stands in the builder. `kept`: one that the builder's operators cannot say is kept as it is. */
export interface Alternative {
  readonly operator: Operator;
  readonly values: readonly Plain[];
  readonly kept?: Test;
}

export function alternativeOf(test: Test): Alternative {
  switch (test.is) {
    case "value":
      return { operator: "is", values: [test.value] };
    case "number":
      return numbers(test);
    case "prefix":
    case "suffix":
      return {
        operator: test.is === "prefix" ? "begins" : "ends",
        values: [test.text],
        ...(test.folded && { kept: test }),
      };
    case "folded":
      return { operator: "folded", values: [test.text] };
    case "wildcard":
      return { operator: "like", values: [test.text] };
    case "cidr":
      return { operator: "cidr", values: [test.text] };
    case "exactly":
      return { operator: "is", values: [test.text], kept: test };
    case "exists":
      return { operator: test.exists ? "exists" : "missing", values: [] };
    case "not":
      return { operator: "is-not", values: test.values, kept: test };
    case "not-like": {
      const found = OPERATORS.find((one) => UNLIKE[one] === test.how) ?? "not-like";
      return { operator: found, values: test.texts, kept: test };
    }
  }
}

function numbers(test: Test & { is: "number" }): Alternative {
  const [first, second] = test.bounds;
  if (second !== undefined) {
    return { operator: "between", values: [first?.[1] ?? 0, second[1]], kept: test };
  }
  const [compare, number] = first ?? ["=", 0];
  const operator = OPERATORS.find((one) => COMPARES[one] === compare);
  return operator === undefined ? { operator: "is", values: [number], kept: test } : { operator, values: [number] };
}

/** The test that it says; absent while something of it is still to be written. */
export function testOf({ operator, values, kept }: Alternative): Test | undefined {
  if (kept !== undefined) return kept;
  const [first, second] = values;
  const texts = values.filter((one): one is string => typeof one === "string" && one !== "");
  switch (operandOf(operator)) {
    case "none":
      return { is: "exists", exists: operator === "exists" };
    case "value":
      return first === undefined ? undefined : { is: "value", value: first };
    case "number": {
      const compare = COMPARES[operator];
      return typeof first === "number" && compare !== undefined
        ? { is: "number", bounds: [[compare, first]] }
        : undefined;
    }
    case "numbers":
      if (typeof first !== "number" || typeof second !== "number") return undefined;
      return {
        is: "number",
        bounds: [
          [">=", first],
          ["<=", second],
        ],
      };
    case "text":
      return texts.length === 0 ? undefined : textTest(operator, texts[0] as string);
    case "values": {
      // An event pattern compares with texts or with numbers, not with both at once.
      const kind = typeof first;
      const alike = values.filter((one): one is string | number => typeof one === kind);
      if ((kind !== "string" && kind !== "number") || alike.length === 0) return undefined;
      return { is: "not", values: alike, list: true };
    }
    case "texts": {
      const how = UNLIKE[operator];
      return how === undefined || texts.length === 0
        ? undefined
        : { is: "not-like", how, texts, list: texts.length > 1 };
    }
  }
}

function textTest(operator: Operator, text: string): Test | undefined {
  if (operator === "begins" || operator === "ends") {
    return { is: operator === "begins" ? "prefix" : "suffix", text, folded: false };
  }
  if (operator === "like") return { is: "wildcard", text };
  return { is: operator === "cidr" ? "cidr" : "folded", text };
}

/** A clause while it is being made. */
export interface Drafted {
  readonly path: string;
  readonly tests: readonly Alternative[];
}

export function draftedOf({ path, tests }: Clause): Drafted {
  return { path: path.join("."), tests: tests.map(alternativeOf) };
}

/** The clause that it says; absent while it is not whole. */
export function clauseOf({ path, tests }: Drafted): Clause | undefined {
  const steps = path.split(".").map((one) => one.trim());
  const made = tests.map(testOf);
  if (steps.some((one) => one === "") || made.length === 0 || made.some((one) => one === undefined)) return undefined;
  return { path: steps, tests: made as Test[] };
}

/** Can every name of a field be spelled with dots between? */
export function canBeDrafted(clauses: readonly Clause[]): boolean {
  return clauses.every((one) => one.path.every((step) => step !== "" && !step.includes(".") && step.trim() === step));
}

/** What somebody has typed for a value: a number, true, false, null, or a text; in quotes it is a text in any case. */
export function readPlain(typed: string): Plain {
  const text = typed.trim();
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (/^".*"$/.test(text)) {
    try {
      const inside: unknown = JSON.parse(text);
      if (typeof inside === "string") return inside;
    } catch {
      // An unfinished escape: what stands there is meant.
    }
  }
  return typed;
}

export function writePlain(value: Plain): string {
  if (typeof value !== "string") return String(value);
  return readPlain(value) === value ? value : JSON.stringify(value);
}

/** Every field of a value or a schema, as a path with dots; for suggestions. */
export function fieldsIn(value: Json | undefined, deepest = 4): readonly string[] {
  if (value === null || typeof value !== "object" || Array.isArray(value) || deepest === 0) return [];
  return Object.entries(value as Readonly<Record<string, Json>>).flatMap(([name, inside]) => [
    name,
    ...fieldsIn(inside, deepest - 1).map((one) => `${name}.${one}`),
  ]);
}
