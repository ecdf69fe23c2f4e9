/**
 * Where in a document a place of its text is, also while the text cannot be read: what completion in the code view stands on.
 * Lines are looked at from there upward, by how far they are indented; `{a: b}` and `[a]` are followed within their lines.
 */

import type { Path } from "./pipeline.ts";

export interface YamlPlace {
  /** Of the mapping that a key is being written in, or of the value that is being written. */
  readonly path: Path;
  readonly at: "key" | "value";
  /** Where what is being written begins. */
  readonly from: number;
}

interface Line {
  readonly indent: number;
  /** Where its dash stands, and where what follows it begins. */
  readonly dash: number | undefined;
  readonly key: string | undefined;
  readonly isEmpty: boolean;
}

/** More lines than a mapping in braces is ever spread over. */
const FLOW_LINES = 12;

export function placeAt(text: string, offset: number): YamlPlace | undefined {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(start, offset);
  if (/(^|\s)#/.test(before)) return undefined;
  const lines = text.slice(0, start).split("\n").slice(0, -1);
  const flow = flowFrom(lines, before);
  if (flow !== undefined) return inFlow(flow, lines, before, offset);
  const [, lead = "", rest = ""] = /^((?:\s*-\s+)*\s*)(.*)$/.exec(before) ?? [];
  const base = blockPath(lines, `${lead}x:`);
  const value = /^("[^"]*"|[^\s:#{[]+):\s+(.*)$/.exec(rest);
  if (value !== null) {
    return { path: [...base, unquoted(value[1] ?? "")], at: "value", from: offset - (value[2] ?? "").length };
  }
  if (rest.includes(": ")) return undefined;
  return { path: base, at: "key", from: offset - rest.length };
}

/** The line in which the braces begin that are open here; absent when none are. */
function flowFrom(lines: readonly string[], before: string): number | undefined {
  let text = before;
  for (let at = lines.length; at >= Math.max(0, lines.length - FLOW_LINES); at -= 1) {
    if (at < lines.length) text = `${lines[at]}\n${text}`;
    if (openIn(text) > 0) return at;
    // A key of the block before: no braces of it reach here.
    if (at < lines.length && /^\S/.test(lines[at] ?? "")) return undefined;
  }
  return undefined;
}

function openIn(text: string): number {
  let open = 0;
  for (const { sign } of signs(text)) {
    if (sign === "{" || sign === "[") open += 1;
    else if ((sign === "}" || sign === "]") && open > 0) open -= 1;
  }
  return open;
}

/** The signs of a text that stand outside of quotations, comments and expressions. */
function* signs(text: string): Generator<{ sign: string; at: number }> {
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (quote !== "") {
      if (sign === "\\" && quote === '"') at += 1;
      else if (sign === quote) quote = "";
    } else if ((sign === '"' || sign === "'") && /[\s{[,:]/.test(text[at - 1] ?? " ")) quote = sign;
    else if (sign === "#" && /\s/.test(text[at - 1] ?? " ")) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (sign === "$" && text[at + 1] === "{") {
      const end = text.indexOf("}", at);
      at = end < 0 ? text.length : end;
    } else yield { sign, at };
  }
}

function inFlow(first: number, lines: readonly string[], before: string, offset: number): YamlPlace {
  const text = [...lines.slice(first), before].join("\n");
  const open = [...signs(text)].find(({ sign }) => sign === "{" || sign === "[")?.at ?? 0;
  const [, lead = "", key] = /^((?:\s*-\s+)*\s*)(?:("[^"]*"|[^\s:#]+):\s*)?$/.exec(text.slice(0, open)) ?? [];
  const path: (string | number)[] = [...blockPath(lines.slice(0, first), `${lead}x:`)];
  if (key !== undefined) path.push(unquoted(key));
  interface Inside {
    kind: "{" | "[";
    key: string | undefined;
    index: number;
    begins: number;
  }
  const stack: Inside[] = [];
  const step = (one: Inside) => (one.kind === "[" ? one.index : one.key);
  for (const { sign, at } of signs(text.slice(open))) {
    const top = stack.at(-1);
    const here = open + at;
    if (sign === "{" || sign === "[") stack.push({ kind: sign, key: undefined, index: 0, begins: here + 1 });
    else if (sign === "}" || sign === "]") stack.pop();
    else if (top === undefined) continue;
    else if (sign === ",") {
      top.key = undefined;
      top.index += 1;
      top.begins = here + 1;
    } else if (sign === ":" && top.kind === "{" && top.key === undefined && /\s|$/.test(text[here + 1] ?? "")) {
      top.key = unquoted(text.slice(top.begins, here).trim());
      top.begins = here + 1;
    }
  }
  for (const one of stack.slice(0, -1)) path.push(step(one) ?? "");
  const top = stack.at(-1);
  const typed = text.slice(top?.begins ?? open).trimStart();
  const from = offset - typed.length;
  if (top === undefined) return { path, at: "value", from };
  const inside = step(top);
  return inside === undefined ? { path, at: "key", from } : { path: [...path, inside], at: "value", from };
}

function lineOf(text: string): Line {
  const [, lead = "", dashes = ""] = /^(\s*)((?:-\s+)*)/.exec(text) ?? [];
  const rest = text.slice(lead.length + dashes.length);
  const key = /^("[^"]*"|[^\s:#{[-][^\s:]*):(\s|$)/.exec(rest)?.[1];
  const isEmpty = rest.trim() === "" && dashes === "" ? true : rest.startsWith("#");
  return {
    indent: lead.length + dashes.length,
    dash: dashes === "" ? (/^\s*-$/.test(text) ? lead.length : undefined) : lead.length,
    key: key === undefined ? undefined : unquoted(key),
    isEmpty: isEmpty && !/^\s*-$/.test(text),
  };
}

/** The path of the mapping that the last of these lines stands in. */
function blockPath(lines: readonly string[], last: string): Path {
  const path: (string | number)[] = [];
  const here = lineOf(last);
  let { indent } = here;
  let item: { index: number } | undefined;
  const begin = (dash: number) => {
    item = { index: 0 };
    indent = dash;
  };
  const end = () => {
    if (item !== undefined) path.unshift(item.index);
    item = undefined;
  };
  if (here.dash !== undefined) begin(here.dash);
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lineOf(lines[at] ?? "");
    if (line.isEmpty) continue;
    if (item !== undefined) {
      if (line.dash === indent) item.index += 1;
      else if (line.dash === undefined && line.indent <= indent && line.key !== undefined) {
        end();
        path.unshift(line.key);
        indent = line.indent;
      }
    } else if (line.dash !== undefined && line.dash < indent) {
      if (line.indent < indent && line.key !== undefined) path.unshift(line.key);
      begin(line.dash);
    } else if (line.dash === undefined && line.indent < indent && line.key !== undefined) {
      path.unshift(line.key);
      indent = line.indent;
    }
    if (indent === 0 && item === undefined) break;
  }
  end();
  return path;
}

function unquoted(key: string): string {
  return /^".*"$|^'.*'$/.test(key) ? key.slice(1, -1) : key;
}
