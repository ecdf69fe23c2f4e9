// How a problem comes about: a circle, or the outcomes with which a task never runs. Pointed at, it is lit on the canvas.

import { useState } from "react";
import { useSession } from "../editing/session.ts";
import { edgesIn, litBy, tellingOutcomes } from "../model/counterexample.ts";
import { type Edge, edgeKey, kindOf, type Pipeline } from "../model/pipeline.ts";
import type { Case, Counterexample } from "../model/problems.ts";
import { canvas } from "../text/canvas.ts";
import { panels } from "../text/panels.ts";
import { Icon } from "../ui/Icon.tsx";

const told = panels.problems;

export function Comes({ counterexample, pipeline }: { counterexample: Counterexample; pipeline: Pipeline }) {
  const { view } = useSession();
  const [open, setOpen] = useState(false);
  const light = (at: number) => view.setState({ lit: litBy(pipeline, counterexample, at) });
  const toggle = () => {
    if (open) view.setState({ lit: undefined });
    else light(0);
    setOpen(!open);
  };
  const { cases, cycle, task } = counterexample;
  return (
    <div className="how">
      <button type="button" className="tiny" aria-expanded={open} onClick={toggle}>
        <Icon name={open ? "down" : "next"} size={12} />
        {open ? told.hide : told.path}
      </button>
      {!open ? null : cycle.length > 0 ? (
        <>
          <p>{told.circle}</p>
          <EdgeList edges={edgesIn(pipeline, cycle)} />
        </>
      ) : (
        cases.map((one, at) => (
          <OneCase
            key={JSON.stringify(one.outcomes)}
            one={one}
            at={at}
            of={cases.length}
            task={task}
            pipeline={pipeline}
            light={() => light(at)}
          />
        ))
      )}
    </div>
  );
}

interface CaseProps {
  one: Case;
  at: number;
  of: number;
  task: string;
  pipeline: Pipeline;
  light: () => void;
}

function OneCase({ one, at, of, task, pipeline, light }: CaseProps) {
  const outcomes = tellingOutcomes(pipeline, one, task).map(([name, status]) => told.outcome(name, status));
  return (
    <div className="stack tight">
      <button type="button" className="tiny start" onClick={light} onFocus={light} onPointerEnter={light}>
        {told.case(at + 1, of)}
      </button>
      <p>
        {outcomes.join(", ")}, {told.never(task)}
      </p>
      <EdgeList edges={edgesIn(pipeline, one.path)} />
    </div>
  );
}

function EdgeList({ edges }: { edges: readonly Edge[] }) {
  return (
    <ul>
      {edges.map((edge) => (
        <li key={edgeKey(edge)}>
          {edge.from} → {edge.to}, {canvas.kinds[kindOf(edge)]}
        </li>
      ))}
    </ul>
  );
}
