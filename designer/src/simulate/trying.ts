// One task tried for real: a function is called as a test; an action runs as a pipeline of this one task, which is never live and has a
// name of its own, so that it is told from the runs of what it is tried for.

import { ask } from "../api/ask.ts";
import type { JsonValue, RunDocument } from "../api/generated/schema.ts";
import type { Answer } from "../api/problem.ts";
import { LONGEST_NAME, type Pipeline, type Task } from "../model/pipeline.ts";
import { hasEnded } from "../model/run.ts";

export interface Tried {
  run: string;
  state: RunDocument["state"];
  output: JsonValue;
  error: JsonValue;
  lines: readonly string[];
  seconds: number | null;
}

type Given = { [name: string]: JsonValue };

const WAIT_S = 25;
const LOOK_MS = 400;
const MOST_LOOKS = 150;

export function tryTask(pipeline: Pipeline, name: string, given: Given, gone: AbortSignal): Promise<Answer<Tried>> {
  const task = pipeline.tasks[name];
  return task?.function === undefined
    ? tryAction(pipeline, name, task ?? {}, given, gone)
    : tryFunction(task.function, given);
}

async function tryFunction(name: string, input: Given): Promise<Answer<Tried>> {
  const told = await ask("testFunction", { in: { name }, query: { wait: WAIT_S }, body: { input } });
  if (!told.ok) return told;
  const { run, state, output, error, lines, seconds } = told.value;
  return { ...told, value: { run, state, output, error, lines: lines.map((one) => one.text), seconds } };
}

async function tryAction(
  pipeline: Pipeline,
  name: string,
  task: Task,
  given: Given,
  gone: AbortSignal,
): Promise<Answer<Tried>> {
  const { join: _join, for_each: _each, with: _with, ...alone } = task;
  const definition = {
    project: pipeline.project,
    pipeline: `try-${name}`.slice(0, LONGEST_NAME),
    tasks: { [name]: { ...alone, with: given } },
  } as unknown as Given;
  const told = await ask("startRun", { body: { definition }, key: crypto.randomUUID() });
  if (!told.ok) return told;
  for (let look = 0; ; look += 1) {
    const seen = await ask("showRun", { in: { run: told.value.run }, signal: gone });
    if (!seen.ok) return seen;
    if (hasEnded(seen.value.state) || look >= MOST_LOOKS) return { ...seen, value: triedOf(seen.value, name) };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function triedOf(run: RunDocument, name: string): Tried {
  const task = run.tasks.find((one) => one.task === name);
  return {
    run: run.run,
    state: run.state,
    output: task?.output ?? null,
    error: task?.error ?? null,
    lines: [],
    seconds: task?.seconds ?? run.seconds,
  };
}
