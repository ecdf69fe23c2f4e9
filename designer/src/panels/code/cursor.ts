// Cursor and selection in step: what the cursor stands in is selected, and what is selected elsewhere is shown in the text.

import { useCallback, useEffect, useRef, useState } from "react";
import { useEditor, useSession } from "../../editing/session.ts";
import type { Opened } from "../../editing/view.ts";
import { useView } from "../../editing/view.ts";
import { isBroken } from "../../model/draft.ts";
import { edgeKey, edgesOf, type Path, type Pipeline } from "../../model/pipeline.ts";
import { subjectOf } from "../../model/problems.ts";
import { NOTHING, onlyEdge, onlyTask, type Selection, selectEdges, selectTasks } from "../../model/selection.ts";
import { pathAt, rangeOf, read } from "../../model/source.ts";
import { draftOf } from "../../state/editor.ts";
import { useShown } from "./shown.ts";

const PAUSE_MS = 200;

export function useCursor(text: string, isRead: boolean) {
  const { editor, view } = useSession();
  const selection = useEditor((now) => now.selection);
  const opened = useView((now) => now.opened);
  const problem = useShown((now) => now.problem);
  const [reveal, setReveal] = useState<number>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ text, isRead });
  latest.current = { text, isRead };
  /** What the cursor has selected itself is not shown to it again. */
  const mine = useRef("");

  const at = useCallback(
    (offset: number) => {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const draft = draftOf(editor.getState());
        if (isBroken(draft) || !latest.current.isRead) return;
        const subject = subjectOf(draft.pipeline, pathAt(read(latest.current.text), offset));
        const next: Selection =
          subject.kind === "task"
            ? selectTasks(subject.name)
            : subject.kind === "edge"
              ? selectEdges(subject.key)
              : NOTHING;
        const open: Opened =
          subject.kind === "trigger" ? { kind: "trigger", name: subject.name } : { kind: "pipeline" };
        mine.current = nameOf(draft.pipeline, next, open).join("/");
        if (nameOf(draft.pipeline, editor.getState().selection, view.getState().opened).join("/") === mine.current)
          return;
        editor.select(next);
        view.setState(
          subject.kind === "task" ? { opened: open, shown: { task: subject.name, quietly: true } } : { opened: open },
        );
      }, PAUSE_MS);
    },
    [editor, view],
  );
  useEffect(() => () => clearTimeout(timer.current), []);

  useEffect(() => {
    const draft = draftOf(editor.getState());
    if (isBroken(draft)) return;
    const path = nameOf(draft.pipeline, selection, opened);
    const key = path.join("/");
    if (key === mine.current) return;
    mine.current = key;
    const wanted = problem !== undefined && problem.path.slice(0, path.length).join("/") === key ? problem.path : path;
    if (wanted.length > 0) setReveal(rangeOf(read(latest.current.text), wanted).from);
  }, [selection, opened, problem, editor]);

  return { at, reveal };
}

/** The path of what is selected or opened; empty for the pipeline, and for several things at once. */
function nameOf(pipeline: Pipeline, selection: Selection, opened: Opened): Path {
  const task = onlyTask(selection);
  if (task !== undefined) return ["tasks", task];
  const key = onlyEdge(selection);
  if (key !== undefined) {
    return ["edges", edgesOf(pipeline).findIndex((one) => edgeKey(one) === key)];
  }
  return opened.kind === "trigger" ? ["triggers", opened.name] : [];
}
