/**
 * What may be named in an expression, where somebody types one: the input, what the tasks before this one gave, the run, the
 * trigger, variables and secrets by name, the item. Fields come from JSON Schemas, or from values that a run has shown.
 */

import { expressionsIn, isOneExpression, spelled } from "./expressions.ts";
import { ancestors, readingOrder } from "./graph.ts";
import { isMisread, type Node, parse } from "./jmespath.ts";
import type { ForEach, Json, JsonObject, Pipeline } from "./pipeline.ts";
import { inlined, isMapping } from "./schema.ts";
import { words } from "./words.ts";

/** What is known beside the document. */
export interface Known {
  /** The JSON Schema of what a function or an action gives, by its name. */
  readonly outputs?: Readonly<Record<string, JsonObject>>;
  readonly variables?: readonly string[];
  readonly secrets?: readonly string[];
  /** From a run that was: its input, and what tasks gave. */
  readonly seen?: { readonly input?: Json; readonly outputs?: Readonly<Record<string, Json>> };
  /** All that an expression of that run could read, as far as it is told; values are previewed over it. */
  readonly scope?: JsonObject;
  /** An event that such a trigger would take up. */
  readonly event?: Json;
}

/** Where an expression stands. A trigger's reads the event. */
export type Where =
  | { readonly kind: "task"; readonly name: string; readonly field: "with" | "for_each" }
  | { readonly kind: "trigger"; readonly source: "bus" | "webhook" };

export interface Candidate {
  readonly label: string;
  /** What is written for it: in quotes where the name needs them. */
  readonly insert: string;
  readonly detail: string;
  /** It has members, which can be named after it. */
  readonly more: boolean;
}

export interface Completion {
  /** In the text, what is replaced. */
  readonly from: number;
  readonly to: number;
  readonly candidates: readonly Candidate[];
}

/** A part of the scope: members that are known, and what is told of it. */
interface Scope {
  readonly detail: string;
  readonly members: ReadonlyMap<string, () => Scope>;
}

const EVENT = ["detail", "detail-type", "source", "id", "time", "region", "account", "resources", "version"];
const WEBHOOK = ["body", "headers", "query", "id", "source", "detail-type", "time", "raw", "raw_base64"];

