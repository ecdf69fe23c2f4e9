// What a text with expressions would have been in the last run.

import { previewOf } from "../../model/completion.ts";
import { expressionsIn, isOneExpression } from "../../model/expressions.ts";
import type { Json, JsonObject } from "../../model/pipeline.ts";

export type Preview =
  /** There is no expression in it. */
  | { readonly kind: "plain" }
  | { readonly kind: "value"; readonly value: Json }
  /** Only the server works that out, or nothing has run yet. */
  | { readonly kind: "later" };

/** `told`: what the server made of the text, where it was asked; what it cannot know it leaves as it is written. */
export function previewOfText(text: string, scope: JsonObject | undefined, told: Json | undefined): Preview {
  const found = expressionsIn(text);
  if (found.length === 0) return { kind: "plain" };
  if (found.some((one) => !one.closed || one.source.trim() === "")) return { kind: "later" };
  if (told !== undefined && told !== text) return { kind: "value", value: told };
  if (scope === undefined) return { kind: "later" };
  const values = found.map((one) => (isKnown(one.source, scope) ? previewOf(one.source, scope) : undefined));
  if (values.some((one) => one === undefined)) return { kind: "later" };
  if (isOneExpression(text)) return { kind: "value", value: values[0]?.value ?? null };
  let whole = "";
  let last = 0;
  for (const [at, one] of found.entries()) {
    whole += text.slice(last, one.from - 2) + inText(values[at]?.value ?? null);
    last = one.to + 1;
  }
  return { kind: "value", value: whole + text.slice(last) };
}

/** A name that the scope does not have at all is unknown, not nothing: secrets are never told. */
function isKnown(source: string, scope: JsonObject): boolean {
  const root = /^\s*"?([A-Za-z_-]+)/.exec(source)?.[1];
  return root !== undefined && Object.hasOwn(scope, root);
}

function inText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A value in one line. */
export function shortly(value: Json, most = 160): string {
  const text = JSON.stringify(value) ?? "null";
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

export function valueAt(value: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  let at: unknown = value;
  for (const step of path) {
    at =
      typeof at === "object" && at !== null && Object.hasOwn(at, step) ? (at as Record<string, Json>)[step] : undefined;
  }
  return at as Json | undefined;
}
