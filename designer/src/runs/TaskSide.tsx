// One task of a run: what went in, what came out, each attempt, why it ran or not, and what it printed.

import type { RunDocument } from "../api/generated/schema.ts";
import { useSession } from "../editing/session.ts";
import { ancestors } from "../model/graph.ts";
import type { Pipeline } from "../model/pipeline.ts";
import { NOTHING } from "../model/selection.ts";
import { runs } from "../text/runs.ts";
import { length, moment } from "../ui/ago.ts";
import { Icon } from "../ui/Icon.tsx";
import { type AnyState, StateBadge } from "../ui/State.tsx";
import { Fact, Value } from "./Fact.tsx";
import { useGiven } from "./given.ts";
import { Log } from "./Log.tsx";
import { Settle } from "./Settle.tsx";
import { Why } from "./Why.tsx";
import { definitionOf } from "./watching.ts";

type Task = RunDocument["tasks"][number];

const told = runs.view;

export function TaskSide({ document, task }: { document: RunDocument; task: Task }) {
  const { editor } = useSession();
  return (
    <div className="stack pad">
      <div className="row wrap">
        <button
          type="button"
          className="button plain icon"
          aria-label={told.whole}
          title={told.whole}
          onClick={() => editor.select(NOTHING)}
        >
          <Icon name="back" />
        </button>
        <h2 className="grow cut">{task.task}</h2>
        <StateBadge state={task.state as AnyState} />
      </div>
      <Facts task={task} />
      {task.state === "waiting" ? <Settle run={document.run} task={task.task} /> : null}
      {task.error === null ? null : <Value name={told.error} value={task.error} wrong />}
      {task.state === "succeeded" || task.output !== null ? <Value name={told.output} value={task.output} /> : null}
      <Given document={document} task={task} />
      <Why run={document.run} task={task.task} state={task.state} />
      <Attempts task={task} />
      {task.state === "skipped" || task.state === "pending" ? null : <Log run={document.run} task={task.task} />}
    </div>
  );
}

function Facts({ task }: { task: Task }) {
  return (
    <dl className="facts">
      {task.started === null ? null : <Fact name={told.started}>{moment(task.started)}</Fact>}
      {task.seconds === null ? null : <Fact name={told.took}>{length(task.seconds)}</Fact>}
      {task.due === null ? null : <Fact name={told.due}>{moment(task.due)}</Fact>}
      {task.kept ? <Fact name={told.rerunOf}>{told.kept}</Fact> : null}
      {task.waits_for.length === 0 ? null : (
        <Fact name={told.waits}>{[...new Set(task.waits_for.map((one) => one.task))].join(", ")}</Fact>
      )}
      {task.progress === null ? null : (
        <Fact name={told.progress}>
          <progress max={1} value={task.progress.share} aria-label={told.progress} /> {task.progress.message}
        </Fact>
      )}
    </dl>
  );
}

/** What it was given; where that is not known, what the tasks before it gave. */
function Given({ document, task }: { document: RunDocument; task: Task }) {
  const given = useGiven(document, task);
  if (task.state === "skipped" || task.state === "pending" || given === undefined) return null;
  if (given === null) return <Before document={document} task={task} />;
  return (
    <div className="stack tight">
      <Value name={told.given} value={given} />
      <p className="faint small">{JSON.stringify(given).includes("${") ? told.givenUnsure : told.givenHow}</p>
    </div>
  );
}

function Before({ document, task }: { document: RunDocument; task: Task }) {
  const definition = definitionOf(document) as Pipeline | undefined;
  if (definition === undefined) return null;
  const names = ancestors(definition, task.task);
  const before = document.tasks.filter((one) => names.has(one.task) && one.state === "succeeded");
  if (before.length === 0) return null;
  return (
    <section className="stack tight" aria-label={told.before}>
      <h3>{told.before}</h3>
      {before.map((one) => (
        <details key={one.task} className="card fold">
          <summary>{told.beforeOf(one.task)}</summary>
          <div className="fold-body">
            <pre className="value small">{JSON.stringify(one.output, null, 2)}</pre>
          </div>
        </details>
      ))}
    </section>
  );
}

function Attempts({ task }: { task: Task }) {
  if (task.attempts.length < 2) return null;
  return (
    <section className="stack tight" aria-label={told.attempts}>
      <h3>{told.attempts}</h3>
      <ol className="stack tight">
        {task.attempts.map((one) => (
          <li key={one.attempt}>
            <p className="row">
              <span className="grow">{told.attempt(one.attempt)}</span>
              <span className="faint small">{moment(one.at)}</span>
              <StateBadge state={one.state as AnyState} />
            </p>
            {one.error === null ? null : (
              <details className="fold">
                <summary className="small">{String(one.error.message ?? one.error.type ?? told.error)}</summary>
                <pre className="value small bad">{JSON.stringify(one.error, null, 2)}</pre>
              </details>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
