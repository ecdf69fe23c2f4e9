// A pattern tried on an event: by the server, since it evaluates patterns as the bus does. Asked a moment after the last change.

import { useEffect, useState } from "react";
import { ask, type Told } from "../../api/ask.ts";
import type { JsonValue } from "../../api/generated/schema.ts";
import { canonical, type Json, type JsonObject } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";

export type Tried = Told<"matchEvent">;

const PAUSE_MS = 300;

export function useTried(pattern: JsonObject | undefined, event: Json): Tried | undefined {
  const [found, setFound] = useState<{ key: string; tried: Tried }>();
  const key = pattern === undefined ? undefined : canonical([pattern, event]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for both
  useEffect(() => {
    if (key === undefined || pattern === undefined) return;
    const gone = new AbortController();
    const look = async () => {
      const body = {
        pattern: pattern as Record<string, JsonValue>,
        event: (isMapping(event) ? event : {}) as Record<string, JsonValue>,
      };
      const told = await ask("matchEvent", { body, signal: gone.signal });
      if (!gone.signal.aborted && told.ok) setFound({ key, tried: told.value });
    };
    const timer = setTimeout(look, PAUSE_MS);
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [key]);
  // What was true of another pattern stays until it is known anew, so that nothing jumps.
  return key === undefined ? undefined : found?.tried;
}
