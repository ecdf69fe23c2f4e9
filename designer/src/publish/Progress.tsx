import { publish } from "../text/publish.ts";
import { Icon } from "../ui/Icon.tsx";
import type { Phase } from "./publishing.ts";

const told = publish.steps;

type Going = Extract<Phase, { kind: "putting" | "flipping" | "live" }>;

/** Step by step until it is live. */
export function Progress({ phase, version }: { phase: Going; version: number }) {
  const put = phase.kind !== "putting";
  const live = phase.kind === "live";
  const steps = [
    { text: told.save, done: true },
    { text: told.check, done: true },
    {
      text: put ? told.rules(phase.impact.rules.added.length, phase.impact.rules.removed.length) : told.put,
      done: put,
    },
    { text: live ? told.live(version) : told.flip(version), done: live },
  ];
  const now = steps.findIndex((one) => !one.done);
  return (
    <div className="card pad stack tight" role="status">
      <ol className="progress-steps">
        {steps.map((one, at) => (
          <li key={one.text} className={one.done ? "done" : at === now ? "turning" : "faint"}>
            <Icon name={one.done ? "succeeded" : at === now ? "running" : "pending"} />
            {one.text}
          </li>
        ))}
      </ol>
      {live ? null : <p className="faint small">{told.slow}</p>}
    </div>
  );
}
