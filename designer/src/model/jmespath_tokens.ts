/** The words of an expression, each with its place. Quotations hold JSON and nothing else, as on the server. */

import type { Json } from "./pipeline.ts";

const SIGNS = [
  "[?",
  "[]",
  "||",
  "&&",
  "==",
  "!=",
  "<=",
  ">=",
  "[",
  "]",
  "(",
  ")",
  "{",
  "}",
  ".",
  ",",
  ":",
  "*",
  "@",
] as const;
const SINGLE = ["|", "&", "!", "<", ">"] as const;
export type Sign = (typeof SIGNS)[number] | (typeof SINGLE)[number];
export type Kind = Sign | "name" | "quoted" | "number" | "literal" | "end";

export interface Token {
  readonly kind: Kind;
  readonly value: Json;
  readonly from: number;
  readonly to: number;
}

export interface Misread {
  readonly misread: string;
  readonly at: number;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?[0-9]+/y;

export function tokenize(text: string): Token[] | Misread {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    if (" \t\n\r".includes(text[at] as string)) {
      at += 1;
      continue;
    }
    const token = next(text, at);
    if ("misread" in token) return token;
    tokens.push(token);
    at = token.to;
  }
  tokens.push({ kind: "end", value: null, from: text.length, to: text.length });
  return tokens;
}

function next(text: string, from: number): Token | Misread {
  const first = text[from] as string;
  if ("'\"`".includes(first)) return quotation(text, from, first);
  const name = matched(NAME, text, from);
  if (name !== undefined) return { kind: "name", value: name, from, to: from + name.length };
  const number = matched(NUMBER, text, from);
  if (number !== undefined) return { kind: "number", value: Number(number), from, to: from + number.length };
  const sign = SIGNS.find((one) => text.startsWith(one, from)) ?? SINGLE.find((one) => one === first);
  if (sign !== undefined) return { kind: sign, value: null, from, to: from + sign.length };
  return { misread: `the expression cannot hold ${first}`, at: from };
}

function matched(pattern: RegExp, text: string, from: number): string | undefined {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0];
}

/** Just behind the quotation that opens at `from`; -1 when it never ends. */
export function quotedEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += text[at] === "\\" ? 2 : 1) {
    if (text[at] === text[from]) return at + 1;
  }
  return -1;
}

function quotation(text: string, from: number, quote: string): Token | Misread {
  const to = quotedEnd(text, from);
  if (to < 0) return { misread: `the quotation that opens with ${quote} never ends`, at: from };
  const inside = text.slice(from + 1, to - 1);
  if (quote === "'") return { kind: "literal", value: inside.replaceAll("\\'", "'"), from, to };
  try {
    if (quote === '"') return { kind: "quoted", value: JSON.parse(text.slice(from, to)) as Json, from, to };
    return { kind: "literal", value: JSON.parse(inside.replaceAll("\\`", "`")) as Json, from, to };
  } catch {
    return { misread: `${quote}${inside.slice(0, 80)}${quote} is not JSON: write a text as 'text'`, at: from };
  }
}
