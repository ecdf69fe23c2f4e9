/**
 * A pipeline without what it need not say: a default that is written out means the same as one that is left out, and durations and
 * short forms are spelled in one way. For comparing what two pipelines mean, when one is as people wrote it and the other as the
 * server keeps it.
 */

import {
  DEFAULT_DEADLINE,
  DEFAULT_RETRY,
  type Json,
  type Pipeline,
  same,
  type Task,
  type Trigger,
} from "./pipeline.ts";

type Loose = Readonly<Record<string, unknown>>;

const DURATION = /^(?:\d+(?:ms|s|m|h|d|w))+$/;
const UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const TASK: Loose = { description: "", with: {}, join: "all", callback: false };
const FOR_EACH: Loose = { concurrency: 40 };
const SOURCES: Readonly<Record<string, Loose>> = {
  s3: { prefix: "", suffix: [] },
  schedule: { timezone: "UTC", catch_up: "latest", overlap: "allow" },
  webhook: { signature: "plain", window: "5m" },
  pipeline: { on: ["succeeded"] },
};
const WHOLE: Loose = { description: "", deadline: DEFAULT_DEADLINE, functions: {}, edges: [], triggers: {} };

export function plainly(pipeline: Pipeline): Pipeline {
  const { concurrency } = pipeline;
  return without(
    {
      ...pipeline,
      ...(concurrency !== undefined && { concurrency: limited(concurrency) }),
      tasks: each(pipeline.tasks, plainTask),
      ...(pipeline.triggers && { triggers: each(pipeline.triggers, plainTrigger) }),
    },
    WHOLE,
  );
}

function plainTask(task: Task): Task {
  const { retry, for_each } = task;
  return without(
    {
      ...task,
      ...(retry && { retry: without(retry, DEFAULT_RETRY) }),
      ...(for_each != null && { for_each: without(items(for_each), FOR_EACH) as Task["for_each"] & object }),
    },
    TASK,
  );
}

function plainTrigger(trigger: Trigger): Trigger {
  const told: Record<string, unknown> = { ...trigger };
  for (const [source, defaults] of Object.entries(SOURCES)) {
    const value = told[source];
    if (typeof value === "object" && value !== null) told[source] = without(value, defaults);
  }
  return without(told, {}) as Trigger;
}

function items(given: NonNullable<Task["for_each"]>): object {
  return typeof given === "object" && !Array.isArray(given) ? given : { items: given as Json };
}

function limited(given: NonNullable<Pipeline["concurrency"]>): { limit: number } {
  return without(typeof given === "number" ? { limit: given } : given, { full: "queue" });
}

/** The members that say something: not null, and not what they would be if they were left out. */
function without<Fields extends object>(value: Fields, defaults: Loose): Fields {
  const told = Object.entries(value).filter(
    ([key, member]) => member !== null && member !== undefined && !alike(member, defaults[key]),
  );
  return (told.length === Object.keys(value).length ? value : Object.fromEntries(told)) as Fields;
}

function alike(one: unknown, other: unknown): boolean {
  return (
    other !== undefined && (same(one, other) || (isDuration(one) && isDuration(other) && msOf(one) === msOf(other)))
  );
}

function isDuration(value: unknown): value is string {
  return typeof value === "string" && DURATION.test(value);
}

function msOf(duration: string): number {
  const parts = duration.matchAll(/(\d+)(ms|s|m|h|d|w)/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * UNIT[unit as keyof typeof UNIT], 0);
}

/** Each of them; the same mapping where none is another. */
function each<Value>(
  members: Readonly<Record<string, Value>>,
  make: (value: Value) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, make(value)]));
}
