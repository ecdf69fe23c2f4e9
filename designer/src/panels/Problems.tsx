// All that is wrong, by what it belongs to. One that is chosen is brought into sight; how it comes about is shown on the canvas,
// as a path, and told in words.

import { useEffect, useMemo, useState } from "react";
import { useProblems } from "../editing/problems.ts";
import { useEditor, usePipeline, useSession } from "../editing/session.ts";
import { isBroken } from "../model/draft.ts";
import type { Pipeline } from "../model/pipeline.ts";
import type { Problem } from "../model/problems.ts";
import { draftOf } from "../state/editor.ts";
import { panels } from "../text/panels.ts";
import { Icon } from "../ui/Icon.tsx";
import { Comes } from "./Comes.tsx";
import { byPlace, type Chosen, found, type Place } from "./problem_list.ts";
import { reveal } from "./reveal.ts";

const told = panels.problems;

export default function Problems() {
  const { view } = useSession();
  const pipeline = usePipeline();
  const all = useProblems();
  const mistakes = useEditor((now) => draftOf(now).mistakes);
  const broken = useEditor((now) => isBroken(draftOf(now)));
  const [typed, setTyped] = useState("");
  const [which, setWhich] = useState<Chosen>("all");
  const problems = useMemo(() => {
    if (!broken || all.some((one) => one.place !== undefined)) return all;
    return mistakes.map(
      (one): Problem => ({ code: "unreadable", message: one.message, advice: "", path: one.path, severity: "error" }),
    );
  }, [all, broken, mistakes]);
  const groups = useMemo(() => byPlace(pipeline, found(problems, typed, which)), [pipeline, problems, typed, which]);
  const errors = problems.filter((one) => one.severity === "error").length;
  // What was pointed at goes when the list does.
  useEffect(() => () => view.setState({ lit: undefined }), [view]);

  if (problems.length === 0) {
    return (
      <p className="pad soft row problems-none">
        <Icon name="succeeded" />
        {told.none}
      </p>
    );
  }
  const counts: readonly (readonly [Chosen, string])[] = [
    ["all", told.all(problems.length)],
    ["error", told.errors(errors)],
    ["warning", told.warnings(problems.length - errors)],
  ];
  return (
    <div className="problems">
      <div className="problems-bar">
        {/* biome-ignore lint/a11y/useSemanticElements: buttons, not a form's part */}
        <div className="row segments" role="group" aria-label={told.show}>
          {counts.map(([one, text]) => (
            <button key={one} type="button" className="tiny" aria-pressed={which === one} onClick={() => setWhich(one)}>
              {text}
            </button>
          ))}
        </div>
        <input
          className="input"
          type="search"
          aria-label={told.filter}
          placeholder={told.filter}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <div className="problems-list">
        {groups.length === 0 ? <p className="faint small pad">{told.noneFound}</p> : null}
        {groups.map(([place, ones]) => (
          <section key={place.key} aria-label={nameOf(place, broken)}>
            <h3>{nameOf(place, broken)}</h3>
            <ul>
              {ones.map((one) => (
                <li key={`${one.code} ${one.path.join("/")} ${one.message}`}>
                  <Row problem={one} pipeline={pipeline} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}

function nameOf(place: Place, broken: boolean): string {
  return place.name ?? (broken ? told.text : told.pipeline);
}

function Row({ problem, pipeline }: { problem: Problem; pipeline: Pipeline }) {
  const session = useSession();
  const { place, counterexample } = problem;
  return (
    <>
      <button
        type="button"
        className={`problem ${problem.severity}`}
        onClick={() => reveal(session, pipeline, problem)}
      >
        <Icon name="problem" size={14} />
        <span className="grow">
          <span className="unseen">{problem.severity === "error" ? told.error : told.warning}: </span>
          {problem.message}. <span className="soft">{problem.advice}</span>
        </span>
        <span className="place">
          {place === undefined ? "" : told.line(place.line)} <code>{problem.code}</code>
        </span>
      </button>
      {counterexample === undefined ? null : <Comes counterexample={counterexample} pipeline={pipeline} />}
    </>
  );
}
