import { useState } from "react";
import { ask } from "../api/ask.ts";
import type { RunDocument } from "../api/generated/schema.ts";
import type { Answer } from "../api/problem.ts";
import { hasEnded } from "../model/run.ts";
import { go, written } from "../routes.ts";
import { runs } from "../text/runs.ts";
import { ago, length, moment } from "../ui/ago.ts";
import { tell } from "../ui/announcer.ts";
import { Icon } from "../ui/Icon.tsx";
import { type AnyState, StateBadge } from "../ui/State.tsx";

const told = runs.view;

/** What a run is, and what can be done to it. */
export function RunHead({ document }: { document: RunDocument }) {
  const [busy, setBusy] = useState(false);
  const [project = "", pipeline = ""] = document.pipeline.split("/");
  const failed = document.tasks.some((one) => one.state === "failed");

  const done = async (asked: Promise<Answer<{ run: string }>>, said: string) => {
    setBusy(true);
    const answer = await asked;
    setBusy(false);
    if (!answer.ok) return tell(answer.problem.detail, "wrong", answer.problem.advice);
    tell(said);
    if (answer.value.run !== document.run) go({ page: "run", run: answer.value.run });
  };
  const again = (from_failed: boolean) =>
    done(ask("rerun", { in: { run: document.run }, body: { from_failed }, key: crypto.randomUUID() }), told.again);

  return (
    <div className="toolbar run-head">
      <a
        className="button plain icon"
        href={written({ page: "pipeline", project, pipeline, part: "runs" })}
        aria-label={told.back}
        title={told.back}
      >
        <Icon name="back" />
      </a>
      <h1 className="cut">
        <a href={written({ page: "pipeline", project, pipeline, part: "draw" })} title={told.edit}>
          {document.pipeline}
        </a>
        <span className="faint">@{document.version}</span>
      </h1>
      <span className="mono faint small cut" title={document.run}>
        {document.run.slice(0, 12)}
      </span>
      <StateBadge state={document.state as AnyState} />
      <span className="soft small" title={moment(document.started)}>
        {ago(document.started)}
        {document.seconds === null ? "" : ` · ${length(document.seconds)}`}
        {document.trigger === null ? "" : ` · ${document.trigger}`}
      </span>
      <span className="grow" />
      {hasEnded(document.state) ? (
        <>
          {failed ? (
            <button type="button" className="button" disabled={busy} onClick={() => void again(true)}>
              <Icon name="retrying" />
              {told.rerunFailed}
            </button>
          ) : null}
          <button type="button" className="button" disabled={busy} onClick={() => void again(false)}>
            <Icon name="play" />
            {told.rerun}
          </button>
        </>
      ) : (
        <button
          type="button"
          className="button danger"
          disabled={busy}
          onClick={() => void done(ask("cancelRun", { in: { run: document.run }, body: {} }), told.cancelled)}
        >
          <Icon name="stopped" />
          {told.cancel}
        </button>
      )}
    </div>
  );
}
