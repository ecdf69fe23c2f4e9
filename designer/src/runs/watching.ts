// Watching a run: its picture as the server tells it, then its events one after the other by waiting for each, until it has ended.
// What is heard goes into the run's own store; the picture is asked anew when something was heard, for what follows from it.

import { useEffect, useState } from "react";
import { ask } from "../api/ask.ts";
import type { RunDocument } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import type { Pipeline } from "../model/pipeline.ts";
import type { RunEvent } from "../model/run.ts";
import { type RunTold, viewOf } from "../model/run_document.ts";
import type { RunStore } from "../state/run.ts";

const WAIT_S = 20;
const AGAIN_MS = 2_000;
const SETTLE_MS = 250;

export interface Watched {
  document: RunDocument | undefined;
  problem: Problem | undefined;
}

export function useWatched(run: string, store: RunStore): Watched {
  const [document, setDocument] = useState<RunDocument>();
  const [problem, setProblem] = useState<Problem>();

  useEffect(() => {
    const gone = new AbortController();
    let settling: ReturnType<typeof setTimeout> | undefined;
    store.watch(run);

    const learn = async (definition: boolean): Promise<RunDocument | undefined> => {
      const told = await ask("showRun", { in: { run }, query: { definition }, signal: gone.signal });
      if (gone.signal.aborted) return undefined;
      if (!told.ok) {
        setProblem(told.problem);
        return undefined;
      }
      setProblem(undefined);
      setDocument((now) => ({ ...told.value, definition: told.value.definition ?? now?.definition ?? null }));
      store.learn(run, viewOf(told.value as RunTold));
      return told.value;
    };

    const listen = async () => {
      const first = await learn(true);
      if (first === undefined) {
        if (!gone.signal.aborted) settling = setTimeout(listen, AGAIN_MS);
        return;
      }
      let after: string | undefined;
      while (!gone.signal.aborted) {
        const told = await ask("listRunEvents", {
          in: { run },
          query: { after, wait: WAIT_S, most: 500 },
          signal: gone.signal,
        });
        if (gone.signal.aborted) return;
        if (!told.ok) {
          setProblem(told.problem);
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
          continue;
        }
        const { events, next, ended } = told.value;
        after = next;
        store.hear(run, events as unknown as readonly RunEvent[], next);
        if (events.length > 0) {
          clearTimeout(settling);
          settling = setTimeout(() => void learn(false), SETTLE_MS);
        }
        if (ended) {
          clearTimeout(settling);
          await learn(false);
          return;
        }
      }
    };
    void listen();
    return () => {
      gone.abort();
      clearTimeout(settling);
      store.leave();
    };
  }, [run, store]);

  return { document, problem };
}

export function definitionOf(document: RunDocument | undefined): Pipeline | undefined {
  return (document?.definition ?? undefined) as unknown as Pipeline | undefined;
}
