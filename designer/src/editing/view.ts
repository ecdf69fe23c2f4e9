// What of the editor is open beside the drawing, for as long as its page is. Nothing of it is part of the draft.

import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Guide } from "../model/guides.ts";
import type { Marks } from "../model/merged.ts";
import type { Point } from "../model/place.ts";
import { useSession } from "./session.ts";

/** What the inspector shows where neither a task nor an edge is selected. */
export type Opened = { kind: "pipeline" } | { kind: "trigger"; name: string };

/** What is asked of the person in the middle of the canvas. */
export type Prompt =
  | {
      kind: "add";
      at?: Point | undefined;
      after?: { task: string; on: "success" | "failure" | "completion" };
      into?: string;
    }
  | { kind: "connect"; from: string }
  | { kind: "find" };

export type Drawer = "problems" | "code" | "simulate";
/** `drop` is `run` at its second way: a file into a bucket. */
export type Dialog = "help" | "palette" | "run" | "drop";

export interface ViewState {
  readonly opened: Opened;
  readonly prompt: Prompt | undefined;
  readonly drawer: Drawer | undefined;
  readonly dialog: Dialog | undefined;
  readonly outline: boolean;
  /** The task that the canvas is to bring into sight; another object each time. */
  readonly shown: { readonly task: string /** The focus stays where it is. */; readonly quietly?: boolean } | undefined;
  /** Why the connection that is being drawn may not end where it is. */
  readonly refused: string | undefined;
  /** Lines of others that what is dragged stands on. */
  readonly guides: readonly Guide[];
  /** Tasks and edges that somebody points at elsewhere: a problem's path, a step of a simulation. */
  readonly lit: { readonly tasks: ReadonlySet<string>; readonly edges: ReadonlySet<string> } | undefined;
  /** Of two drawings as one: what came, went and changed. */
  readonly marks: Marks | undefined;
}

export type View = StoreApi<ViewState>;

export function createView(): View {
  return createStore<ViewState>(() => ({
    opened: { kind: "pipeline" },
    prompt: undefined,
    drawer: undefined,
    dialog: undefined,
    outline: false,
    shown: undefined,
    refused: undefined,
    guides: [],
    lit: undefined,
    marks: undefined,
  }));
}

export function useView<T>(select: (state: ViewState) => T): T {
  return useStore(useSession().view, select);
}
