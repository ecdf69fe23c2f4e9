// How each task is taken to end.

import { usePipeline, useSession } from "../editing/session.ts";
import { readingOrder } from "../model/graph.ts";
import { simulate } from "../text/simulate.ts";
import { type End, readJson, simulatingOf, useSimulating } from "./store.ts";

const KINDS = ["usual", "output", "failed", "error"] as const;
const USUAL: End = { kind: "usual", text: "" };

export function Outcomes() {
  const session = useSession();
  const pipeline = usePipeline();
  const { ends } = useSimulating(session);
  const set = (task: string, end: End) => simulatingOf(session).setState({ ends: { ...ends, [task]: end } });
  return (
    <section className="stack tight at-ends" aria-label={simulate.outcomes}>
      <h2>{simulate.outcomes}</h2>
      <ul className="outcomes">
        {readingOrder(pipeline).map((task) => (
          <One key={task} task={task} end={ends[task] ?? USUAL} set={(end) => set(task, end)} />
        ))}
      </ul>
      <p className="faint small">
        {simulate.ends.usual}: {simulate.usualHint}
      </p>
    </section>
  );
}

function One({ task, end, set }: { task: string; end: End; set: (end: End) => void }) {
  const isWrong = end.kind === "output" && readJson(end.text) === undefined;
  return (
    <li>
      <div className="row">
        <span className="grow cut" title={task}>
          {task}
        </span>
        <select
          className="input narrow"
          aria-label={simulate.outcomeOf(task)}
          value={end.kind}
          onChange={(event) => set({ ...end, kind: KINDS.find((one) => one === event.target.value) ?? "usual" })}
        >
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {simulate.ends[one]}
            </option>
          ))}
        </select>
      </div>
      {end.kind === "output" ? (
        <textarea
          className="input"
          rows={2}
          aria-label={simulate.output(task)}
          aria-invalid={isWrong}
          placeholder='{"width": 100}'
          value={end.text}
          onChange={(event) => set({ ...end, text: event.target.value })}
        />
      ) : null}
      {isWrong ? <p className="wrong small">{simulate.notJson}</p> : null}
      {end.kind === "error" ? (
        <input
          className="input"
          aria-label={simulate.errorType(task)}
          placeholder="TimeoutError"
          value={end.text}
          onChange={(event) => set({ ...end, text: event.target.value })}
        />
      ) : null}
    </li>
  );
}
