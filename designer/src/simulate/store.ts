// What is simulated, for as long as the pipeline is open: what starts it, how tasks are said to end, what the server made of it,
// and which step is looked at. The drawer may close meanwhile.

import { createStore, type StoreApi, useStore } from "zustand";
import { ask } from "../api/ask.ts";
import type { JsonValue, Simulated } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import type { Session } from "../editing/session.ts";
import { textOf } from "../model/draft.ts";
import type { Pipeline } from "../model/pipeline.ts";
import { sampleInput } from "../model/samples.ts";
import { frame } from "../model/simulated.ts";
import { loadYaml } from "../model/yaml.ts";
import { draftOf } from "../state/editor.ts";
import { simulate } from "../text/simulate.ts";
import { announce } from "../ui/announcer.ts";

/** How somebody wants a task to end. `text`: the output as JSON, or the error's type. */
export interface End {
  readonly kind: keyof typeof simulate.ends;
  readonly text: string;
}

export interface Simulating {
  readonly by: "input" | "event";
  readonly input: string;
  readonly event: string;
  readonly ends: Readonly<Record<string, End>>;
  readonly going: boolean;
  readonly problem: Problem | undefined;
  readonly told: Simulated | undefined;
  /** The drawing that it was worked out for. */
  readonly of: Pipeline | undefined;
  readonly at: number;
}

export type Store = StoreApi<Simulating>;

const stores = new WeakMap<Session, Store>();
const RUN = "simulation";

export function simulatingOf(session: Session): Store {
  const known = stores.get(session);
  if (known !== undefined) return known;
  const { input } = draftOf(session.editor.getState()).pipeline;
  const store = createStore<Simulating>(() => ({
    by: "input",
    input: JSON.stringify(input === undefined ? {} : sampleInput(input), null, 2),
    event: "",
    ends: {},
    going: false,
    problem: undefined,
    told: undefined,
    of: undefined,
    at: 0,
  }));
  stores.set(session, store);
  return store;
}

export function useSimulating(session: Session): Simulating {
  return useStore(simulatingOf(session));
}

export function readJson(text: string): JsonValue | undefined {
  try {
    return text.trim() === "" ? null : (JSON.parse(text) as JsonValue);
  } catch {
    return undefined;
  }
}

/** Absent where a JSON that is written cannot be read. */
function outcomesOf(ends: Simulating["ends"], pipeline: Pipeline): { [task: string]: JsonValue } | undefined {
  const told: { [task: string]: JsonValue } = {};
  for (const [task, { kind, text }] of Object.entries(ends)) {
    if (!Object.hasOwn(pipeline.tasks, task) || kind === "usual") continue;
    if (kind === "failed") told[task] = "failed";
    else if (kind === "error") told[task] = { error: text.trim() || "Error" };
    else {
      const output = readJson(text);
      if (output === undefined) return undefined;
      told[task] = { output };
    }
  }
  return told;
}

export function canSimulate(now: Simulating, pipeline: Pipeline): boolean {
  return (
    !now.going &&
    readJson(now.by === "event" ? now.event : now.input) !== undefined &&
    outcomesOf(now.ends, pipeline) !== undefined
  );
}

export async function simulateNow(session: Session): Promise<void> {
  const store = simulatingOf(session);
  const { place, history } = session.editor.getState();
  const { by, input, event, ends } = store.getState();
  const { pipeline } = history.present;
  store.setState({ going: true, problem: undefined });
  await loadYaml();
  const given =
    by === "event" ? { event: readJson(event) as { [name: string]: JsonValue } } : { input: readJson(input) ?? null };
  const body = { text: textOf(history.present), outcomes: outcomesOf(ends, pipeline) ?? {}, ...given };
  const answer = await ask("simulatePipeline", { in: { project: place.project, pipeline: place.pipeline }, body });
  if (!answer.ok) {
    store.setState({ going: false, problem: answer.problem, told: undefined });
    return clear(session);
  }
  store.setState({ going: false, told: answer.value, of: pipeline });
  go(session, answer.value.steps.length === 0 ? 0 : 1);
}

/** Show the picture after so many steps. */
export function go(session: Session, at: number): void {
  const { told, of } = simulatingOf(session).getState();
  if (told === undefined || of === undefined) return;
  const to = Math.max(0, Math.min(at, told.steps.length));
  simulatingOf(session).setState({ at: to });
  const { view, lit } = frame(of, told, to);
  session.run.watch(RUN, view);
  session.view.setState({ lit });
  if (told.steps.length > 0) announce(`${simulate.step(to, told.steps.length)}. ${stepInWords(told, to)}`);
}

export function stepInWords(told: Simulated, at: number): string {
  const step = told.steps[at - 1];
  return step === undefined ? "" : (simulate.run[step.event]?.(step.task ?? "") ?? `${step.event} ${step.task ?? ""}`);
}

/** The canvas is the drawing's again. */
export function clear(session: Session): void {
  if (session.run.getState().id === RUN) session.run.leave();
  session.view.setState({ lit: undefined });
}
