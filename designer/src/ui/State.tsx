// The state of a run or a task: a word, a colour and a shape.

import { texts } from "../text/en.ts";
import { Icon, type IconName } from "./Icon.tsx";

export type AnyState =
  | "pending"
  | "ready"
  | "requested"
  | "running"
  | "waiting"
  | "retrying"
  | "skipped"
  | "failed"
  | "succeeded"
  | "cancelled"
  | "timed_out";

export const STATE_ICONS: Readonly<Record<AnyState, IconName>> = {
  pending: "pending",
  ready: "pending",
  requested: "pending",
  running: "running",
  waiting: "waiting",
  retrying: "retrying",
  skipped: "skipped",
  failed: "failed",
  succeeded: "succeeded",
  cancelled: "stopped",
  timed_out: "waiting",
};

export function StateBadge({ state }: { state: AnyState }) {
  return (
    <span className={`badge ${state}`}>
      <Icon name={STATE_ICONS[state]} size={12} />
      {texts.states[state]}
    </span>
  );
}

/** The last runs at a glance, the newest at the end. */
export function Recent({ states }: { states: readonly AnyState[] }) {
  if (states.length === 0) return <span className="faint small">{texts.neverRun}</span>;
  const told = states.map((one) => texts.states[one]).join(", ");
  return (
    <span className="recent" role="img" aria-label={`${texts.lastRuns}: ${told}`}>
      {states.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have no other name, and none changes its place
        <span key={at} className={`dot ${one}`} title={texts.states[one]} />
      ))}
    </span>
  );
}
