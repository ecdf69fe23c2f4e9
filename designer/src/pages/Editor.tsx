// The editor's page: the toolbar, and below it what is chosen of a pipeline: the drawing, its runs, its versions, its publishing.

import { ReactFlowProvider } from "@xyflow/react";
import { lazy, Suspense } from "react";
import { Drawing } from "../editing/Drawing.tsx";
import { useOpen } from "../editing/open.ts";
import { SessionContext } from "../editing/session.ts";
import { Toolbar } from "../editing/Toolbar.tsx";
import type { PipelinePart } from "../routes.ts";
import { texts } from "../text/en.ts";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import "../styles/canvas.css";
import "../styles/panels.css";
import { patiently } from "../ui/patiently.ts";

const Dialogs = lazy(patiently(async () => ({ default: (await import("../editing/Dialogs.tsx")).Dialogs })));
const Publish = lazy(patiently(() => import("../publish/Publish.tsx")));
const Versions = lazy(patiently(() => import("../versions/Versions.tsx")));
const RunsOf = lazy(patiently(() => import("../runs/RunsOf.tsx")));
const Conflict = lazy(patiently(() => import("../conflict/Conflict.tsx")));

interface Props {
  project: string;
  pipeline: string;
  part: PipelinePart;
}

export default function EditorPage({ project, pipeline, part }: Props) {
  const { session, ready, problem } = useOpen(project, pipeline);
  if (problem !== undefined) {
    return (
      <main id="page" className="page" tabIndex={-1}>
        <div className="inner">
          <ProblemNotice problem={problem} />
        </div>
      </main>
    );
  }
  if (!ready) return <main id="page" className="editor" tabIndex={-1} aria-busy="true" />;
  const place = { project, pipeline };
  return (
    <SessionContext value={session}>
      <ReactFlowProvider>
        <main id="page" className="editor" tabIndex={-1}>
          <Toolbar place={place} part={part} />
          <Suspense fallback={null}>
            <Conflict />
          </Suspense>
          {part === "draw" || part === "simulate" ? (
            <Drawing place={place} />
          ) : (
            <div className="page">
              <div className="inner">
                <Suspense fallback={<p className="faint">{texts.loading}</p>}>
                  {part === "publish" ? <Publish {...place} /> : null}
                  {part === "versions" ? <Versions {...place} /> : null}
                  {part === "runs" ? <RunsOf {...place} /> : null}
                </Suspense>
              </div>
              <Suspense fallback={null}>
                <Dialogs place={place} />
              </Suspense>
            </div>
          )}
        </main>
      </ReactFlowProvider>
    </SessionContext>
  );
}
