// A session: one pipeline that is open, with its stores, for as long as its page is. Views read it through these hooks.

import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { Pipeline } from "../model/pipeline.ts";
import type { Arranging } from "../state/arranging.ts";
import type { Editor, EditorState } from "../state/editor.ts";
import { draftOf } from "../state/editor.ts";
import type { RunStore, RunStoreState } from "../state/run.ts";
import type { Saving, SavingState } from "../state/saving.ts";
import type { View } from "./view.ts";

export interface Session {
  readonly editor: Editor;
  readonly saving: Saving;
  readonly run: RunStore;
  readonly arranging: Arranging;
  readonly view: View;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const found = useContext(SessionContext);
  if (found === undefined) throw new Error("no pipeline is open around this view");
  return found;
}

export function useEditor<T>(select: (state: EditorState) => T): T {
  return useStore(useSession().editor, select);
}

export function usePipeline(): Pipeline {
  return useEditor(pipelineOf);
}

export function useSaving(): SavingState {
  return useStore(useSession().saving);
}

export function useRun<T>(select: (state: RunStoreState) => T): T {
  return useStore(useSession().run, select);
}

const pipelineOf = (state: EditorState): Pipeline => draftOf(state).pipeline;
