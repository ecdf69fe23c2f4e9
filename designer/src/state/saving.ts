/**
 * Drafts save themselves. Whatever is drawn or typed is kept on this machine at once and sent a moment later, one request at
 * a time; it survives a reload, a lost connection and a server that is away.
 *
 *     saved -> waiting -> saving -> saved          a change, a pause, the answer
 *                           |---> offline -> ...    no answer: tried again, with growing pauses, and when the line is back
 *                           |---> refused          the server said no: told, and tried again with the next change
 *                           '---> conflict         somebody else changed it meanwhile: nothing is sent until one decides
 *
 * What must always hold: what is on this machine is forgotten only when the server has exactly that; of two sides that
 * differ neither is lost.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import { canOpen, carryOut, isBroken, isSameDraft, openDraft, textOf } from "../model/draft.ts";
import { setPipeline } from "../model/edits/triggers.ts";
import type { Layout } from "../model/layout.ts";
import { isRefusal } from "../model/plan.ts";
import type { Problem } from "../model/problems.ts";
import { words } from "../model/words.ts";
import { isYamlHere, loadYaml } from "../model/yaml.ts";
import { draftOf, type Editor, hasChanged, type Place, type SavedDraft } from "./editor.ts";
import { clearKept, keep, kept, type Storage } from "./kept.ts";

/** What another one has saved meanwhile. */
export interface Theirs extends SavedDraft {
  readonly author?: string | undefined;
  readonly at?: string | undefined;
}

export type Answer =
  | {
      readonly kind: "saved";
      readonly etag: string;
      /** What the server's check says of it, where it comes along. */
      readonly problems?: readonly Problem[];
    }
  | { readonly kind: "conflict"; readonly theirs: Theirs }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "offline" };

/** The network, as far as saving needs it. `etag` is sent as If-Match; without one nothing may be there yet. */
export interface Drafts {
  save(place: Place, draft: { text: string; layout: Layout }, etag: string | undefined): Promise<Answer>;
}

/** Timers, so that tests need not wait. */
export interface Timers {
  after(ms: number, then: () => void): () => void;
}

export type SavingState =
  | { readonly kind: "saved" | "waiting" | "saving" | "offline" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "conflict"; readonly theirs: Theirs };

export interface Saving extends StoreApi<SavingState> {
  /** Open what the server has, and what this machine kept and the server did not get. */
  open(place: Place, saved: SavedDraft): Promise<void>;
  /** Begin a pipeline that the server does not have. */
  create(place: Place): Promise<void>;
  /** Send now: before a publish, or when the line is back. Resolves when nothing is under way. */
  flush(): Promise<void>;
  /** In a conflict: ours goes over theirs. */
  keepMine(): Promise<void>;
  /** In a conflict: theirs takes the place of ours, which an undo brings back. */
  takeTheirs(): void;
  /** In a conflict: ours becomes a pipeline of its own, and theirs stays. */
  keepCopy(name: string): Promise<void>;
  /** Told what the server has now: somebody else may have saved. Without changes of ours it takes their place, quietly. */
  hear(theirs: Theirs): "same" | "taken" | "conflict";
  /** Keep what is not sent on this machine at once: the page is about to go. */
  keepNow(): void;
  stop(): void;
}

const PAUSE_MS = 800;
const KEEP_MS = 250;
const AGAIN_MS = [2_000, 5_000, 15_000, 30_000] as const;

interface Needs {
  readonly editor: Editor;
  readonly drafts: Drafts;
  readonly storage: Storage;
  readonly timers: Timers;
  /** Which server: what is kept for one stack is never sent to another. */
  readonly target: string;
}

