import { lazy, Suspense, useEffect, useId, useState } from "react";
import type { JsonValue } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { useEditor, usePipeline, useSession } from "../editing/session.ts";
import { readingOrder } from "../model/graph.ts";
import { isMapping } from "../model/schema.ts";
import { onlyTask } from "../model/selection.ts";
import { written } from "../routes.ts";
import { simulate } from "../text/simulate.ts";
import { length } from "../ui/ago.ts";
import { useGone } from "../ui/gone.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { patiently } from "../ui/patiently.ts";
import { type AnyState, StateBadge } from "../ui/State.tsx";
import { readJson, useSimulating } from "./store.ts";
import { type Tried, tryTask } from "./trying.ts";

const CodeEditor = lazy(patiently(() => import("../code/CodeEditor.tsx")));

const told = simulate.test;

/** One task with given parameters, for real. */
export function TryTask() {
  const session = useSession();
  const pipeline = usePipeline();
  const selected = useEditor((now) => onlyTask(now.selection));
  const { told: simulated } = useSimulating(session);
  const names = readingOrder(pipeline);
  const [chosen, setChosen] = useState(selected);
  const name = chosen !== undefined && names.includes(chosen) ? chosen : names[0];
  const [given, setGiven] = useState("{}");
  const [tried, setTried] = useState<Tried>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const gone = useGone();
  const field = useId();

  useEffect(() => {
    if (selected !== undefined) setChosen(selected);
  }, [selected]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another task begins with its own parameters; edits keep what was typed
  useEffect(() => {
    if (name === undefined) return;
    const parameters = simulated?.tasks[name]?.parameters ?? pipeline.tasks[name]?.with ?? {};
    setGiven(JSON.stringify(parameters, null, 2));
    setTried(undefined);
    setProblem(undefined);
  }, [name]);

  if (name === undefined) return <p className="faint pad">{told.none}</p>;
  const value = readJson(given);
  const parameters = value === null ? {} : value;
  const isRight = parameters !== undefined && isMapping(parameters as never);
  const go = async () => {
    setBusy(true);
    setProblem(undefined);
    const answer = await tryTask(pipeline, name, parameters as { [name: string]: JsonValue }, gone());
    setBusy(false);
    if (answer.ok) setTried(answer.value);
    else setProblem(answer.problem);
  };
  return (
    <div className="simulate-parts two">
      <section className="stack tight" aria-label={told.given}>
        <div className="row wrap">
          <label className="soft" htmlFor={field}>
            {told.task}
          </label>
          <span className="grow">
            <select id={field} className="input" value={name} onChange={(event) => setChosen(event.target.value)}>
              {names.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </span>
          <button type="button" className="button main" disabled={busy || !isRight} onClick={() => void go()}>
            <Icon name="play" />
            {busy ? told.going : told.go}
          </button>
        </div>
        <p className="notice warning small">
          <Icon name="problem" />
          {told.real}
        </p>
        <div className="text simulate-text">
          <Suspense fallback={null}>
            <CodeEditor label={told.given} language="json" value={given} change={setGiven} />
          </Suspense>
        </div>
        {given.includes("${") ? <p className="faint small">{told.unfilled}</p> : null}
        {isRight ? null : (
          <p className="wrong small" role="alert">
            {simulate.notJson}
          </p>
        )}
      </section>
      <section className="stack tight" aria-live="polite" aria-label={told.output}>
        {problem === undefined ? null : <ProblemNotice problem={problem} />}
        {tried === undefined ? null : <Result tried={tried} />}
      </section>
    </div>
  );
}

function Result({ tried }: { tried: Tried }) {
  return (
    <>
      <div className="row wrap">
        <StateBadge state={tried.state as AnyState} />
        {tried.seconds === null ? null : <span className="faint small">{length(tried.seconds)}</span>}
        <a className="small" href={written({ page: "run", run: tried.run })}>
          {told.run}
        </a>
      </div>
      <h2 className="soft small">{tried.error === null ? told.output : told.error}</h2>
      <pre className={`value small ${tried.error === null ? "" : "bad"}`}>
        {JSON.stringify(tried.error ?? tried.output, null, 2)}
      </pre>
      {tried.lines.length === 0 ? null : (
        <>
          <h2 className="soft small">{told.printed}</h2>
          <pre className="value small">{tried.lines.join("\n")}</pre>
        </>
      )}
    </>
  );
}
