// Opening a pipeline: its stores, its draft from the server, and what this browser kept of it. Everything ends with the page.

import { useEffect, useMemo, useState } from "react";
import { ask } from "../api/ask.ts";
import type { Problem } from "../api/problem.ts";
import { useWho } from "../api/whoami.ts";
import { isBroken } from "../model/draft.ts";
import { createArranging } from "../state/arranging.ts";
import { createEditor, draftOf, hasChanged } from "../state/editor.ts";
import { createRunStore } from "../state/run.ts";
import { createSaving } from "../state/saving.ts";
import { announce } from "../ui/announcer.ts";
import { learn } from "./catalogue.ts";
import { check } from "./check.ts";
import { drafts, problemOf } from "./drafts.ts";
import type { Session } from "./session.ts";
import { createView } from "./view.ts";

const CHECK_MS = 300;
const UNREADABLE: ReadonlySet<string> = new Set(["unreadable", "duplicate-key", "too-deep", "too-large", "bad-number"]);

const timers = {
  after: (ms: number, then: () => void) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

interface Opened {
  session: Session;
  ready: boolean;
  problem: Problem | undefined;
}

export function useOpen(project: string, pipeline: string): Opened {
  const target = useWho((now) => now.where?.target ?? "local");
  const session = useMemo(() => made(project, pipeline, target), [project, pipeline, target]);
  const [ready, setReady] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  useEffect(() => {
    let gone = false;
    const { editor, saving } = session;
    void learn();
    void ask("showDraft", { in: { project, pipeline } }).then((told) => {
      if (gone) return;
      if (!told.ok) setProblem(told.problem);
      else {
        const { text, layout, etag, problems } = told.value;
        // Of a text that YAML itself forbids the server reads what it can; to edit that would be to write the rest anew.
        const document = problems.some((one) => UNREADABLE.has(one.code)) ? null : told.value.document;
        const opening = saving.open({ project, pipeline }, { text, layout, etag: told.etag ?? etag, document });
        void opening.then(() => {
          if (gone) return;
          // What this browser kept and the server did not get has not been checked.
          const state = editor.getState();
          if (!hasChanged(state)) editor.markChecked(draftOf(state), problems.map(problemOf));
          setReady(true);
        });
      }
    });
    const off = [checking(session), speaking(session), keeping(session)];
    return () => {
      gone = true;
      for (const end of off) end();
      void saving.flush();
      saving.stop();
    };
  }, [session, project, pipeline]);

  return { session, ready, problem };
}

function made(project: string, pipeline: string, target: string): Session {
  const editor = createEditor(() => Date.now(), { project, pipeline });
  const saving = createSaving({ editor, drafts, storage: localStorage, timers, target });
  return { editor, saving, run: createRunStore(), arranging: createArranging(), view: createView() };
}

/** The server's word on what is drawn now, a moment after each change: it knows more than can be seen at once. */
function checking({ editor }: Session): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let under: AbortController | undefined;
  const look = () => {
    if (editor.getState().checked?.draft.source === draftOf(editor.getState()).source) return;
    under?.abort();
    under = new AbortController();
    void check(editor, under.signal);
  };
  const off = editor.subscribe((state, before) => {
    if (draftOf(state).source === draftOf(before).source) return;
    clearTimeout(timer);
    timer = setTimeout(look, CHECK_MS);
  });
  return () => {
    off();
    clearTimeout(timer);
    under?.abort();
  };
}

/** Each edit is said to whoever does not see it. */
function speaking({ editor }: Session): () => void {
  return editor.subscribe((state, before) => {
    if (state.said !== before.said && state.said.text !== "") announce(state.said.text);
  });
}

function keeping({ editor, saving }: Session): () => void {
  const keep = () => saving.keepNow();
  const back = () => void saving.flush();
  const shown = () => {
    if (document.hidden && !isBroken(draftOf(editor.getState()))) keep();
  };
  window.addEventListener("pagehide", keep);
  window.addEventListener("online", back);
  document.addEventListener("visibilitychange", shown);
  return () => {
    window.removeEventListener("pagehide", keep);
    window.removeEventListener("online", back);
    document.removeEventListener("visibilitychange", shown);
  };
}
