// Two pipelines compared: both drawings as one on a small canvas, and the list beside it. A name in the list leads to its place.

import { ReactFlowProvider } from "@xyflow/react";
import { useMemo } from "react";
import { Canvas } from "../canvas/Canvas.tsx";
import { type Session, SessionContext } from "../editing/session.ts";
import { isSame } from "../model/diff.ts";
import { type Drawn, type Merged, merged } from "../model/merged.ts";
import { publish } from "../text/publish.ts";
import { Differences } from "./Differences.tsx";
import { shownSession } from "./shown.ts";
import "../styles/canvas.css";
import "../styles/publish.css";

export function DifferenceView({ before, after }: { before: Drawn; after: Drawn }) {
  const both = useMemo(() => merged(before, after), [before, after]);
  const session = useMemo(() => shown(both), [both]);
  if (isSame(both.difference)) return <p className="faint">{publish.noDifference}</p>;
  return (
    <div className="difference">
      <SessionContext value={session}>
        <Sheet key={turnOf(both)} />
      </SessionContext>
      <Differences difference={both.difference} show={(task) => session.view.setState({ shown: { task } })} />
    </div>
  );
}

/** Another drawing is another canvas: it opens where that one is seen. */
function Sheet() {
  return (
    <ReactFlowProvider>
      <section className="sheet small-sheet card" aria-label={publish.small}>
        <Canvas readOnly whole />
      </section>
    </ReactFlowProvider>
  );
}

function shown({ pipeline, layout, marks }: Merged): Session {
  const session = shownSession();
  session.editor.show({ project: pipeline.project, pipeline: pipeline.pipeline }, pipeline, layout);
  session.view.setState({ marks });
  return session;
}

const turns = new WeakMap<Merged, number>();
let last = 0;

function turnOf(both: Merged): number {
  const known = turns.get(both);
  if (known !== undefined) return known;
  last += 1;
  turns.set(both, last);
  return last;
}