/** What can be written at this place of a text; absent outside of expressions. */
export function candidatesAt(
  pipeline: Pipeline,
  where: Where,
  known: Known,
  text: string,
  at: number,
): Completion | undefined {
  const found = expressionsIn(text).find(({ from, to }) => from <= at && at <= to);
  if (found === undefined) return undefined;
  const typed = text.slice(found.from, at);
  const way =
    /(?:[A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*")?(?:(?:\[\d+\])?\.(?:[A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*"))*(?:\[\d+\])?\.?$/.exec(
      typed,
    )?.[0] ?? "";
  // Inside a filter or a list of members the names are those of another scope.
  if (/[[{][^\]}]*$/.test(typed.slice(0, typed.length - way.length))) return undefined;
  const steps = way.replaceAll(/\[\d+\]/g, "").split(/\.(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  const last = steps.pop() ?? "";
  let scope: Scope | undefined = scopeOf(pipeline, where, known);
  for (const step of steps) scope = scope?.members.get(step.startsWith('"') ? (JSON.parse(step) as string) : step)?.();
  if (scope === undefined) return undefined;
  const begun = last.replaceAll('"', "").toLowerCase();
  const candidates = [...scope.members].filter(([name]) => name.toLowerCase().includes(begun));
  candidates.sort(
    ([one], [other]) => Number(other.toLowerCase().startsWith(begun)) - Number(one.toLowerCase().startsWith(begun)),
  );
  return {
    from: at - last.length,
    to: at,
    candidates: candidates.map(([label, inside]) => {
      const { detail, members } = inside();
      return { label, insert: spelled(label), detail, more: members.size > 0 };
    }),
  };
}

export function scopeOf(pipeline: Pipeline, where: Where, known: Known): Scope {
  const leaf = (detail: string) => () => ({ detail, members: new Map<string, () => Scope>() });
  const names = (list: readonly string[], detail: string) => new Map(list.map((name) => [name, leaf(detail)]));
  if (where.kind === "trigger") {
    const usual = names(where.source === "bus" ? EVENT : WEBHOOK, words.scope.event());
    const { members } = described("", undefined, known.event);
    // What an event has shown comes first, and says more.
    return { detail: "", members: new Map([...members, ...[...usual].filter(([name]) => !members.has(name))]) };
  }
  const members = new Map<string, () => Scope>([
    ["input", () => described(words.scope.input(), pipeline.input && inlined(pipeline.input), known.seen?.input)],
    ["tasks", () => tasksScope(pipeline, where.name, known)],
    [
      "run",
      () => ({
        detail: words.scope.run(),
        members: names(["id", "pipeline", "version", "trigger"], words.scope.run()),
      }),
    ],
    ["trigger", () => ({ detail: words.scope.trigger(), members: names(["name"], words.scope.trigger()) })],
    [
      "variables",
      () => ({ detail: words.scope.variables(), members: names(known.variables ?? [], words.scope.variable()) }),
    ],
    ["secrets", () => ({ detail: words.scope.secrets(), members: names(known.secrets ?? [], words.scope.secret()) })],
  ]);
  const each = pipeline.tasks[where.name]?.for_each;
  if (each && where.field === "with") {
    members.set("item", () => described(words.scope.item(), undefined, itemOf(each, known.scope)));
  }
  return { detail: "", members };
}

function tasksScope(pipeline: Pipeline, name: string, known: Known): Scope {
  const before = ancestors(pipeline, name);
  const members = new Map<string, () => Scope>();
  // The nearest is most likely meant.
  for (const other of readingOrder(pipeline).toReversed()) {
    const task = before.has(other) && other !== name ? pipeline.tasks[other] : undefined;
    if (task === undefined) continue;
    const work = task.function ?? task.action ?? "";
    const output = () => described(words.scope.output(work), known.outputs?.[work], known.seen?.outputs?.[other]);
    const parts = new Map<string, () => Scope>([
      ["output", output],
      ["error", () => described(words.scope.error(), ERROR, undefined)],
      ["status", () => ({ detail: words.scope.status(), members: new Map() })],
    ]);
    members.set(other, () => ({ detail: work, members: parts }));
  }
  return { detail: words.scope.tasks(), members };
}

/** The first of the items that a run would have had. */
export function itemOf(each: ForEach | undefined, scope: JsonObject | undefined): Json | undefined {
  if (each === undefined || each === null) return undefined;
  const items = typeof each === "object" && "items" in each ? each.items : (each as Json);
  if (Array.isArray(items)) return items[0] as Json | undefined;
  const source = typeof items === "string" && isOneExpression(items) ? items.slice(2, -1) : undefined;
  const found = source === undefined ? undefined : previewOf(source, scope ?? {})?.value;
  return Array.isArray(found) ? (found[0] as Json | undefined) : undefined;
}

const ERROR: JsonObject = {
  properties: { type: { type: "string" }, message: { type: "string" }, detail: { type: "object" } },
};

/** The members that a schema allows, and those that a value has. */
function described(detail: string, schema: Json | undefined, value: Json | undefined): Scope {
  const members = new Map<string, () => Scope>();
  const told = heart(isMapping(schema) ? schema : {});
  const element = isMapping(told.items) ? told.items : undefined;
  const properties = isMapping(told.properties)
    ? told.properties
    : isMapping(element?.properties)
      ? element.properties
      : {};
  const shown = Array.isArray(value) ? (value[0] as Json) : value;
  for (const [name, inside] of Object.entries(properties)) {
    const seen = isMapping(shown) ? shown[name] : undefined;
    members.set(name, () => described(typeOf(inside, seen), inside, seen));
  }
  if (isMapping(shown)) {
    for (const [name, inside] of Object.entries(shown)) {
      if (!members.has(name)) members.set(name, () => described(typeOf(undefined, inside), undefined, inside));
    }
  }
  return { detail, members };
}

/** Of a schema that says "this or nothing": this. */
function heart(schema: JsonObject): JsonObject {
  const among = Array.isArray(schema.anyOf) ? schema.anyOf : schema.oneOf;
  if (!Array.isArray(among)) return schema;
  const told = (among as readonly Json[]).filter(isMapping).filter((one) => one.type !== "null");
  return told.length === 1 ? { ...(told[0] as JsonObject), ...schema } : schema;
}

function typeOf(schema: Json | undefined, value: Json | undefined): string {
  const type = isMapping(schema) ? heart(schema).type : undefined;
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return type.join(", ");
  if (value === undefined) return "";
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

/** What a plain way (names and indexes) gives for a scope. Anything more is for the server to answer: absent. */
export function previewOf(source: string, scope: JsonObject): { readonly value: Json } | undefined {
  const tree = parse(source);
  const way = isMisread(tree) ? undefined : wayOf(tree);
  if (way === undefined) return undefined;
  let value: Json = scope;
  for (const step of way) {
    if (typeof step === "number") value = (Array.isArray(value) ? (value.at(step) as Json | undefined) : null) ?? null;
    else value = isMapping(value) && Object.hasOwn(value, step) ? (value[step] ?? null) : null;
  }
  return { value };
}

function wayOf(node: Node): readonly (string | number)[] | undefined {
  if (node.type === "field") return [node.name];
  if (node.type === "index") return [node.index];
  if (node.type !== "sub") return undefined;
  const [left, right] = [wayOf(node.left), wayOf(node.right)];
  return left && right && [...left, ...right];
}
