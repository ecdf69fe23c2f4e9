// What a pipeline can be made of here: the workspace's functions, the actions, and the kinds of triggers; and what each becomes
// when it is added.

import { create } from "zustand";
import { ask } from "../api/ask.ts";
import type { ActionTold, FunctionListed } from "../api/generated/schema.ts";
import type { Source, Task, Trigger } from "../model/pipeline.ts";
import { SOURCES } from "../model/pipeline.ts";
import { canvas } from "../text/canvas.ts";

export interface Item {
  kind: "function" | "action" | "trigger";
  name: string;
  title: string;
  description: string;
  group: string;
}

interface Catalogue {
  functions: readonly FunctionListed[];
  actions: readonly ActionTold[];
  known: boolean;
}

export const useCatalogue = create<Catalogue>(() => ({ functions: [], actions: [], known: false }));

export async function learn(): Promise<void> {
  const [functions, actions] = await Promise.all([ask("listFunctions", {}), ask("listActions", {})]);
  useCatalogue.setState((now) => ({
    functions: functions.ok ? functions.value.functions : now.functions,
    actions: actions.ok ? actions.value.actions : now.actions,
    known: true,
  }));
}

const TRIGGERS: readonly Item[] = SOURCES.map((name) => {
  const [title = name, description = ""] = canvas.triggerTitles[name] ?? [];
  return { kind: "trigger", name, title, description, group: canvas.palette.triggers };
});

export function itemsOf({ functions, actions }: Catalogue): Item[] {
  return [
    ...functions.map((one) => item("function", one.name, one.name, one.description, canvas.palette.functions)),
    ...actions.map((one) => item("action", one.name, one.name, one.description, canvas.palette.actions)),
    ...TRIGGERS,
  ];
}

function item(kind: Item["kind"], name: string, title: string, description: string, group: string): Item {
  return { kind, name, title, description: description.split("\n")[0] ?? "", group };
}

/** Those that hold every word that was typed; names that begin with it first. */
export function matching(items: readonly Item[], typed: string): Item[] {
  const wanted = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const score = (one: Item) => {
    const name = one.title.toLowerCase();
    return wanted.reduce((sum, word) => sum + (name.startsWith(word) ? 0 : name.includes(word) ? 1 : 2), 0);
  };
  return items
    .filter((one) =>
      wanted.every((word) => `${one.title} ${one.description} ${one.group}`.toLowerCase().includes(word)),
    )
    .sort((one, other) => score(one) - score(other));
}

export function taskFor(item: Item): Task {
  const work: Task = item.kind === "function" ? { function: item.name } : { action: item.name };
  return { ...work, timeout: "30s" };
}

const NEW: Readonly<Record<Source, Trigger>> = {
  event: { event: { source: ["shop"], "detail-type": ["order.created"] } },
  s3: { s3: { bucket: "uploads" } },
  schedule: { schedule: { cron: "0 2 * * *" } },
  webhook: { webhook: { signature: "none" } },
  pipeline: { pipeline: { pipeline: "another" } },
  manual: { manual: {} },
};

export function triggerFor(name: string): Trigger {
  return NEW[SOURCES.find((one) => one === name) ?? "manual"];
}
