// Beside a run's canvas: the chosen task, or the run itself with its tasks, its events and what it wrote.

import { useState } from "react";
import type { RunDocument } from "../api/generated/schema.ts";
import { useSession } from "../editing/session.ts";
import { selectTasks } from "../model/selection.ts";
import { written } from "../routes.ts";
import { runs } from "../text/runs.ts";
import { length, moment } from "../ui/ago.ts";
import { type AnyState, StateBadge } from "../ui/State.tsx";
import { Tabs } from "../ui/Tabs.tsx";
import { Artifacts } from "./Artifacts.tsx";
import { Events } from "./Events.tsx";
import { Fact, Value } from "./Fact.tsx";
import { TaskSide } from "./TaskSide.tsx";

const told = runs.view;

type Tab = "overview" | "events" | "artifacts";

const TABS: readonly { id: Tab; text: string }[] = [
  { id: "overview", text: told.overview },
  { id: "events", text: told.events },
  { id: "artifacts", text: told.artifacts },
];

export function RunSide({ document, chosen }: { document: RunDocument; chosen: string | undefined }) {
  const [tab, setTab] = useState<Tab>("overview");
  const task = document.tasks.find((one) => one.task === chosen);
  return (
    <aside className="inspector run-side" aria-label={task?.task ?? told.tasks}>
      {task === undefined ? (
        <>
          <Tabs label={told.tabs} tabs={TABS} chosen={tab} choose={setTab} />
          <div className="pad" role="tabpanel" aria-label={TABS.find((one) => one.id === tab)?.text}>
            {tab === "overview" ? <Overview document={document} /> : null}
            {tab === "events" ? <Events run={document.run} /> : null}
            {tab === "artifacts" ? <Artifacts run={document.run} state={document.state} /> : null}
          </div>
        </>
      ) : (
        <TaskSide document={document} task={task} />
      )}
    </aside>
  );
}

function Overview({ document }: { document: RunDocument }) {
  const { editor, view } = useSession();
  return (
    <div className="stack">
      <h2 className="unseen">{told.thisRun}</h2>
      <dl className="facts">
        {document.reason === null ? null : <Fact name={told.reason}>{document.reason}</Fact>}
        <Fact name={told.started}>{moment(document.started)}</Fact>
        {document.ended === null ? (
          <Fact name={told.deadline}>{moment(document.deadline)}</Fact>
        ) : (
          <Fact name={told.ended}>{moment(document.ended)}</Fact>
        )}
        {document.rerun_of === null ? null : (
          <Fact name={told.rerunOf}>
            <a className="mono" href={written({ page: "run", run: document.rerun_of })}>
              {document.rerun_of.slice(0, 12)}
            </a>
          </Fact>
        )}
      </dl>
      <Value name={told.input} value={document.input} />
      <section className="stack tight" aria-label={told.tasks}>
        <h3>{told.tasks}</h3>
        <ul className="run-tasks">
          {document.tasks.map((one) => (
            <li key={one.task}>
              <button
                type="button"
                className="row"
                onClick={() => {
                  editor.select(selectTasks(one.task));
                  view.setState({ shown: { task: one.task } });
                }}
              >
                <span className="grow cut">{one.task}</span>
                {one.seconds === null ? null : <span className="faint small">{length(one.seconds)}</span>}
                <StateBadge state={one.state as AnyState} />
              </button>
            </li>
          ))}
        </ul>
      </section>
      <p className="faint small">{told.choose}</p>
    </div>
  );
}
