// Variables and secrets of a project: what there is, and a line to set one. A secret's value goes in and never comes out.

import { type FormEvent, useState } from "react";
import { ask } from "../api/ask.ts";
import type { JsonValue } from "../api/generated/schema.ts";
import type { Answer, Problem } from "../api/problem.ts";
import { useAsked } from "../api/useAsked.ts";
import { texts } from "../text/en.ts";
import { pages } from "../text/pages.ts";
import { ago } from "../ui/ago.ts";
import { announce, tell } from "../ui/announcer.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";

type Kind = "variable" | "secret";

interface Row {
  name: string;
  value: string;
  from: string;
  at: string | null;
  /** As If-Match has it. */
  etag: string;
}

const told = pages.project;

export function Values({ project, kind }: { project: string; kind: Kind }) {
  const { rows, problem, again } = useRows(project, kind);
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [refused, setRefused] = useState<Problem>();

  const settled = (answer: Answer<unknown>) => {
    setRefused(answer.ok ? undefined : answer.problem);
    if (!answer.ok) return again();
    announce(told.saved);
    setName("");
    setValue("");
    again();
  };
  const set = async (event: FormEvent) => {
    event.preventDefault();
    settled(
      await put(
        project,
        kind,
        name,
        value,
        rows?.find((one) => one.name === name),
      ),
    );
  };
  const drop = async (which: Row) => {
    const answer = await away(project, kind, which);
    if (answer.ok) again();
    else tell(answer.problem.detail, "wrong", answer.problem.advice);
  };

  return (
    <div className="card">
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {rows === undefined ? (
        <p className="faint pad">{texts.loading}</p>
      ) : rows.length === 0 ? (
        <p className="faint pad">{told.empty}</p>
      ) : (
        <table className="table folds">
          <thead>
            <tr>
              <th scope="col">{told.name}</th>
              <th scope="col">{told.value}</th>
              <th scope="col">{told.from}</th>
              <th scope="col">
                <span className="unseen">{texts.nav.settings}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.name}>
                <td className="mono">{one.name}</td>
                <td className="mono">{one.value}</td>
                <td className="soft">
                  {one.from} {one.at === null ? "" : ago(one.at)}
                </td>
                <td className="end">
                  <button
                    type="button"
                    className="button plain icon"
                    aria-label={told.remove(one.name)}
                    onClick={() => void drop(one)}
                  >
                    <Icon name="remove" />
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <form className="row wrap pad line" onSubmit={set}>
        <input
          className="input narrow mono"
          aria-label={told.name}
          placeholder={told.name}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <input
          className="input search mono"
          type={kind === "secret" ? "password" : "text"}
          autoComplete="off"
          aria-label={told.value}
          placeholder={told.value}
          required
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <button type="submit" className="button">
          {told.set}
        </button>
      </form>
      {refused === undefined ? null : <ProblemNotice problem={refused} />}
    </div>
  );
}

function useRows(
  project: string,
  kind: Kind,
): { rows: Row[] | undefined; problem: Problem | undefined; again: () => void } {
  // Each kind has a view of its own, so one of the two asks for nothing that is shown elsewhere.
  const variables = useAsked("listVariables", { in: { project } });
  const secrets = useAsked("listSecrets", { in: { project } });
  if (kind === "variable") {
    const rows = variables.value?.variables.map((one) => ({
      name: one.name,
      value: JSON.stringify(one.value),
      from: one.source,
      at: one.at,
      etag: `"${one.etag}"`,
    }));
    return { rows, problem: variables.problem, again: variables.again };
  }
  const rows = secrets.value?.secrets.map((one) => ({
    name: one.name,
    value: one.set ? told.hasValue : told.noValue,
    from: one.source,
    at: one.at,
    etag: `"${one.etag}"`,
  }));
  return { rows, problem: secrets.problem, again: secrets.again };
}

/** Against what is shown: one that somebody else has set meanwhile is not overwritten unseen. */
function put(
  project: string,
  kind: Kind,
  name: string,
  value: string,
  there: Row | undefined,
): Promise<Answer<unknown>> {
  const made = there === undefined ? { ifNoneMatch: "*" } : { ifMatch: there.etag };
  return kind === "variable"
    ? ask("putVariable", { in: { project, name }, body: { value: read(value) }, ...made })
    : ask("putSecret", { in: { project, name }, body: { value }, ...made });
}

function away(project: string, kind: Kind, { name, etag: ifMatch }: Row): Promise<Answer<unknown>> {
  return kind === "variable"
    ? ask("removeVariable", { in: { project, name }, ifMatch })
    : ask("removeSecret", { in: { project, name }, ifMatch });
}

/** JSON where it is JSON; any other text is a text. */
function read(value: string): JsonValue {
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    return value;
  }
}
