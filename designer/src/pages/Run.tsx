// A run, live, on the same canvas that its pipeline is drawn on: states, attempts and durations on the tasks, edges lit as they
// carry something, what was skipped dimmed with why. Beside it: what is chosen.

import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { ask } from "../api/ask.ts";
import { Canvas } from "../canvas/Canvas.tsx";
import { shownSession } from "../difference/shown.ts";
import { SessionContext } from "../editing/session.ts";
import { onlyTask, selectTasks } from "../model/selection.ts";
import { ask as put, useRoute } from "../routes.ts";
import { RunHead } from "../runs/RunHead.tsx";
import { RunSide } from "../runs/RunSide.tsx";
import { definitionOf, useWatched } from "../runs/watching.ts";
import { runs } from "../text/runs.ts";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import "../styles/canvas.css";
import "../styles/panels.css";
import "../styles/publish.css";
import "../styles/runs.css";

/** Of more a run is opened where it begins, so that words can be read. */
const MOST_SEEN = 40;

export default function RunPage({ run }: { run: string }) {
  const session = useMemo(shownSession, []);
  const { document, problem } = useWatched(run, session.run);
  const definition = definitionOf(document);
  const { asked } = useRoute();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the task of the address is selected once
  useEffect(() => {
    if (definition === undefined) return;
    const place = { project: definition.project, pipeline: definition.pipeline };
    // Where people have put the tasks; a run whose pipeline has no draft any more is laid out as it comes.
    void ask("showDraft", { in: place }).then((told) => {
      session.editor.show(place, definition, told.ok ? told.value.layout : {});
      if (asked.task !== undefined) session.editor.select(selectTasks(asked.task));
    });
  }, [definition, session]);

  const chosen = useStore(session.editor, (now) => onlyTask(now.selection));
  // The address follows what is chosen, once what it named itself has been.
  useEffect(
    () =>
      session.editor.subscribe((now, before) => {
        if (now.selection !== before.selection && now.place === before.place) put({ task: onlyTask(now.selection) });
      }),
    [session],
  );

  if (document === undefined) {
    return (
      <main id="page" className="page" tabIndex={-1} aria-busy={problem === undefined}>
        <div className="inner">{problem === undefined ? null : <ProblemNotice problem={problem} />}</div>
      </main>
    );
  }
  return (
    <SessionContext value={session}>
      <ReactFlowProvider>
        <main id="page" className="run-page" tabIndex={-1}>
          <RunHead document={document} />
          {problem === undefined ? null : (
            <p className="notice warning">{problem.status === 0 ? runs.view.offline : problem.detail}</p>
          )}
          <div className="run-body">
            <div className="sheet">
              {definition === undefined ? (
                <p className="empty">{runs.view.gone}</p>
              ) : (
                <Canvas readOnly whole={document.tasks.length <= MOST_SEEN} />
              )}
            </div>
            <RunSide document={document} chosen={chosen} />
          </div>
        </main>
      </ReactFlowProvider>
    </SessionContext>
  );
}
