// Functions of the workspace: listed, written, and tried out.

import { type FormEvent, lazy, Suspense, useState } from "react";
import { ask } from "../api/ask.ts";
import type { Problem } from "../api/problem.ts";
import { useAsked } from "../api/useAsked.ts";
import { go, written } from "../routes.ts";
import { texts } from "../text/en.ts";
import { pages } from "../text/pages.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { patiently } from "../ui/patiently.ts";

const FunctionEditor = lazy(patiently(() => import("../functions/FunctionEditor.tsx")));

const told = pages.functions;

export default function FunctionsPage({ name }: { name: string | undefined }) {
  const found = useAsked("listFunctions", {});
  const listed = found.value?.functions;
  return (
    <main id="page" className="page beside" tabIndex={-1}>
      <aside className="stack" aria-label={told.title}>
        <h1>{told.title}</h1>
        {found.problem === undefined ? null : <ProblemNotice problem={found.problem} />}
        {listed === undefined ? <p className="faint">{texts.loading}</p> : null}
        {listed?.length === 0 ? <p className="faint">{told.none}</p> : null}
        <ul className="card rows">
          {listed?.map((one) => (
            <li key={one.name}>
              <a
                className="name"
                href={written({ page: "functions", name: one.name })}
                aria-current={one.name === name ? "page" : undefined}
              >
                {one.name}
              </a>
              <p className="soft small">{one.description}</p>
              {one.problem === "" ? null : <p className="wrong small">{one.problem}</p>}
            </li>
          ))}
        </ul>
        <Begin again={found.again} />
      </aside>
      {name === undefined ? (
        <div />
      ) : (
        <Suspense fallback={<p className="faint">{texts.loading}</p>}>
          <FunctionEditor key={name} name={name} changed={found.again} />
        </Suspense>
      )}
    </main>
  );
}

function Begin({ again }: { again: () => void }) {
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const make = async (event: FormEvent) => {
    event.preventDefault();
    const files = { "handler.py": told.start };
    const answer = await ask("writeFunction", { in: { name }, body: { files }, ifNoneMatch: "*" });
    setProblem(answer.ok ? undefined : answer.problem);
    if (!answer.ok) return;
    again();
    setName("");
    go({ page: "functions", name });
  };
  return (
    <form className="stack tight" onSubmit={make}>
      <div className="row">
        <input
          className="input"
          aria-label={told.begin}
          placeholder={told.begin}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button icon" aria-label={told.begin}>
          <Icon name="add" />
        </button>
      </div>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
    </form>
  );
}
