// What the server says a task would get, with what the last run gave: for expressions that are more than a plain way. Asked a
// moment after the last change, and only where there is something to ask.

import { useEffect, useMemo, useState } from "react";
import { ask } from "../api/ask.ts";
import { useEditor, usePipeline, useSession } from "../editing/session.ts";
import { previewOf } from "../model/completion.ts";
import { isBroken, textOf } from "../model/draft.ts";
import { expressionsIn, templatesOf, textsIn } from "../model/expressions.ts";
import type { Json, Task } from "../model/pipeline.ts";
import { loadYaml } from "../model/yaml.ts";
import { draftOf } from "../state/editor.ts";
import { useBeside } from "./known.ts";
import { outcomesOf } from "./seen.ts";

const PAUSE_MS = 700;
/** A simulation of more tasks than this is asked for by hand only. */
const MOST = 300;

export interface Told {
  readonly parameters: Json | undefined;
  readonly ask: () => void;
  /** There is a run to ask with. */
  readonly can: boolean;
}

export function useTold(name: string, task: Task): Told {
  const { editor } = useSession();
  const run = useBeside((now) => now.run);
  const source = useEditor((now) => draftOf(now).source);
  const pipeline = usePipeline();
  const { project, pipeline: called } = useEditor((now) => now.place);
  const [parameters, setParameters] = useState<Json>();
  const [turn, setTurn] = useState(0);
  const wants = useMemo(() => asksMore(task), [task]);
  const isSmall = Object.keys(pipeline.tasks).length <= MOST;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `source` stands for the draft, `turn` for asking by hand
  useEffect(() => {
    if (run === undefined || (!(wants && isSmall) && turn === 0)) return;
    const gone = new AbortController();
    const look = async () => {
      const draft = draftOf(editor.getState());
      if (isBroken(draft)) return;
      await loadYaml();
      const told = await ask("simulatePipeline", {
        in: { project, pipeline: called },
        body: { text: textOf(draft), input: run.input, outcomes: outcomesOf(run, pipeline.tasks) as never },
        signal: gone.signal,
      });
      if (!gone.signal.aborted && told.ok) setParameters(told.value.tasks[name]?.parameters as Json | undefined);
    };
    const timer = setTimeout(look, PAUSE_MS);
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [run, source, wants, turn, name]);

  return { parameters, ask: () => setTurn((now) => now + 1), can: run !== undefined };
}

function asksMore(task: Task): boolean {
  for (const [, value] of templatesOf(task)) {
    for (const [text] of textsIn(value)) {
      for (const one of expressionsIn(text)) {
        if (one.closed && one.source.trim() !== "" && previewOf(one.source, {}) === undefined) return true;
      }
    }
  }
  return false;
}
