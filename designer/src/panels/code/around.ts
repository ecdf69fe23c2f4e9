import { useMemo } from "react";
import { useCatalogue } from "../../editing/catalogue.ts";
import { usePipeline } from "../../editing/session.ts";
import type { JsonObject } from "../../model/pipeline.ts";
import { useBeside, useKnown, useLearned } from "../known.ts";
import type { Around } from "./complete.ts";

/** What completion in the code view knows beside the text. */
export function useAround(): Around {
  useLearned();
  const pipeline = usePipeline();
  const known = useKnown();
  const functions = useCatalogue((now) => now.functions);
  const actions = useCatalogue((now) => now.actions);
  const described = useBeside((now) => now.functions);
  return useMemo(() => {
    const takes: Record<string, JsonObject> = {};
    for (const one of actions) takes[one.name] = one.parameters as JsonObject;
    for (const [name, one] of Object.entries(described)) if (one.input !== undefined) takes[name] = one.input;
    return {
      pipeline,
      known,
      functions: functions.map((one) => one.name),
      actions: actions.map((one) => one.name),
      takes,
    };
  }, [pipeline, known, functions, actions, described]);
}
