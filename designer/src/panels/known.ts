// What is known beside the document, for completion, previews and forms: what functions take and give, the names of variables
// and secrets, and what the last run has shown. Asked once while a pipeline is open; functions as they are needed.

import { useEffect, useMemo } from "react";
import { create } from "zustand";
import { ask } from "../api/ask.ts";
import type { RunDocument } from "../api/generated/schema.ts";
import { useCatalogue } from "../editing/catalogue.ts";
import { useEditor, usePipeline } from "../editing/session.ts";
import type { Known } from "../model/completion.ts";
import type { Json, JsonObject, Pipeline } from "../model/pipeline.ts";
import { inlined } from "../model/schema.ts";
import { runScope } from "./seen.ts";

export interface FunctionKnown {
  readonly input: JsonObject | undefined;
  readonly output: JsonObject | undefined;
  readonly description: string;
  readonly problem: string;
}

interface Beside {
  /** What the answers below are about. */
  readonly of: string;
  readonly functions: Readonly<Record<string, FunctionKnown>>;
  readonly variables: JsonObject;
  readonly secrets: readonly string[];
  readonly run: RunDocument | undefined;
}

const NOTHING = { variables: {}, secrets: [], run: undefined };
export const useBeside = create<Beside>(() => ({ of: "", functions: {}, ...NOTHING }));

const FRESH_MS = 5_000;
let asked = { of: "", at: 0 };
/** When a function was asked for last. */
const askedAt = new Map<string, number>();

/** Asks for what is not known yet; the last run anew, where some seconds have passed. */
export function useLearned(): void {
  const { project, pipeline } = useEditor((now) => now.place);
  const document = usePipeline();
  useEffect(() => {
    const of = `${project}/${pipeline}`;
    if (asked.of === of && performance.now() - asked.at < FRESH_MS) return;
    asked = { of, at: performance.now() };
    if (useBeside.getState().of !== of) useBeside.setState({ of, ...NOTHING });
    void learnProject(of, project);
    void learnRun(of);
  }, [project, pipeline]);
  useEffect(() => {
    for (const name of functionsOf(document)) if (!askedAt.has(name)) void learnFunction(name);
  }, [document]);
  // Whoever comes back may have changed a function meanwhile.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for what there is then
  useEffect(() => {
    for (const name of functionsOf(document)) {
      if (performance.now() - (askedAt.get(name) ?? 0) > FRESH_MS) void learnFunction(name);
    }
  }, []);
}

function functionsOf(pipeline: Pipeline): ReadonlySet<string> {
  return new Set(Object.values(pipeline.tasks).flatMap((task) => (task.function ? [task.function] : [])));
}

async function learnFunction(name: string): Promise<void> {
  askedAt.set(name, performance.now());
  const told = await ask("showFunction", { in: { name } });
  // What is not there now may be there when it is named again.
  if (!told.ok) {
    askedAt.delete(name);
    return;
  }
  const { input, output, description, problem } = told.value;
  const found: FunctionKnown = {
    input: (input ?? undefined) as JsonObject | undefined,
    output: output === null ? undefined : inlined(output as JsonObject),
    description,
    problem,
  };
  useBeside.setState((now) => ({ functions: { ...now.functions, [name]: found } }));
}

async function learnProject(of: string, project: string): Promise<void> {
  const [variables, secrets] = await Promise.all([
    ask("listVariables", { in: { project } }),
    ask("listSecrets", { in: { project } }),
  ]);
  if (useBeside.getState().of !== of) return;
  useBeside.setState({
    ...(variables.ok && {
      variables: Object.fromEntries(variables.value.variables.map((one) => [one.name, one.value as Json])),
    }),
    ...(secrets.ok && { secrets: secrets.value.secrets.map((one) => one.name) }),
  });
}

export async function learnSecrets(project: string): Promise<void> {
  const told = await ask("listSecrets", { in: { project } });
  if (told.ok) useBeside.setState({ secrets: told.value.secrets.map((one) => one.name) });
}

async function learnRun(of: string): Promise<void> {
  const listed = await ask("listRuns", { query: { pipeline: of, most: 1 } });
  const last = listed.ok ? listed.value.runs[0] : undefined;
  if (last === undefined) return;
  const told = await ask("showRun", { in: { run: last.run } });
  if (told.ok && useBeside.getState().of === of) useBeside.setState({ run: told.value });
}

/** The server's answers in the words of the model's completion. */
export function useKnown(): Known {
  const { functions, variables, secrets, run } = useBeside();
  const actions = useCatalogue((now) => now.actions);
  return useMemo(() => {
    const outputs: Record<string, JsonObject> = {};
    for (const one of actions) outputs[one.name] = inlined(one.output as JsonObject);
    for (const [name, one] of Object.entries(functions)) if (one.output !== undefined) outputs[name] = one.output;
    const known: Known = { outputs, variables: Object.keys(variables), secrets };
    if (run === undefined) return { ...known, scope: { variables } };
    const ended = run.tasks.filter((one) => one.state === "succeeded");
    return {
      ...known,
      seen: {
        input: run.input as Json,
        outputs: Object.fromEntries(ended.map((one) => [one.task, one.output as Json])),
      },
      scope: runScope(run, variables),
    };
  }, [functions, variables, secrets, run, actions]);
}
