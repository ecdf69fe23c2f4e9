/**
 * A draft: the text of a pipeline, what it says, and where its tasks stand. The two sides of one thing: an edit of the
 * drawing writes the text, an edit of the text redraws.
 *
 * What must always hold: while the text can be drawn, it says what is drawn. While it cannot, the last drawing stands and
 * edits of it are refused, so nothing of what is being typed is ever lost.
 */

import { complete, type Layout, type Point } from "./layout.ts";
import { emptyPipeline, type JsonObject, type Pipeline, same } from "./pipeline.ts";
import { type Edit, isRefusal, type Plan, type Refusal, refuse, type Sketch } from "./plan.ts";
import { shapeMistakes } from "./shape.ts";
import type { Mistake } from "./source.ts";
import { words } from "./words.ts";
import { isYamlHere, yaml } from "./yaml.ts";

export interface Draft extends Sketch {
  readonly source: Written;
  /** The last text that could be drawn: `source` itself while it can. */
  readonly drawn: Written;
  /** What keeps the text from being drawn. */
  readonly mistakes: readonly Mistake[];
}

/** A text that is written when somebody asks for it: drawing in a large pipeline need not wait for its text. */
export class Written {
  private base: Written | undefined;

  private constructor(
    private known: string | undefined,
    private readonly pipeline: Pipeline | undefined,
    base: Written | undefined,
  ) {
    this.base = base;
  }

  static text(text: string): Written {
    return new Written(text, undefined, undefined);
  }

  /** The text that says `pipeline`, and is otherwise as it is here. */
  saying(pipeline: Pipeline): Written {
    return new Written(undefined, pipeline, this.known === undefined ? this.base : this);
  }

  /** As we would write it. */
  static composed(pipeline: Pipeline): Written {
    return new Written(undefined, pipeline, undefined);
  }

  /** Can the text be had at once? */
  get isHere(): boolean {
    return this.known !== undefined || isYamlHere();
  }

  /** Has it been written already? */
  get isWritten(): boolean {
    return this.known !== undefined;
  }

  get text(): string {
    if (this.known === undefined) {
      const { read, write } = yaml();
      this.known = write(read(this.base?.text ?? ""), this.pipeline as Pipeline);
      this.base = undefined;
    }
    return this.known;
  }
}

export function textOf(draft: Draft): string {
  return draft.source.text;
}

/**
 * `fallback` names the pipeline while the text cannot be drawn. `document` is what the text says, where somebody has read it
 * already: with it a draft can be drawn before YAML can be read.
 */
export function openDraft(
  text: string,
  layout: Layout = {},
  fallback = emptyPipeline("project", "pipeline"),
  document?: JsonObject | null,
): Draft {
  const source = Written.text(text);
  const { pipeline, mistakes } = readOnce(text, document);
  if (pipeline) return { source, drawn: source, pipeline, layout: complete(pipeline, layout), mistakes };
  return {
    source,
    drawn: Written.composed(fallback),
    pipeline: fallback,
    layout: complete(fallback, layout),
    mistakes,
  };
}

function readOnce(text: string, document: JsonObject | null | undefined) {
  // The server has read it already: a large text is not read twice.
  if (document && shapeMistakes(document).length === 0) {
    return { pipeline: document as unknown as Pipeline, mistakes: [] };
  }
  return yaml().read(text);
}

/** Can a draft be opened now, or must `loadYaml()` be waited for? */
export function canOpen(document: JsonObject | null | undefined): boolean {
  return isYamlHere() || (!!document && shapeMistakes(document).length === 0);
}

/** A pipeline that is looked at, such as a run's: there is no text of it. */
export function shownDraft(pipeline: Pipeline, layout: Layout): Draft {
  const source = Written.composed(pipeline);
  return { source, drawn: source, pipeline, layout: complete(pipeline, layout), mistakes: [] };
}

export function newDraft(project: string, pipeline: string): Draft {
  const made = emptyPipeline(project, pipeline);
  const source = Written.composed(made);
  return { source, drawn: source, pipeline: made, layout: {}, mistakes: [] };
}

export function isBroken(draft: Draft): boolean {
  return draft.mistakes.length > 0;
}

/** Do they say the same, to the letter, and draw it in the same places? */
export function isSameDraft(one: Draft, other: Draft): boolean {
  if (one.layout !== other.layout && !same(one.layout, other.layout)) return false;
  if (one.source === other.source) return true;
  if (!isBroken(one) && !isBroken(other) && !same(one.pipeline, other.pipeline)) return false;
  // Before YAML is here two that draw the same are taken to be the same.
  return !(one.source.isHere && other.source.isHere) || textOf(one) === textOf(other);
}

/** What the plan makes of the draft. A plan that only moves tasks leaves the text alone. */
export function carryOut(draft: Draft, plan: Plan): Draft {
  const layout = complete(plan.pipeline, plan.layout);
  if (plan.pipeline === draft.pipeline) return { ...draft, layout };
  const source = draft.drawn.saying(plan.pipeline);
  return { source, drawn: source, pipeline: plan.pipeline, layout, mistakes: [] };
}

/** Ask for an edit: a draft whose text is broken can only have its tasks moved. */
export function attempt(draft: Draft, edit: (sketch: Sketch) => Edit): Plan | Refusal {
  const plan = edit(draft);
  if (isRefusal(plan) || !isBroken(draft) || plan.pipeline === draft.pipeline) return plan;
  return refuse(words.refused.broken());
}

/** The draft with another text. What did not change stays the same object, and a task that stays keeps its place. */
export function retype(draft: Draft, text: string): Draft {
  if (text === textOf(draft)) return draft;
  const { pipeline, mistakes } = yaml().read(text);
  const source = Written.text(text);
  if (pipeline === undefined) return { ...draft, source, mistakes };
  const next = shared(draft.pipeline, pipeline) as Pipeline;
  return { source, drawn: source, pipeline: next, layout: complete(next, carried(draft, next)), mistakes: [] };
}

/** Give up a text that cannot be drawn. */
export function takeBack(draft: Draft): Draft {
  return { ...draft, source: draft.drawn, mistakes: [] };
}

/** The places of tasks that stay; one that was renamed in its place in the text keeps standing there. */
function carried(draft: Draft, next: Pipeline): Layout {
  const [old, now] = [Object.keys(draft.pipeline.tasks), Object.keys(next.tasks)];
  const layout: Record<string, Point> = {};
  for (const [at, name] of now.entries()) {
    const was = old[at];
    const isRenamed = old.length === now.length && was !== undefined && !Object.hasOwn(draft.pipeline.tasks, name);
    const point = draft.layout[name] ?? (isRenamed && !Object.hasOwn(next.tasks, was) ? draft.layout[was] : undefined);
    if (point !== undefined) layout[name] = point;
  }
  return layout;
}

/** `after`, with every part that means the same as in `before` being the same object. */
function shared(before: unknown, after: unknown): unknown {
  if (same(before, after)) return before;
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) return after;
  if (Array.isArray(before) !== Array.isArray(after)) return after;
  if (Array.isArray(after)) return sharedList(before as unknown[], after);
  const old = before as Record<string, unknown>;
  return Object.fromEntries(Object.entries(after).map(([key, value]) => [key, shared(old[key], value)]));
}

function sharedList(before: readonly unknown[], after: readonly unknown[]): unknown[] {
  const grown = after.length - before.length;
  return after.map((item, at) => {
    // An item that stood before what came or went, or behind it.
    for (const place of [at, at - grown]) if (same(before[place], item)) return before[place];
    return item;
  });
}
