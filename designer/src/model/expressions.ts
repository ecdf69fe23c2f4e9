/**
 * Templates: a value with `${...}` in its texts. Found here, and rewritten when a task is renamed.
 *
 * `$${` is a plain `${`. An expression ends at its own `}`: braces in quotations and in `{key: value}` belong to it.
 */

import { isMisread, parse } from "./jmespath.ts";
import { quotedEnd } from "./jmespath_tokens.ts";
import type { Json, Path, Task } from "./pipeline.ts";
import { type Reference, readTask, references } from "./references.ts";

export interface Found {
  /** What stands between `${` and `}`. */
  readonly source: string;
  /** Where `source` stands in its text. */
  readonly from: number;
  readonly to: number;
  /** False while the text ends before the expression does, as it does while somebody types. */
  readonly closed: boolean;
}

/** The expressions of one text, in order. */
export function expressionsIn(text: string): readonly Found[] {
  const found: Found[] = [];
  for (let at = text.indexOf("$"); at >= 0; at = text.indexOf("$", at)) {
    if (text.startsWith("$${", at)) at += 3;
    else if (text.startsWith("${", at)) {
      const end = endOf(text, at + 2);
      found.push({
        source: text.slice(at + 2, end ?? text.length),
        from: at + 2,
        to: end ?? text.length,
        closed: end !== undefined,
      });
      if (end === undefined) break;
      at = end + 1;
    } else at += 1;
  }
  return found;
}

function endOf(text: string, from: number): number | undefined {
  let open = 1;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] as string;
    if ("'\"`".includes(character)) {
      const end = quotedEnd(text, at);
      if (end < 0) return undefined;
      at = end - 1;
    } else if (character === "{") open += 1;
    else if (character === "}") {
      open -= 1;
      if (open === 0) return at;
    }
  }
  return undefined;
}

/** Is the text one expression and nothing else? Only then does it keep its type. */
export function isOneExpression(text: string): boolean {
  const [first, ...more] = expressionsIn(text);
  return first !== undefined && more.length === 0 && first.closed && first.from === 2 && first.to === text.length - 1;
}

/** Every text in a value, and where it stands. */
export function* textsIn(value: Json, where: Path = []): Generator<readonly [text: string, where: Path]> {
  if (typeof value === "string") yield [value, where];
  else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) yield* textsIn(item, [...where, at]);
  } else if (value !== null && typeof value === "object") {
    for (const [key, member] of Object.entries(value)) yield* textsIn(member, [...where, key]);
  }
}

export interface Read {
  readonly reference: Reference;
  readonly source: string;
  /** The place in the value of the text it stands in. */
  readonly where: Path;
}
export interface Misspelled {
  readonly misread: string;
  readonly source: string;
  readonly where: Path;
}

/** Everything that a value reads, and what in it does not parse. */
export function readsOf(value: Json): { reads: readonly Read[]; misspelled: readonly Misspelled[] } {
  const reads: Read[] = [];
  const misspelled: Misspelled[] = [];
  for (const [text, where] of textsIn(value)) {
    for (const { source, closed } of expressionsIn(text)) {
      const tree = closed ? parse(source) : { misread: "${ is never closed", at: 0 };
      if (isMisread(tree)) misspelled.push({ misread: tree.misread, source, where });
      else for (const reference of references(tree)) reads.push({ reference, source, where });
    }
  }
  return { reads, misspelled };
}

/** The parts of a task that may hold expressions, by their place in the task. */
export function templatesOf(task: Task): readonly (readonly [where: Path, value: Json])[] {
  const found: [Path, Json][] = [];
  if (task.with !== undefined) found.push([["with"], task.with]);
  const each = task.for_each;
  if (each !== undefined && each !== null) {
    const whole = typeof each === "string" || Array.isArray(each);
    found.push(whole ? [["for_each"], each as Json] : [["for_each", "items"], (each as { items: Json }).items]);
  }
  return found;
}

/** The tasks that a task reads, by name. */
export function tasksReadBy(task: Task): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, value] of templatesOf(task)) {
    for (const { reference } of readsOf(value).reads) {
      const read = readTask(reference);
      if (read !== undefined) names.add(String(read.name));
    }
  }
  return names;
}

/** The value with every task in its expressions called by its new name. The same object when nothing changes. */
export function renamed<Value extends Json>(value: Value, names: ReadonlyMap<string, string>): Value {
  return mapTexts(value, (text) => renamedText(text, names)) as Value;
}

function renamedText(text: string, names: ReadonlyMap<string, string>): string {
  if (!text.includes("${") || !text.includes("tasks")) return text;
  let done = "";
  let last = 0;
  for (const { source, from, closed } of expressionsIn(text)) {
    const tree = closed ? parse(source) : undefined;
    if (tree === undefined || isMisread(tree)) continue;
    // Two references may share their beginning, so a place is changed once.
    const places = new Map<number, { to: number; name: string }>();
    for (const reference of references(tree)) {
      const step = readTask(reference);
      const name = step && names.get(String(step.name));
      if (step !== undefined && name !== undefined) places.set(step.from, { to: step.to, name });
    }
    for (const [at, { to, name }] of [...places].sort(([one], [other]) => one - other)) {
      done += text.slice(last, from + at) + spelled(name);
      last = from + to;
    }
  }
  return done + text.slice(last);
}

/** A name as it is written in an expression: in quotes where it has a hyphen. */
export function spelled(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => mapTexts(item, change));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).map(([key, member]) => [key, mapTexts(member, change), member] as const);
  if (members.every(([, after, before]) => after === before)) return value;
  return Object.fromEntries(members.map(([key, after]) => [key, after]));
}

/** A task whose expressions call tasks by their new names. */
export function renamedTask(task: Task, names: ReadonlyMap<string, string>): Task {
  const parameters = task.with && renamed(task.with, names);
  const each = task.for_each && (renamed(task.for_each as Json, names) as NonNullable<Task["for_each"]>);
  if (parameters === task.with && each === task.for_each) return task;
  return { ...task, ...(parameters && { with: parameters }), ...(each && { for_each: each }) };
}
