// A task that waits for a callback is settled by whoever has its token: also by a person.

import { useId, useState } from "react";
import { ask } from "../api/ask.ts";
import type { JsonValue } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { runs } from "../text/runs.ts";
import { tell } from "../ui/announcer.ts";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";

const told = runs.view;

export function Settle({ run, task }: { run: string; task: string }) {
  const [token, setToken] = useState("");
  const [text, setText] = useState("");
  const [failed, setFailed] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const ids = { token: useId(), text: useId() };
  const output = read(text);
  const settle = async () => {
    setProblem(undefined);
    const how = failed ? { error: { message: text } } : { output: output ?? null };
    const answer = await ask("settleTask", { in: { run, task }, body: { token: token.trim(), ...how } });
    if (answer.ok) tell(told.settled);
    else setProblem(answer.problem);
  };
  return (
    <details className="card fold">
      <summary>{told.settle}</summary>
      <form
        className="fold-body"
        onSubmit={(event) => {
          event.preventDefault();
          void settle();
        }}
      >
        <p className="soft small">{told.settleWhat}</p>
        <div className="field">
          <label htmlFor={ids.token}>{told.token}</label>
          <input
            id={ids.token}
            className="input mono"
            autoComplete="off"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </div>
        <label className="row">
          <input type="checkbox" checked={failed} onChange={(event) => setFailed(event.target.checked)} />
          {told.settleFailed}
        </label>
        <div className="field">
          <label htmlFor={ids.text}>{failed ? told.settleError : told.settleOutput}</label>
          <textarea
            id={ids.text}
            className="input"
            rows={3}
            aria-invalid={!failed && output === undefined}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {failed || output !== undefined ? null : <span className="wrong">{told.notJson}</span>}
        </div>
        {problem === undefined ? null : <ProblemNotice problem={problem} />}
        <button type="submit" className="button" disabled={token.trim() === "" || (!failed && output === undefined)}>
          {told.settleGo}
        </button>
      </form>
    </details>
  );
}

/** Nothing typed is no output. */
function read(text: string): JsonValue | undefined {
  try {
    return text.trim() === "" ? null : (JSON.parse(text) as JsonValue);
  } catch {
    return undefined;
  }
}