export function createSaving({ editor, drafts, storage, timers, target }: Needs): Saving {
  const store = createStore<SavingState>(() => ({ kind: "saved" }));
  const set = (state: SavingState) => store.setState(state, true);
  let under: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let failures = 0;

  const wait = (ms: number) => {
    cancel?.();
    cancel = timers.after(ms, () => void send());
  };

  const send = async (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    if (under) return under;
    if (store.getState().kind === "conflict" || !hasChanged(editor.getState())) return;
    under = sendOnce().finally(() => {
      under = undefined;
    });
    await under;
    const { kind } = store.getState();
    if (kind === "waiting") wait(PAUSE_MS);
    if (kind === "offline") wait(AGAIN_MS[Math.min(failures, AGAIN_MS.length) - 1] ?? AGAIN_MS[0]);
  };

  const sendOnce = async (): Promise<void> => {
    const { place, saved } = editor.getState();
    const draft = draftOf(editor.getState());
    set({ kind: "saving" });
    // The part that writes texts is as far away as the server is.
    if (!isYamlHere()) {
      const isReady = await loadYaml().then(
        () => true,
        () => false,
      );
      if (!isReady) return noAnswer();
      if (editor.getState().place !== place) return;
    }
    const sent = { text: textOf(draft), layout: draft.layout };
    const answer = await drafts.save(place, sent, saved?.etag).catch((): Answer => ({ kind: "offline" }));
    if (editor.getState().place !== place) return;
    failures = answer.kind === "offline" ? failures + 1 : 0;
    // An answer was lost on its way, and what is there now is what was sent then.
    if (answer.kind === "conflict" && isSameDraft(openDraft(answer.theirs.text, answer.theirs.layout), draft)) {
      editor.markSaved({ draft, etag: answer.theirs.etag });
      settled();
      return;
    }
    if (answer.kind !== "saved") {
      set(answer);
      return;
    }
    editor.markSaved({ draft, etag: answer.etag });
    if (answer.problems) editor.markChecked(draft, answer.problems);
    settled();
  };

  const noAnswer = () => {
    failures += 1;
    set({ kind: "offline" });
  };

  /** Soon, not at once: the text of a large pipeline takes a while to write, and typing must not wait for it. */
  let cancelKeeping: (() => void) | undefined;
  const keepNow = () => {
    cancelKeeping?.();
    cancelKeeping = undefined;
    if (!isYamlHere()) {
      void loadYaml().then(keepNow, () => undefined);
      return;
    }
    const { place, saved } = editor.getState();
    const draft = draftOf(editor.getState());
    if (hasChanged(editor.getState())) {
      keep(storage, target, place, { text: textOf(draft), layout: draft.layout, etag: saved?.etag });
    }
  };
  const keepSoon = () => {
    cancelKeeping ??= timers.after(KEEP_MS, keepNow);
  };

  /** Nothing is under way: say whether there is more to send, and keep or forget what is on this machine. */
  const settled = () => {
    const state = editor.getState();
    if (hasChanged(state)) set({ kind: "waiting" });
    else {
      clearKept(storage, target, state.place);
      set({ kind: "saved" });
    }
  };

  const stop = editor.subscribe((state, before) => {
    if (state.history.present === before.history.present || state.place !== before.place) return;
    if (hasChanged(state)) keepSoon();
    const { kind } = store.getState();
    if (kind === "conflict" || kind === "saving") return;
    if (!hasChanged(state)) settled();
    else {
      if (kind !== "offline") set({ kind: "waiting" });
      wait(PAUSE_MS);
    }
  });

  const takeTheirs = ({ text, layout, etag }: Theirs) => {
    editor.replace(text, layout, words.did.theirs());
    editor.markSaved({ draft: draftOf(editor.getState()), etag });
    settled();
  };

  let opening = 0;
  const open = async (place: Place, saved: SavedDraft): Promise<void> => {
    cancel?.();
    failures = 0;
    opening += 1;
    const turn = opening;
    const mine = kept(storage, target, place);
    if (!canOpen(mine ? undefined : saved.document)) {
      await loadYaml();
      if (turn !== opening) return;
    }
    editor.load(place, saved);
    set({ kind: "saved" });
    if (mine === undefined) return;
    if (isSameDraft(openDraft(mine.text, mine.layout), openDraft(saved.text, saved.layout))) {
      clearKept(storage, target, place);
      return;
    }
    const isBehind = mine.etag !== saved.etag;
    if (isBehind) set({ kind: "conflict", theirs: saved });
    editor.replace(mine.text, mine.layout, words.did.restore());
  };

  return {
    ...store,
    open,
    create: async (place) => {
      cancel?.();
      failures = 0;
      opening += 1;
      const turn = opening;
      const mine = kept(storage, target, place);
      if (mine && !canOpen(undefined)) {
        await loadYaml();
        if (turn !== opening) return;
      }
      editor.create(place);
      set({ kind: "saved" });
      if (mine) editor.replace(mine.text, mine.layout, words.did.restore());
      else if (hasChanged(editor.getState())) {
        set({ kind: "waiting" });
        wait(PAUSE_MS);
      }
    },
    flush: async () => {
      await under;
      await send();
    },
    keepMine: async () => {
      const state = store.getState();
      if (state.kind !== "conflict") return;
      editor.markSaved({ draft: openDraft(state.theirs.text, state.theirs.layout), etag: state.theirs.etag });
      set({ kind: "waiting" });
      await send();
    },
    hear: (theirs) => {
      const state = editor.getState();
      const { kind } = store.getState();
      if (under !== undefined || theirs.etag === state.saved?.etag) return "same";
      const there = openDraft(theirs.text, theirs.layout);
      // Published, or saved with what is here: another mark of the same.
      if (state.saved !== undefined && isSameDraft(there, state.saved.draft)) {
        editor.markSaved({ draft: state.saved.draft, etag: theirs.etag });
        if (kind === "conflict") settled();
        return "same";
      }
      set({ kind: "conflict", theirs });
      if (hasChanged(state)) return "conflict";
      takeTheirs(theirs);
      return "taken";
    },
    takeTheirs: () => {
      const state = store.getState();
      if (state.kind !== "conflict") return;
      takeTheirs(state.theirs);
    },
    keepCopy: async (name) => {
      const state = store.getState();
      if (state.kind !== "conflict") return;
      const { place } = editor.getState();
      const copy = { project: place.project, pipeline: name };
      const draft = draftOf(editor.getState());
      const plan = setPipeline(draft, { pipeline: name });
      if (isRefusal(plan)) return set({ kind: "refused", message: plan.refused });
      const { layout } = draft;
      const text = isBroken(draft) ? textOf(draft) : textOf(carryOut(draft, plan));
      const answer = await drafts.save(copy, { text, layout }, undefined);
      if (answer.kind === "saved") {
        clearKept(storage, target, place);
        await open(copy, { text, layout, etag: answer.etag });
      } else if (answer.kind === "refused") set({ kind: "refused", message: answer.message });
    },
    keepNow,
    stop: () => {
      keepNow();
      cancel?.();
      stop();
    },
  };
}
