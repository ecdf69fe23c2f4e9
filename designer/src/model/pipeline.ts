/**
 * The pipeline document as it is written: the types of `schemas/pipeline.py` and `schemas/trigger.py`, member by member.
 *
 * What is left out stays left out, so that reading and writing a document changes nothing; the functions below give the
 * defaults. Values are never changed in place: an edit makes a new pipeline that shares what it leaves alone, and a task
 * that is the same object is the same task.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
export type Path = readonly (string | number)[];

export const EDGE_KINDS = ["success", "failure", "completion"] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

export type Jitter = "none" | "equal" | "full";
export type Memory = "small" | "medium" | "large" | "huge";
export type Join = "all" | "any" | "settled" | { readonly at_least: number };

export interface Retry {
  readonly attempts?: number;
  readonly delay?: string;
  readonly backoff?: number;
  readonly max_delay?: string;
  readonly jitter?: Jitter;
  readonly on?: readonly string[];
}

export type ForEach = string | readonly Json[] | { readonly items: Json; readonly concurrency?: number };

export interface Task {
  readonly function?: string;
  readonly action?: string;
  readonly description?: string;
  readonly with?: JsonObject;
  readonly retry?: Retry;
  readonly timeout?: string;
  readonly join?: Join;
  readonly for_each?: ForEach;
  readonly callback?: boolean;
  readonly memory?: Memory;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly on?: EdgeKind;
  readonly when?: JsonObject;
}

export type RunEnd = "succeeded" | "failed" | "cancelled" | "timed_out";

export interface S3Source {
  readonly bucket: string;
  readonly prefix?: string;
  readonly suffix?: readonly string[];
}
export interface ScheduleSource {
  readonly cron?: string;
  readonly rate?: string;
  readonly timezone?: string;
  readonly catch_up?: "none" | "latest" | "all";
  readonly overlap?: "allow" | "skip" | "queue";
}
export interface WebhookSource {
  readonly signature?: "github" | "stripe" | "plain" | "none";
  readonly secret?: string;
  readonly window?: string;
}
export interface PipelineSource {
  readonly pipeline: string;
  readonly project?: string;
  readonly on?: readonly RunEnd[];
}

export interface Trigger {
  readonly event?: JsonObject;
  readonly s3?: S3Source;
  readonly schedule?: ScheduleSource;
  readonly webhook?: WebhookSource;
  readonly pipeline?: PipelineSource;
  readonly manual?: Record<string, never>;
  readonly input?: Json;
  readonly key?: string;
}

export const SOURCES = ["event", "s3", "schedule", "webhook", "pipeline", "manual"] as const;
export type Source = (typeof SOURCES)[number];

export type Concurrency = number | { readonly limit: number; readonly full?: "queue" | "drop" };

export interface Pipeline {
  readonly project: string;
  readonly pipeline: string;
  readonly description?: string;
  readonly owner?: string;
  readonly input?: JsonObject;
  readonly deadline?: string;
  readonly concurrency?: Concurrency;
  readonly functions?: Readonly<Record<string, { readonly lambda: string }>>;
  readonly triggers?: Readonly<Record<string, Trigger>>;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly edges?: readonly Edge[];
}

/** The order in which a document that we write says things. */
export const PIPELINE_FIELDS = [
  "project",
  "pipeline",
  "description",
  "owner",
  "input",
  "deadline",
  "concurrency",
  "functions",
  "triggers",
  "tasks",
  "edges",
] as const satisfies readonly (keyof Pipeline)[];

export const TASK_FIELDS = [
  "function",
  "action",
  "description",
  "with",
  "for_each",
  "join",
  "retry",
  "timeout",
  "callback",
  "memory",
] as const satisfies readonly (keyof Task)[];

export const DEFAULT_RETRY = {
  attempts: 3,
  delay: "1s",
  backoff: 2,
  max_delay: "1h",
  jitter: "full",
  on: [],
} as const satisfies Required<Retry>;
export const DEFAULT_DEADLINE = "1d";

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
export const LONGEST_NAME = 64;

/** May a task, a trigger or a function be called so? */
export function isName(name: string): boolean {
  return NAME.test(name) && name.length <= LONGEST_NAME;
}

export function emptyPipeline(project: string, pipeline: string): Pipeline {
  return { project, pipeline, tasks: {} };
}

export function kindOf(edge: Edge): EdgeKind {
  return edge.on ?? "success";
}

export function joinOf(task: Task | undefined): Join {
  return task?.join ?? "all";
}

export function edgesOf(pipeline: Pipeline): readonly Edge[] {
  return pipeline.edges ?? NO_EDGES;
}
const NO_EDGES: readonly Edge[] = [];

export function triggersOf(pipeline: Pipeline): Readonly<Record<string, Trigger>> {
  return pipeline.triggers ?? NO_TRIGGERS;
}
const NO_TRIGGERS: Readonly<Record<string, Trigger>> = {};

export function taskOf(pipeline: Pipeline, name: string): Task | undefined {
  return Object.hasOwn(pipeline.tasks, name) ? pipeline.tasks[name] : undefined;
}

export function sourceOf(trigger: Trigger): Source | undefined {
  return SOURCES.find((source) => trigger[source] !== undefined && trigger[source] !== null);
}

/** What a task runs: the name of its function or of its action. */
export function workOf(task: Task): string {
  return task.function ?? task.action ?? "";
}

/** An edge's identity is all four of (from, to, on, when); two edges of one pipeline never have the same key. */
export function edgeKey(edge: Edge): string {
  const known = keys.get(edge);
  if (known !== undefined) return known;
  const key = canonical([edge.from, edge.to, kindOf(edge), edge.when ?? null]);
  keys.set(edge, key);
  return key;
}
const keys = new WeakMap<Edge, string>();

/** One text for values that mean the same: the order of a mapping's keys does not count. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

/** Do they mean the same? */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, at) => same(item, other[at]));
  }
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return false;
  const mine = membersOf(one);
  const theirs = membersOf(other);
  if (mine.length !== theirs.length) return false;
  const found = new Map(theirs);
  return mine.every(([key, member]) => found.has(key) && same(member, found.get(key)));
}

function membersOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined);
}

/** A task with its fields in our order. */
export function orderedTask<Fields extends object>(task: Fields): Fields {
  return Object.fromEntries(ordered(task as Record<string, Json>, TASK_FIELDS)) as Fields;
}

export function ordered(value: Record<string, Json>, order: readonly string[]): [string, Json][] {
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => place(one) - place(other));
}
