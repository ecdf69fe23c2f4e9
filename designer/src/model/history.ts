/**
 * Undo and redo, with the name of what is undone. Every state is kept whole, so what comes back is what was, to the letter.
 * Edits of one burst (typing in a field, arrow keys) that follow each other closely are one step.
 */

export interface Step<State> {
  readonly state: State;
  readonly label: string;
}

export interface History<State> {
  readonly present: State;
  /** The state before each edit, with the edit's label; the last one first to be undone. */
  readonly past: readonly Step<State>[];
  /** The state after each undone edit; the last one first to be redone. */
  readonly future: readonly Step<State>[];
  readonly burst: { readonly name: string; readonly at: number } | undefined;
}

export const LIMIT = 200;
export const BURST_MS = 1_000;

export function begin<State>(present: State): History<State> {
  return { present, past: [], future: [], burst: undefined };
}

export interface Done {
  readonly label: string;
  readonly burst?: string | undefined;
  /** In milliseconds. */
  readonly at: number;
}

export function record<State>(history: History<State>, present: State, { label, burst, at }: Done): History<State> {
  if (present === history.present) return history;
  const next = burst === undefined ? undefined : { name: burst, at };
  const last = history.burst;
  const isMore = next !== undefined && last?.name === next.name && at - last.at <= BURST_MS && history.past.length > 0;
  if (isMore) return { ...history, present, future: [], burst: next };
  const past = [...history.past, { state: history.present, label }].slice(-LIMIT);
  return { present, past, future: [], burst: next };
}

/** The next edit begins a step of its own. */
export function endBurst<State>(history: History<State>): History<State> {
  return history.burst === undefined ? history : { ...history, burst: undefined };
}

export function undo<State>(history: History<State>): History<State> {
  const step = history.past.at(-1);
  if (step === undefined) return history;
  return {
    present: step.state,
    past: history.past.slice(0, -1),
    future: [...history.future, { state: history.present, label: step.label }],
    burst: undefined,
  };
}

export function redo<State>(history: History<State>): History<State> {
  const step = history.future.at(-1);
  if (step === undefined) return history;
  return {
    present: step.state,
    past: [...history.past, { state: history.present, label: step.label }],
    future: history.future.slice(0, -1),
    burst: undefined,
  };
}

export function undoLabel(history: History<unknown>): string | undefined {
  return history.past.at(-1)?.label;
}

export function redoLabel(history: History<unknown>): string | undefined {
  return history.future.at(-1)?.label;
}
