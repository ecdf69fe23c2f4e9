// Runs in a table, of one pipeline or of all: searched and narrowed by the address, brought up to date by itself.

import { useState } from "react";
import type { Operations } from "../api/generated/schema.ts";
import { useAsked } from "../api/useAsked.ts";
import { ask as put, useRoute, written } from "../routes.ts";
import { texts } from "../text/en.ts";
import { pages } from "../text/pages.ts";
import { ago, length, moment } from "../ui/ago.ts";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { type AnyState, StateBadge } from "../ui/State.tsx";

type Query = NonNullable<Operations["listRuns"]["query"]>;
type Run = Operations["listRuns"]["answer"]["runs"][number];

const STATES = ["requested", "running", "succeeded", "failed", "cancelled", "timed_out"] as const;
const REFRESHED_MS = 2_000;
const A_PAGE = 50;
const MOST = 200;

const told = pages.runs;

export function RunTable({ pipeline }: { pipeline?: string | undefined }) {
  const { asked } = useRoute();
  const [most, setMost] = useState(A_PAGE);
  const state = STATES.find((one) => one === asked.state);
  const query: Query = { most };
  if (pipeline !== undefined) query.pipeline = pipeline;
  if (state !== undefined) query.state = state;
  if (asked.q) query.q = asked.q;
  const found = useAsked("listRuns", { query }, REFRESHED_MS);
  const runs = found.value?.runs;
  const narrowed = state !== undefined || Boolean(asked.q);
  return (
    <>
      <search className="row wrap">
        <input
          className="input search"
          type="search"
          aria-label={told.search}
          placeholder={told.search}
          value={asked.q ?? ""}
          onChange={(event) => put({ q: event.target.value })}
        />
        <select
          className="input narrow"
          aria-label={told.state}
          value={state ?? ""}
          onChange={(event) => put({ state: event.target.value })}
        >
          <option value="">{told.anyState}</option>
          {STATES.map((one) => (
            <option key={one} value={one}>
              {texts.states[one]}
            </option>
          ))}
        </select>
      </search>
      {found.problem === undefined ? null : <ProblemNotice problem={found.problem} />}
      {runs === undefined ? (
        <p className="faint">{texts.loading}</p>
      ) : runs.length === 0 ? (
        <p className="card empty">{narrowed ? told.none : told.noneYet}</p>
      ) : (
        <div className="card">
          <table className="table folds">
            <thead>
              <tr>
                <th scope="col">{told.run}</th>
                {pipeline === undefined ? <th scope="col">{told.pipeline}</th> : null}
                <th scope="col">{told.state}</th>
                <th scope="col">{told.started}</th>
                <th scope="col">{told.took}</th>
                <th scope="col">{told.by}</th>
              </tr>
            </thead>
            <tbody>
              {runs.map((one) => (
                <Row key={one.run} one={one} named={pipeline === undefined} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.value?.next == null || most >= MOST ? null : (
        <button type="button" className="button" onClick={() => setMost(Math.min(MOST, most + A_PAGE))}>
          {told.more}
        </button>
      )}
    </>
  );
}

function Row({ one, named }: { one: Run; named: boolean }) {
  return (
    <tr>
      <td>
        <a className="mono" href={written({ page: "run", run: one.run })}>
          {one.run.slice(0, 12)}
        </a>
      </td>
      {named ? (
        <td>
          {one.pipeline}
          <span className="faint">@{one.version}</span>
        </td>
      ) : null}
      <td>
        <StateBadge state={one.state as AnyState} />
        {one.reason ? <p className="faint small">{one.reason}</p> : null}
      </td>
      <td title={one.started === null ? "" : moment(one.started)}>{one.started === null ? "" : ago(one.started)}</td>
      <td>{one.seconds === null ? "" : length(one.seconds)}</td>
      <td className="soft">{one.trigger}</td>
    </tr>
  );
}
