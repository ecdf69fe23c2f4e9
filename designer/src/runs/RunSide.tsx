// Beside a run's canvas: the chosen task, or the run itself.

import type { ReactNode } from "react";
import type { JsonValue, RunDocument } from "../api/schema.ts";
import { useSession } from "../editing/session.ts";
import { selectTasks } from "../model/selection.ts";
import { written } from "../routes.ts";
import { runs } from "../text/runs.ts";
import { length, moment } from "../ui/ago.ts";
import { type AnyState, StateBadge } from "../ui/State.tsx";
import { Log } from "./Log.tsx";

type Task = RunDocument["tasks"][number];

const told = runs.view;

export function RunSide({ document, chosen }: { document: RunDocument; chosen: string | undefined }) {
  const task = document.tasks.find((one) => one.task === chosen);
  return (
    <aside className="inspector run-side" aria-label={task?.task ?? told.tasks}>
      {task === undefined ? <Whole document={document} /> : <One run={document.run} task={task} />}
    </aside>
  );
}

function Whole({ document }: { document: RunDocument }) {
  const { editor, view } = useSession();
  return (
    <div className="stack pad">
      {document.reason === null ? null : <Fact name={told.reason}>{document.reason}</Fact>}
      <dl className="facts">
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
      <section className="stack tight">
        <h2>{told.tasks}</h2>
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

function One({ run, task }: { run: string; task: Task }) {
  return (
    <div className="stack pad">
      <div className="row wrap">
        <h2 className="grow cut">{task.task}</h2>
        <StateBadge state={task.state as AnyState} />
      </div>
      {task.why === null ? null : (
        <p className="notice" data-testid="why">
          {task.why}
        </p>
      )}
      <dl className="facts">
        {task.started === null ? null : <Fact name={told.started}>{moment(task.started)}</Fact>}
        {task.seconds === null ? null : <Fact name={told.took}>{length(task.seconds)}</Fact>}
        {task.due === null ? null : <Fact name={told.due}>{moment(task.due)}</Fact>}
        {task.waits_for.length === 0 ? null : (
          <Fact name={told.waits}>{[...new Set(task.waits_for.map((one) => one.task))].join(", ")}</Fact>
        )}
        {task.progress === null ? null : (
          <Fact name={told.progress}>
            <progress max={1} value={task.progress.share} /> {task.progress.message}
          </Fact>
        )}
      </dl>
      {task.error === null ? null : <Value name={told.error} value={task.error} wrong />}
      {task.state === "succeeded" || task.output !== null ? <Value name={told.output} value={task.output} /> : null}
      {task.attempts.length < 2 ? null : (
        <section className="stack tight">
          <h3>{told.attempts}</h3>
          <ol className="run-tasks">
            {task.attempts.map((one) => (
              <li key={one.attempt} className="row">
                <span className="grow">{told.attempt(one.attempt)}</span>
                <span className="faint small">{moment(one.at)}</span>
                <StateBadge state={one.state as AnyState} />
              </li>
            ))}
          </ol>
        </section>
      )}
      <Log run={run} task={task.task} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="faint small">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Value({ name, value, wrong = false }: { name: string; value: JsonValue; wrong?: boolean }) {
  return (
    <section className="stack tight" aria-label={name}>
      <h3>{name}</h3>
      <pre className={`value small ${wrong ? "bad" : ""}`}>{JSON.stringify(value, null, 2)}</pre>
    </section>
  );
}
