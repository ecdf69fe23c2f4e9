import { useState } from "react";
import type { Operations } from "../api/generated/schema.ts";
import { useAsked } from "../api/useAsked.ts";
import { ask as put, useRoute, written } from "../routes.ts";
import { texts } from "../text/en.ts";
import { pages } from "../text/pages.ts";
import { ago } from "../ui/ago.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { type AnyState, Recent } from "../ui/State.tsx";

type Listed = Operations["listPipelines"]["answer"]["pipelines"][number];

const told = pages.pipelines;
const REFRESHED_MS = 4_000;
const A_PAGE = 100;

export default function PipelinesPage() {
  const { asked } = useRoute();
  const [most, setMost] = useState(A_PAGE);
  const q = asked.q ?? "";
  const found = useAsked("listPipelines", { query: { q, project: asked.project, most } }, REFRESHED_MS);
  const projects = useAsked("listProjects", {});
  const listed = found.value?.pipelines;
  const empty = listed?.length === 0 && q === "" && asked.project === undefined;
  return (
    <main id="page" className="page" tabIndex={-1}>
      <div className="inner">
        <div className="row wrap">
          <h1 className="grow">{told.title}</h1>
          <a className="button main" href={written({ page: "new", project: asked.project })}>
            <Icon name="add" />
            {told.begin}
          </a>
        </div>
        {found.problem === undefined ? null : <ProblemNotice problem={found.problem} />}
        {empty ? (
          <Empty />
        ) : (
          <>
            <search className="row wrap">
              <input
                className="input search"
                type="search"
                aria-label={told.search}
                placeholder={told.search}
                value={q}
                onChange={(event) => put({ q: event.target.value })}
              />
              <select
                className="input narrow"
                aria-label={told.project}
                value={asked.project ?? ""}
                onChange={(event) => put({ project: event.target.value })}
              >
                <option value="">{told.all}</option>
                {projects.value?.projects.map((one) => (
                  <option key={one.project} value={one.project}>
                    {one.project}
                  </option>
                ))}
              </select>
            </search>
            {listed === undefined ? (
              <p className="faint">{texts.loading}</p>
            ) : (
              byProject(listed).map(([project, pipelines]) => (
                <section key={project} className="stack tight" aria-labelledby={`of-${project}`}>
                  <div className="row">
                    <h2 id={`of-${project}`}>{project}</h2>
                    <a
                      className="button plain icon"
                      href={written({ page: "project", project })}
                      aria-label={told.settings(project)}
                      title={told.settings(project)}
                    >
                      <Icon name="settings" />
                    </a>
                  </div>
                  <ul className="card rows">
                    {pipelines.map((one) => (
                      <Row key={one.name} one={one} />
                    ))}
                  </ul>
                </section>
              ))
            )}
            {listed?.length === 0 ? <p className="empty">{told.none}</p> : null}
            {found.value?.next == null ? null : (
              <button type="button" className="button" onClick={() => setMost(most + A_PAGE)}>
                {told.more}
              </button>
            )}
          </>
        )}
      </div>
    </main>
  );
}

function Row({ one }: { one: Listed }) {
  const newest = one.runs[0];
  return (
    <li className="row wrap pipeline">
      <div className="grow">
        <a
          className="name"
          href={written({ page: "pipeline", project: one.project, pipeline: one.pipeline, part: "draw" })}
        >
          {one.pipeline}
        </a>
        <p className="soft small cut">{one.description}</p>
      </div>
      <span className="row wrap small marks">
        <span className="badge">{one.live === null ? told.notLive : told.live(one.live)}</span>
        {one.paused ? <span className="badge warning">{told.paused}</span> : null}
        {one.draft.differs ? <span className="badge waiting">{told.draft}</span> : null}
        <span className="faint">
          {[told.tasks(one.tasks), ...one.triggers.map((kind) => told.triggers[kind] ?? kind)].join(" · ")}
        </span>
      </span>
      <a
        className="row recent-runs"
        href={written({ page: "pipeline", project: one.project, pipeline: one.pipeline, part: "runs" })}
      >
        <Recent states={[...one.runs].reverse().map((run) => run.state as AnyState)} />
        {newest === undefined ? null : <span className="faint small">{ago(newest.started)}</span>}
      </a>
    </li>
  );
}

function Empty() {
  return (
    <div className="card empty">
      <Icon name="pipeline" size={40} />
      <h2>{told.empty.title}</h2>
      <p>{told.empty.what}</p>
      <a className="button main" href={written({ page: "new", project: undefined })}>
        {told.empty.go}
      </a>
    </div>
  );
}

function byProject(listed: readonly Listed[]): [string, Listed[]][] {
  const found = new Map<string, Listed[]>();
  for (const one of listed) found.set(one.project, [...(found.get(one.project) ?? []), one]);
  return [...found];
}
