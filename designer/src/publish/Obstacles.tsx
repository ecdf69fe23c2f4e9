// What stands in the way, and what is wrong or doubtful: each with a link to where it is.

import type { Found, Impact } from "../api/generated/schema.ts";
import { problemOf } from "../editing/drafts.ts";
import { usePipeline, useSession } from "../editing/session.ts";
import { type Problem, subjectOf } from "../model/problems.ts";
import { type Place, written } from "../routes.ts";
import { publish } from "../text/publish.ts";
import { Icon } from "../ui/Icon.tsx";

export function Obstacles({ impact }: { impact: Impact }) {
  return (
    <>
      {impact.obstacles.length === 0 ? null : (
        <section className="stack tight" aria-label={publish.obstacles}>
          <h3>{publish.obstacles}</h3>
          <ul className="stack tight">
            {impact.obstacles.map((one) => (
              <li key={one.what} className={`notice ${one.stops ? "wrong" : "warning"}`}>
                <Icon name={one.stops ? "failed" : "problem"} />
                <span className="grow">
                  <span className="unseen">{one.stops ? publish.obstacle : publish.remark}: </span>
                  {one.what} <span className="soft">{one.advice}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <FoundProblems found={impact.problems} />
    </>
  );
}

function FoundProblems({ found }: { found: readonly Found[] }) {
  return <ProblemLinks problems={found.map(problemOf)} />;
}

export function ProblemLinks({ problems }: { problems: readonly Problem[] }) {
  const pipeline = usePipeline();
  const { editor, view } = useSession();
  if (problems.length === 0) return null;
  const { place } = editor.getState();
  const draw: Place = { page: "pipeline", ...place, part: "draw" };
  return (
    <section className="stack tight" aria-label={publish.problems}>
      <h3>{publish.problems}</h3>
      <ul className="stack tight">
        {[...problems].sort(worstFirst).map((one) => {
          const subject = subjectOf(pipeline, one.path);
          const asked =
            subject.kind === "task" ? { task: subject.name } : subject.kind === "edge" ? { edge: subject.key } : {};
          const open = () => {
            if (subject.kind === "trigger") view.setState({ opened: { kind: "trigger", name: subject.name } });
          };
          return (
            <li
              key={`${one.path.join("/")} ${one.message}`}
              className={`notice ${one.severity === "error" ? "wrong" : "warning"}`}
            >
              <Icon name={one.severity === "error" ? "failed" : "problem"} />
              <span className="grow">
                <a className="mono" href={written(draw, { ...asked, panel: "problems" })} onClick={open}>
                  {one.path.join(".") || publish.whole}
                </a>
                : {one.message} <span className="soft">{one.advice}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function worstFirst(one: Problem, other: Problem): number {
  return Number(other.severity === "error") - Number(one.severity === "error");
}
