/**
 * The store of a run that is looked at. Tasks read their own state by name, so an event costs the tasks it is about and no
 * others; it never goes through the nodes of the canvas.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import { fold, merge, NO_RUN, type RunEvent, type RunView, type TaskRun } from "../model/run.ts";

export interface RunStoreState {
  /** Absent while no run is looked at. */
  readonly id: string | undefined;
  readonly view: RunView;
  readonly tasks: Readonly<Record<string, TaskRun>>;
  /** What to ask for more events with. */
  readonly cursor: string | undefined;
}

export interface RunStore extends StoreApi<RunStoreState> {
  watch(id: string, view?: RunView): void;
  /** The server's own picture, with what follows from events. What was heard since is kept. */
  learn(id: string, view: RunView): void;
  hear(id: string, events: readonly RunEvent[], cursor?: string): void;
  leave(): void;
}

const NOBODY: RunStoreState = { id: undefined, view: NO_RUN, tasks: NO_RUN.tasks, cursor: undefined };

export function createRunStore(): RunStore {
  const store = createStore<RunStoreState>(() => NOBODY);
  return {
    ...store,
    watch: (id, view = NO_RUN) => store.setState({ id, view, tasks: view.tasks, cursor: undefined }),
    learn: (id, told) => {
      const state = store.getState();
      if (state.id !== id) return;
      const view = merge(told, state.view);
      store.setState({ view, tasks: view.tasks });
    },
    // An answer that comes after somebody went on to another run is nobody's.
    hear: (id, events, cursor) => {
      const state = store.getState();
      if (state.id !== id) return;
      const view = fold(state.view, events);
      if (view !== state.view || cursor !== state.cursor) {
        store.setState({ view, tasks: view.tasks, cursor: cursor ?? state.cursor });
      }
    },
    leave: () => store.setState(NOBODY),
  };
}
