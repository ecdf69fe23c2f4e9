// What typing does to a text with expressions: `${` brings its own end, a candidate takes the place of what was typed.

import type { Candidate, Completion } from "../../model/completion.ts";

export interface Edited {
  readonly text: string;
  /** Where the cursor stands afterwards. */
  readonly at: number;
}

/** After a key: a `${` that was just opened is closed. */
export function closed(text: string, at: number, before: string): Edited {
  const isOpened = text.length === before.length + 1 && text.slice(at - 2, at) === "${" && text[at - 3] !== "$";
  if (!isOpened || text[at] === "}") return { text, at };
  return { text: `${text.slice(0, at)}}${text.slice(at)}`, at };
}

/** An empty expression at a place, with the cursor in it. */
export function opened(text: string, at: number): Edited {
  return { text: `${text.slice(0, at)}\${}${text.slice(at)}`, at: at + 2 };
}

/** The candidate in the place of what was typed; one with members is followed by a dot, since one of them is wanted next. */
export function taken(text: string, { from, to }: Completion, one: Candidate): Edited {
  const rest = text.slice(to);
  // What is left of a name that the cursor stood in the middle of goes with it.
  const tail = /^[A-Za-z0-9_]*"?/.exec(rest)?.[0] ?? "";
  const isPart = tail !== "" && from < to;
  const after = isPart ? rest.slice(tail.length) : rest;
  const dot = one.more && !after.startsWith(".") ? "." : "";
  const written = one.insert + dot;
  return { text: text.slice(0, from) + written + after, at: from + written.length };
}
