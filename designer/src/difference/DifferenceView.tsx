// Two pipelines compared: both drawings as one on a small canvas, and the list beside it. A name in the list leads to its place.

import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import { Canvas } from "../canvas/Canvas.tsx";
import { SessionContext } from "../editing/session.ts";
import { isSame } from "../model/diff.ts";
import { type Drawn, merged } from "../model/merged.ts";
import { publish } from "../text/publish.ts";
import { Differences } from "./Differences.tsx";
import { shownSession } from "./shown.ts";
import "../styles/canvas.css";
import "../styles/publish.css";

export function DifferenceView({ before, after }: { before: Drawn; after: Drawn }) {
  const both = useMemo(() => merged(before, after), [before, after]);
  const session = useMemo(shownSession, []);
  const isEqual = isSame(both.difference);
  useEffect(() => {
    const { project, pipeline } = both.pipeline;
    session.editor.show({ project, pipeline }, both.pipeline, both.layout);
    session.view.setState({ marks: both.marks });
  }, [both, session]);
  if (isEqual) return <p className="faint">{publish.noDifference}</p>;
  return (
    <div className="difference">
      <SessionContext value={session}>
        <ReactFlowProvider key={Object.keys(both.pipeline.tasks).join(" ")}>
          <section className="sheet small-sheet card" aria-label={publish.small}>
            <Canvas readOnly />
          </section>
        </ReactFlowProvider>
      </SessionContext>
      <Differences difference={both.difference} show={(task) => session.view.setState({ shown: { task } })} />
    </div>
  );
}
