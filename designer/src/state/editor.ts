/**
 * The store of what is being edited: the draft with its history, what is selected, what is being dragged. No React, no
 * network: `saving.ts` listens here and sends, views listen here and draw.
 *
 * Every change of the draft goes through `edit`, `type`, `undo`, `redo` or `load`, so there is one place where it is
 * recorded. While somebody drags, positions live in `dragging` alone; the draft changes once, when it ends.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import {
  attempt,
  carryOut,
  type Draft,
  isSameDraft,
  newDraft,
  openDraft,
  retype,
  shownDraft,
  takeBack,
} from "../model/draft.ts";
import { begin, endBurst, type History, record, redo, redoLabel, undo, undoLabel } from "../model/history.ts";
import type { Layout, Point } from "../model/layout.ts";
import { emptyPipeline, type JsonObject, type Pipeline } from "../model/pipeline.ts";
import { type Edit, isRefusal, type Refusal, type Sketch } from "../model/plan.ts";
import { type Problem, problemsIn } from "../model/problems.ts";
import { NOTHING, remaining, type Selection } from "../model/selection.ts";
import { words } from "../model/words.ts";
import { isYamlHere, loadYaml } from "../model/yaml.ts";

/** What the server has of the draft, with the mark that tells one state of it from another. */
export interface SavedDraft {
  readonly text: string;
  readonly layout: Layout;
  readonly etag: string | undefined;
  /** What the text says, as the server has read it: the draft is drawn from it before YAML can be read here. */
  readonly document?: JsonObject | null | undefined;
}

/** A draft that the server has. */
export interface Saved {
  readonly draft: Draft;
  readonly etag: string | undefined;
}

export interface Place {
  readonly project: string;
  readonly pipeline: string;
}

export interface EditorState {
  readonly place: Place;
  readonly history: History<Draft>;
  readonly selection: Selection;
  readonly dragging: ReadonlyMap<string, Point>;
  /** Absent until a draft has been loaded, or saved for the first time. */
  readonly saved: Saved | undefined;
  /** What the server's check said, and of which draft. */
  readonly checked: { readonly draft: Draft; readonly problems: readonly Problem[] } | undefined;
  /** What the last edit was, for the live region: "Connected Parse to Notify on failure". */
  readonly said: { readonly text: string; readonly at: number };
}

export interface Editor extends StoreApi<EditorState> {
  /** Begin anew with what the server has. */
  load(place: Place, saved: SavedDraft): void;
  /** Show a pipeline that is not edited here, such as a run's. */
  show(place: Place, pipeline: Pipeline, layout: Layout): void;
  /** Begin a pipeline that nobody has saved yet. */
  create(place: Place): void;
  /** Ask for an edit and carry it out; what comes back is why not. */
  edit(edit: (sketch: Sketch) => Edit): Refusal | undefined;
  /** The text was edited in the code view. */
  type(text: string): void;
  /** Replace the whole draft by another one, as an edit that can be undone. */
  replace(text: string, layout: Layout, label: string): void;
  /** Give up a text that cannot be drawn. */
  takeBack(): void;
  undo(): void;
  redo(): void;
  select(selection: Selection): void;
  drag(at: ReadonlyMap<string, Point>): void;
  /** A field was left or a key released: the next edit is a step of its own. */
  settle(): void;
  /** The server has checked a draft. */
  markChecked(draft: Draft, problems: readonly Problem[]): void;
  /** What was sent has arrived. */
  markSaved(saved: Saved): void;
}

export function createEditor(now: () => number, place: Place = { project: "project", pipeline: "pipeline" }): Editor {
  const store = createStore<EditorState>(() => start(place, newDraft(place.project, place.pipeline), undefined));
  const { getState, setState } = store;

  /** Change the draft, with a step in the history, and keep of the selection what is still there. */
  const advance = (draft: Draft, label: string, burst?: string, select?: Selection) => {
    const { history, selection } = getState();
    setState({
      history: record(history, draft, { label, burst, at: now() }),
      selection: remaining(draft.pipeline, select ?? selection),
      dragging: NO_ONE,
      said: { text: label, at: now() },
    });
  };

  const step = (history: History<Draft>, said: string | undefined) => {
    if (history === getState().history) return;
    setState({
      history,
      selection: remaining(history.present.pipeline, getState().selection),
      dragging: NO_ONE,
      said: { text: said ?? "", at: now() },
    });
  };

  const editor: Editor = {
    ...store,
    load: (at, saved) => {
      const fallback = emptyPipeline(at.project, at.pipeline);
      const draft = openDraft(saved.text, saved.layout, fallback, saved.document);
      setState(start(at, draft, { draft, etag: saved.etag }), true);
    },
    show: (at, pipeline, layout) => setState(start(at, shownDraft(pipeline, layout), undefined), true),
    create: (at) => setState(start(at, newDraft(at.project, at.pipeline), undefined), true),
    edit: (edit) => {
      const plan = attempt(draftOf(getState()), edit);
      if (isRefusal(plan)) return plan;
      advance(carryOut(draftOf(getState()), plan), plan.label, plan.burst, plan.select);
      return undefined;
    },
    type: (text) => {
      if (!isYamlHere()) {
        void loadYaml().then(() => editor.type(text));
        return;
      }
      const draft = retype(draftOf(getState()), text);
      if (draft !== draftOf(getState())) advance(draft, words.did.write(), "text");
    },
    replace: (text, layout, label) => {
      const draft = openDraft(text, layout, draftOf(getState()).pipeline);
      advance(draft, label);
    },
    takeBack: () => {
      const draft = draftOf(getState());
      if (draft.mistakes.length > 0) advance(takeBack(draft), words.did.takeBack());
    },
    undo: () => step(undo(getState().history), `${words.did.undo()} ${undoLabel(getState().history) ?? ""}`),
    redo: () => step(redo(getState().history), `${words.did.redo()} ${redoLabel(getState().history) ?? ""}`),
    select: (selection) => {
      const next = remaining(draftOf(getState()).pipeline, selection);
      if (next !== getState().selection) setState({ selection: next, history: endBurst(getState().history) });
    },
    drag: (at) => setState({ dragging: at }),
    settle: () => setState({ history: endBurst(getState().history) }),
    markChecked: (draft, problems) => setState({ checked: { draft, problems } }),
    markSaved: (saved) => setState({ saved }),
  };
  return editor;
}

const NO_ONE: ReadonlyMap<string, Point> = new Map();

function start(place: Place, draft: Draft, saved: Saved | undefined): EditorState {
  const said = { text: "", at: 0 };
  return { place, history: begin(draft), selection: NOTHING, dragging: NO_ONE, saved, checked: undefined, said };
}

export function draftOf(state: EditorState): Draft {
  return state.history.present;
}

/** Is there anything that the server does not have? Compared, never remembered, so that undoing everything is no change. */
export function hasChanged({ history, saved }: EditorState): boolean {
  return saved === undefined || !isSameDraft(history.present, saved.draft);
}

/**
 * What is wrong with the draft. The server's word, which knows more, while it is about what is drawn now; until it comes, what
 * can be seen at once.
 */
export function problemsOf(state: EditorState): readonly Problem[] {
  const { pipeline, source } = draftOf(state);
  const { checked } = state;
  if (checked !== undefined && checked.draft.source === source) return checked.problems;
  const found = seen.get(pipeline) ?? problemsIn(pipeline);
  seen.set(pipeline, found);
  return found;
}
const seen = new WeakMap<Pipeline, readonly Problem[]>();
