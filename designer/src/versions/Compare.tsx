// What differs between any two of: versions, what is live, the draft. The drawing's difference, and the rules'.

import { useEffect, useId, useState } from "react";
import type { VersionTold } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { useAsked } from "../api/useAsked.ts";
import { DifferenceView } from "../difference/DifferenceView.tsx";
import { versionDrawn } from "../difference/drawn.ts";
import { useEditor } from "../editing/session.ts";
import type { Drawn } from "../model/merged.ts";
import { Rules } from "../publish/Rules.tsx";
import { ask as put, useRoute } from "../routes.ts";
import { draftOf } from "../state/editor.ts";
import { publish, versions as told } from "../text/publish.ts";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";

interface Props {
  place: { project: string; pipeline: string };
  versions: readonly VersionTold[];
  live: number | null;
}

const DRAFT = "draft";

export function Compare({ place, versions, live }: Props) {
  const { asked } = useRoute();
  const newest = Math.max(...versions.map((one) => one.number));
  const from = asked.from ?? String(live ?? newest);
  const to = asked.to ?? DRAFT;
  const before = useSide(place, from);
  const after = useSide(place, to);
  const rules = useAsked("diffPipeline", { in: place, query: { from, to } });
  const named = (one: string) => (one === DRAFT ? told.draft : told.version(Number(one)));
  const choices = [DRAFT, ...[...versions].sort((a, b) => b.number - a.number).map((one) => String(one.number))];
  const problem = before.problem ?? after.problem ?? rules.problem;
  return (
    <section className="stack" aria-label={told.compare}>
      <h3>{told.compare}</h3>
      <div className="row wrap">
        <Choice label={told.from} value={from} choices={choices} named={named} choose={(one) => put({ from: one })} />
        <Choice label={told.to} value={to} choices={choices} named={named} choose={(one) => put({ to: one })} />
      </div>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {before.drawn === undefined || after.drawn === undefined ? null : (
        <DifferenceView before={before.drawn} after={after.drawn} />
      )}
      {rules.value === undefined ? null : (
        <>
          <h4>{publish.sections.rules}</h4>
          <Rules rules={rules.value.rules} />
        </>
      )}
    </section>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: readonly string[];
  named: (choice: string) => string;
  choose: (choice: string) => void;
}

function Choice({ label, value, choices, named, choose }: ChoiceProps) {
  const field = useId();
  return (
    <div className="row">
      <label className="soft" htmlFor={field}>
        {label}
      </label>
      <select id={field} className="input narrow" value={value} onChange={(event) => choose(event.target.value)}>
        {choices.map((one) => (
          <option key={one} value={one}>
            {named(one)}
          </option>
        ))}
      </select>
    </div>
  );
}

function useSide(place: Props["place"], which: string): { drawn: Drawn | undefined; problem: Problem | undefined } {
  const draft = useEditor(draftOf);
  const [side, setSide] = useState<{ drawn: Drawn | undefined; problem: Problem | undefined }>({
    drawn: undefined,
    problem: undefined,
  });
  const { project, pipeline } = place;
  useEffect(() => {
    if (which === DRAFT) return;
    let gone = false;
    void versionDrawn({ project, pipeline }, Number(which)).then((found) => {
      if (gone) return;
      setSide(found.ok ? { drawn: found.value, problem: undefined } : { drawn: undefined, problem: found.problem });
    });
    return () => {
      gone = true;
    };
  }, [project, pipeline, which]);
  return which === DRAFT ? { drawn: draft, problem: undefined } : side;
}
