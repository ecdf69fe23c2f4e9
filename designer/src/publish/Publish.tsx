// The page that stands before a publish: what would happen; then that it happens; then what now.

import { useEffect, useState } from "react";
import { useEditor } from "../editing/session.ts";
import { problemsOf } from "../state/editor.ts";
import { publish } from "../text/publish.ts";
import { tell } from "../ui/announcer.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { Both } from "./Both.tsx";
import { ProblemLinks } from "./Obstacles.tsx";
import { Progress } from "./Progress.tsx";
import { Published } from "./Published.tsx";
import { usePublishing } from "./publishing.ts";
import { Review } from "./Review.tsx";
import { useReview } from "./reviewing.ts";
import "../styles/publish.css";
import "../styles/runs.css";

const UNREADABLE = 422;

export default function Publish({ project, pipeline }: { project: string; pipeline: string }) {
  const [over, setOver] = useState(false);
  const [note, setNote] = useState("");
  const { impact, before, after, problem, unsaved, looking, again } = useReview({ project, pipeline }, over);
  const { phase, go, back } = usePublishing({ project, pipeline });
  const problems = useEditor(problemsOf);
  const isGoing = phase.kind === "putting" || phase.kind === "flipping";

  useEffect(() => {
    if (phase.kind === "live") tell(publish.done.title(phase.impact.version));
  }, [phase]);

  if (isGoing || phase.kind === "live") {
    const version = phase.kind === "putting" ? (impact?.version ?? 0) : phase.impact.version;
    return (
      <div className="review">
        <h2>{publish.title(pipeline)}</h2>
        <Progress phase={phase} version={version} />
        {phase.kind === "live" ? <Published place={{ project, pipeline }} version={version} /> : null}
      </div>
    );
  }
  const isSame =
    impact !== undefined && !impact.new && impact.version === impact.live && impact.rules.added.length === 0;
  return (
    <div className="review" aria-busy={looking}>
      <div className="stack tight">
        <h2>{publish.title(pipeline)}</h2>
        <p className="soft">{looking && impact === undefined ? publish.looking : publish.what}</p>
      </div>
      {unsaved ? <p className="notice warning">{publish.unsaved}</p> : null}
      {phase.kind === "refused" ? <ProblemNotice problem={phase.problem} /> : null}
      {problem === undefined ? null : problem.status === UNREADABLE && problems.length > 0 ? (
        <>
          <p className="notice wrong">{publish.impossible}</p>
          <ProblemLinks problems={problems} />
        </>
      ) : (
        <ProblemNotice problem={problem} />
      )}
      {impact === undefined ? null : (
        <>
          <Both project={project} pipeline={pipeline} over={over} setOver={setOver} />
          <Review impact={impact} before={before} after={after} />
        </>
      )}
      <div className="review-foot">
        <button
          type="button"
          className="button main"
          disabled={looking || problem !== undefined || unsaved || impact === undefined || !impact.possible}
          onClick={() => {
            if (impact !== undefined) void go(impact, note, over);
          }}
        >
          <Icon name="publish" />
          {impact === undefined
            ? publish.goAny
            : isSame
              ? publish.goSame
              : over
                ? publish.over(impact.version)
                : publish.go(impact.version)}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => {
            back();
            again();
          }}
        >
          <Icon name="retrying" />
          {publish.again}
        </button>
        <label className="field">
          <span className="label">{publish.note}</span>
          <input
            className="input"
            maxLength={2000}
            placeholder={publish.noteHint}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
      </div>
    </div>
  );
}
