// What a page shows of the server: asked when it opens, again when what it asks for changes, and again every few seconds where
// it says so. What is shown stays while it is asked anew, so nothing jumps.

import { useCallback, useEffect, useRef, useState } from "react";
import { ask, type Given, type Told } from "./ask.ts";
import type { Operations } from "./generated/schema.ts";
import type { Problem } from "./problem.ts";

export interface Asking<T> {
  value: T | undefined;
  problem: Problem | undefined;
  again: () => void;
}

export function useAsked<N extends keyof Operations>(name: N, given: Given<N>, everyMs?: number): Asking<Told<N>> {
  const [found, setFound] = useState<{ value: Told<N> | undefined; problem: Problem | undefined }>({
    value: undefined,
    problem: undefined,
  });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(given);
  const latest = useRef(given);
  latest.current = given;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for what is asked, `turn` for asking again
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const told = await ask(name, { ...latest.current, signal: gone.signal });
      if (gone.signal.aborted) return;
      if (told.ok) setFound({ value: told.value, problem: undefined });
      else setFound((now) => ({ value: now.value, problem: told.problem }));
      if (everyMs !== undefined) timer = setTimeout(look, document.hidden ? everyMs * 5 : everyMs);
    };
    void look();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [name, key, everyMs, turn]);

  return { ...found, again: useCallback(() => setTurn((now) => now + 1), []) };
}
