/** Edits of triggers and of the pipeline's own fields. */

import { isName, type Pipeline, same, sourceOf, type Trigger, triggersOf } from "../pipeline.ts";
import { type Edit, freeName, refuse, rekeyed, type Sketch, without } from "../plan.ts";
import { words } from "../words.ts";

export function addTrigger(sketch: Sketch, trigger: Trigger, name?: string): Edit {
  const known = triggersOf(sketch.pipeline);
  if (!hasOneSource(trigger)) return refuse(words.refused.source());
  if (name !== undefined && !isName(name)) return refuse(words.refused.name(name));
  if (name !== undefined && Object.hasOwn(known, name)) return refuse(words.refused.triggerTaken(name));
  const made = name ?? freeName(sourceOf(trigger) ?? "trigger", (one) => Object.hasOwn(known, one));
  return planFor(sketch, { ...known, [made]: trigger }, words.did.addTrigger(made));
}

export function setTrigger(sketch: Sketch, name: string, trigger: Trigger): Edit {
  const known = triggersOf(sketch.pipeline);
  if (!Object.hasOwn(known, name)) return refuse(words.refused.noTrigger(name));
  if (!hasOneSource(trigger)) return refuse(words.refused.source());
  if (same(known[name], trigger)) return refuse(words.refused.noChange());
  const plan = planFor(sketch, { ...known, [name]: trigger }, words.did.setTrigger(name));
  return { ...plan, burst: `trigger ${name}` };
}

export function renameTrigger(sketch: Sketch, from: string, to: string): Edit {
  const known = triggersOf(sketch.pipeline);
  if (!Object.hasOwn(known, from)) return refuse(words.refused.noTrigger(from));
  if (from === to) return refuse(words.refused.noChange());
  if (!isName(to)) return refuse(words.refused.name(to));
  if (Object.hasOwn(known, to)) return refuse(words.refused.triggerTaken(to));
  return planFor(sketch, rekeyed(known, new Map([[from, to]])), words.did.renameTrigger(from, to));
}

export function removeTriggers(sketch: Sketch, names: ReadonlySet<string>): Edit {
  const gone = Object.keys(triggersOf(sketch.pipeline)).filter((name) => names.has(name));
  if (gone.length === 0) return refuse(words.refused.nothing());
  return planFor(sketch, without(triggersOf(sketch.pipeline), new Set(gone)), words.did.removeTriggers(gone));
}

function planFor(sketch: Sketch, triggers: Readonly<Record<string, Trigger>>, label: string) {
  const { triggers: _, ...rest } = sketch.pipeline;
  const isNone = Object.keys(triggers).length === 0;
  const pipeline = isNone ? rest : { ...sketch.pipeline, triggers };
  return { pipeline: isNone ? pipeline : inPlace(sketch.pipeline, pipeline), layout: sketch.layout, label };
}

/** A document that says nothing of triggers yet says it before its tasks. */
function inPlace(before: Pipeline, after: Pipeline): Pipeline {
  if (before.triggers !== undefined) return after;
  const { triggers, tasks, edges, ...head } = after;
  return { ...head, ...(triggers && { triggers }), tasks, ...(edges && { edges }) };
}

function hasOneSource(trigger: Trigger): boolean {
  const { input: _input, key: _key, ...sources } = trigger;
  return Object.values(sources).filter((source) => source !== undefined && source !== null).length === 1;
}

export type PipelineFields = {
  readonly [Field in Exclude<keyof Pipeline, "tasks" | "edges" | "triggers">]?: Pipeline[Field] | undefined;
};

/** Change fields of the pipeline; what is given as undefined is taken away. */
export function setPipeline(sketch: Sketch, fields: PipelineFields): Edit {
  const { tasks, edges, triggers, ...head } = sketch.pipeline;
  const next: Record<string, unknown> = { ...head, ...fields };
  for (const [field, value] of Object.entries(next)) if (value === undefined) delete next[field];
  for (const field of ["project", "pipeline"]) {
    const name = next[field];
    if (name === undefined) return refuse(words.refused.required(field));
    if (!isName(String(name))) return refuse(words.refused.name(String(name)));
  }
  const isNew = Object.keys(next).some((field) => !Object.hasOwn(head, field));
  const rest = { ...(triggers && { triggers }), tasks, ...(edges && { edges }) };
  const pipeline = isNew ? { ...next, ...rest } : { ...sketch.pipeline, ...next };
  for (const field of Object.keys(pipeline)) {
    if (!Object.hasOwn(rest, field) && !Object.hasOwn(next, field)) delete (pipeline as Record<string, unknown>)[field];
  }
  if (same(pipeline, sketch.pipeline)) return refuse(words.refused.noChange());
  const which = Object.keys(fields).join(", ");
  return {
    pipeline: pipeline as unknown as Pipeline,
    layout: sketch.layout,
    label: words.did.setPipeline(which),
    burst: `pipeline ${which}`,
  };
}
