// Why a task ran, or why not yet, or why never: each edge into it, and the rule that carried it.

import { useAsked } from "../api/useAsked.ts";
import { words } from "../model/words.ts";
import { runs } from "../text/runs.ts";

const told = runs.view;

export function Why({ run, task, state }: { run: string; task: string; state: string }) {
  return <Asked key={`${task} ${state}`} run={run} task={task} />;
}

function Asked({ run, task }: { run: string; task: string }) {
  const found = useAsked("explainRun", { in: { run }, query: { task } });
  if (found.value === undefined) return null;
  const { why, edges } = found.value;
  return (
    <section className="stack tight" aria-label={told.why}>
      <h3>{told.why}</h3>
      <p data-testid="why">{why.replaceAll("->", "→")}</p>
      {edges.length === 0 ? null : (
        <ul className="stack tight small" aria-label={told.edgesIn}>
          {edges.map((one) => (
            <li key={one.id}>
              <p className="row wrap">
                <span className={`badge ${one.live ? "succeeded" : ""}`}>
                  {one.live === null ? told.undecided : one.live ? told.live : told.dead}
                </span>
                <span>
                  {one.from} {words.on(one.on)}: <span className="soft">{one.why}</span>
                </span>
              </p>
              {one.carried === null ? null : (
                <p className="faint cut" title={one.carried.rule ?? ""}>
                  {one.carried.rule === null ? told.carriedDirectly : told.carriedBy(one.carried.rule)}
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
