/**
 * The part of the model that knows YAML. It comes when a text is first needed (to save, to show, to copy), not with the first
 * drawing: what the server tells of a draft has its document beside its text.
 */

import type { Engine } from "./yaml_engine.ts";

let engine: Engine | undefined;
let coming: Promise<void> | undefined;

/** Rejects where it cannot be fetched; the next call tries again. */
export function loadYaml(): Promise<void> {
  coming ??= import("./yaml_engine.ts").then(
    (found) => {
      engine = found.engine;
    },
    (wrong: unknown) => {
      coming = undefined;
      throw wrong;
    },
  );
  return coming;
}

export function isYamlHere(): boolean {
  return engine !== undefined;
}

export function yaml(): Engine {
  if (engine === undefined) throw new Error("a text is asked for before loadYaml() has resolved");
  return engine;
}
