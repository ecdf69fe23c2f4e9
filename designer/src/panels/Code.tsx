// The pipeline as YAML: what is typed is drawn, what is drawn is written, and the cursor is where the selection is. While the
// text cannot be read the last drawing stands, and the text is left alone.

import type { CompletionSource } from "@codemirror/autocomplete";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import CodeEditor from "../code/CodeEditor.tsx";
import { useProblems } from "../editing/problems.ts";
import { useEditor, useSession } from "../editing/session.ts";
import { type Draft, isBroken, textOf } from "../model/draft.ts";
import { read } from "../model/source.ts";
import { isYamlHere, loadYaml } from "../model/yaml.ts";
import { draftOf } from "../state/editor.ts";
import { texts } from "../text/en.ts";
import { panels } from "../text/panels.ts";
import { useAround } from "./code/around.ts";
import { offeredAt } from "./code/complete.ts";
import { useCursor } from "./code/cursor.ts";
import { marksOf } from "./code/marks.ts";

/** A large text is read when its writer pauses. */
const LARGE = 20_000;
const PAUSE_MS = { small: 80, large: 350, behind: 500 };

export default function Code() {
  const [here, setHere] = useState(isYamlHere());
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    loadYaml().then(
      () => setHere(true),
      () => setFailed(true),
    );
  }, []);
  if (failed) return <p className="pad wrong">{panels.code.unreachable}</p>;
  return here ? <Written /> : <p className="faint pad">{texts.loading}</p>;
}

function Written() {
  const { editor } = useSession();
  const draft = useEditor(draftOf);
  const problems = useProblems();
  const around = useAround();
  const { text, now } = useText(draft);
  const { typed, type, flush } = useTyping(text);
  const shown = typed ?? text;
  const marks = useMemo(() => marksOf(read(text), draft.mistakes, problems), [text, draft.mistakes, problems]);
  const { at, reveal } = useCursor(text, typed === undefined);
  const complete = useCallback<CompletionSource>(
    (context) => {
      const found = offeredAt(context.state.doc.toString(), context.pos, around);
      if (found === undefined) return null;
      if (
        !context.explicit &&
        found.from === context.pos &&
        context.state.sliceDoc(context.pos - 1, context.pos) === "\n"
      ) {
        return null;
      }
      return { from: found.from, options: found.options.map((one) => ({ ...one })), validFor: /^[\w.-]*$/ };
    },
    [around],
  );
  return (
    <section
      className="code-panel"
      aria-label={panels.code.label}
      // Nobody types into a text that is behind.
      onFocus={now}
      onBlur={() => {
        flush();
        editor.settle();
      }}
    >
      <CodeEditor
        label={panels.code.label}
        language="yaml"
        value={shown}
        change={type}
        marks={marks}
        complete={complete}
        at={at}
        reveal={reveal}
      />
      <p className="small wrong code-state" role="status">
        {isBroken(draft) ? panels.code.broken : ""}
      </p>
    </section>
  );
}

/** The text of what is drawn. A large one is written when the drawing rests, so that a field beside it can be typed in. */
function useText(draft: Draft): { text: string; now: () => void } {
  const { editor } = useSession();
  const [, again] = useState(0);
  const last = useRef<string>(undefined);
  const isBehind = !draft.source.isWritten && last.current !== undefined && last.current.length > LARGE;
  if (!isBehind) last.current = textOf(draft);
  const now = useCallback(() => {
    const text = textOf(draftOf(editor.getState()));
    if (text !== last.current) again((turn) => turn + 1);
    last.current = text;
  }, [editor]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the draft is waited for anew
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(now, PAUSE_MS.behind);
    return () => clearTimeout(timer);
  }, [isBehind, draft, now]);
  return { text: last.current ?? "", now };
}

/** What is typed and not yet read. It is read at the latest when the field is left, so nothing else can come between. */
function useTyping(text: string) {
  const { editor } = useSession();
  const [typed, setTyped] = useState<string>();
  const pending = useRef<{ text: string; timer: ReturnType<typeof setTimeout> }>(undefined);
  const flush = useCallback(() => {
    const now = pending.current;
    if (now === undefined) return;
    clearTimeout(now.timer);
    pending.current = undefined;
    editor.type(now.text);
    setTyped(undefined);
  }, [editor]);
  const type = useCallback(
    (next: string) => {
      if (pending.current !== undefined) clearTimeout(pending.current.timer);
      const pause = next.length > LARGE ? PAUSE_MS.large : PAUSE_MS.small;
      pending.current = { text: next, timer: setTimeout(flush, pause) };
      setTyped(next);
    },
    [flush],
  );
  useEffect(() => flush, [flush]);
  return { typed: typed === text ? undefined : typed, type, flush };
}
