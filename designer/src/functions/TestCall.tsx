// Trying a function out: it runs as a task of its own, for real, and what it gave and printed is shown.

import { lazy, Suspense, useState } from "react";
import { ask } from "../api/ask.ts";
import type { JsonValue, Operations } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { written } from "../routes.ts";
import { texts } from "../text/en.ts";
import { pages } from "../text/pages.ts";
import { length } from "../ui/ago.ts";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { patiently } from "../ui/patiently.ts";
import { type AnyState, StateBadge } from "../ui/State.tsx";

const CodeEditor = lazy(patiently(() => import("../code/CodeEditor.tsx")));

type Tried = Operations["testFunction"]["answer"];

const told = pages.functions;
const WAIT_S = 25;

export function TestCall({ name, input }: { name: string; input: { [name: string]: JsonValue } | null }) {
  const [given, setGiven] = useState(() => JSON.stringify(sample(input), null, 2));
  const [calling, setCalling] = useState(false);
  const [tried, setTried] = useState<Tried>();
  const [problem, setProblem] = useState<Problem>();
  const parsed = read(given);

  const call = async () => {
    if (parsed === undefined) return;
    setCalling(true);
    setProblem(undefined);
    const answer = await ask("testFunction", { in: { name }, query: { wait: WAIT_S }, body: { input: parsed } });
    setCalling(false);
    if (answer.ok) setTried(answer.value);
    else setProblem(answer.problem);
  };

  return (
    <section className="stack tight" aria-label={told.test}>
      <div className="row">
        <h3 className="grow">{told.test}</h3>
        <button type="button" className="button" disabled={calling || parsed === undefined} onClick={() => void call()}>
          {calling ? told.calling : told.call}
        </button>
      </div>
      <div className="beside-each">
        <div className="field">
          <span className="label">{told.input}</span>
          <div className="text short">
            <Suspense fallback={null}>
              <CodeEditor label={told.input} language="json" value={given} change={setGiven} />
            </Suspense>
          </div>
          {parsed === undefined ? <span className="wrong">{told.badJson}</span> : null}
        </div>
        <div className="stack tight" aria-live="polite">
          {problem === undefined ? null : <ProblemNotice problem={problem} />}
          {tried === undefined ? null : (
            <>
              <div className="row wrap">
                <StateBadge state={tried.state as AnyState} />
                {tried.seconds === null ? null : <span className="faint small">{length(tried.seconds)}</span>}
                <a className="small mono" href={written({ page: "run", run: tried.run })}>
                  {tried.run.slice(0, 12)}
                </a>
              </div>
              <pre className="card pad small">{JSON.stringify(tried.error ?? tried.output, null, 2)}</pre>
              {tried.lines.length === 0 ? null : (
                <>
                  <h4 className="soft small">{told.printed}</h4>
                  <pre className="card pad small">{tried.lines.map((one) => one.text).join("\n")}</pre>
                </>
              )}
            </>
          )}
        </div>
      </div>
    </section>
  );
}

function read(text: string): { [name: string]: JsonValue } | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as { [name: string]: JsonValue })
      : undefined;
  } catch {
    return undefined;
  }
}

/** Something of the right shape to begin with: the schema's own examples and defaults, else an empty value of each type. */
function sample(schema: { [name: string]: JsonValue } | null): JsonValue {
  const properties = schema?.properties;
  if (typeof properties !== "object" || properties === null || Array.isArray(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      const one = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
      const examples = Array.isArray(one.examples) ? one.examples : [];
      return [name, one.default ?? examples[0] ?? EMPTY[String(one.type)] ?? null];
    }),
  );
}

const EMPTY: Readonly<Record<string, JsonValue>> = {
  string: texts.product,
  integer: 1,
  number: 1,
  boolean: true,
  array: [],
  object: {},
};
