// A simulation, one step after the other: what happens, which rule carries it to whom, and what each task is given.

import { useEffect, useState } from "react";
import type { Simulated } from "../api/generated/schema.ts";
import { useSession } from "../editing/session.ts";
import { texts } from "../text/en.ts";
import { simulate } from "../text/simulate.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { go, stepInWords } from "./store.ts";

const STEP_MS = 900;

export function Steps({ told, at }: { told: Simulated; at: number }) {
  const of = told.steps.length;
  return (
    <>
      <Triggers told={told} />
      {told.starts ? null : (
        <div className="notice warning">
          <div>
            <p>{simulate.noStart}</p>
            <ul className="small">
              {told.refused.map((why) => (
                <li key={why}>{why}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {of === 0 ? null : (
        <>
          <Player at={at} of={of} />
          <Step told={told} at={at} />
          {at === of ? <Ending told={told} /> : null}
        </>
      )}
    </>
  );
}

function Player({ at, of }: { at: number; of: number }) {
  const session = useSession();
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    if (at >= of) return setPlaying(false);
    const timer = setTimeout(() => go(session, at + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, at, of, session]);
  const button = (icon: IconName, text: string, to: number, disabled: boolean) => (
    <button
      type="button"
      className="button icon"
      aria-label={text}
      title={text}
      disabled={disabled}
      onClick={() => {
        setPlaying(false);
        go(session, to);
      }}
    >
      <Icon name={icon} />
    </button>
  );
  const play = () => {
    if (!playing && at >= of) go(session, 0);
    setPlaying(!playing);
  };
  return (
    <div className="row wrap" role="toolbar" aria-label={simulate.steps}>
      {button("back", simulate.previous, at - 1, at <= 0)}
      <button type="button" className="button" onClick={play}>
        <Icon name={playing ? "pause" : "play"} />
        {playing ? simulate.stop : simulate.play}
      </button>
      {button("next", simulate.next, at + 1, at >= of)}
      <label className="row grow">
        <span className="small soft">{simulate.step(at, of)}</span>
        <input
          className="grow"
          type="range"
          min={0}
          max={of}
          value={at}
          aria-label={simulate.steps}
          onChange={(event) => {
            setPlaying(false);
            go(session, Number(event.target.value));
          }}
        />
      </label>
    </div>
  );
}

function Step({ told, at }: { told: Simulated; at: number }) {
  const step = told.steps[at - 1];
  if (step === undefined) return null;
  const next = [...new Set(step.rules.flatMap((rule) => rule.reached.filter((one) => one.decision === "run")))];
  return (
    <div className="stack tight" aria-live="polite">
      <h2>
        {at}. {stepInWords(told, at)}
      </h2>
      {step.rules.length === 0 ? <p className="soft small">{simulate.nobody}</p> : null}
      <ul className="stack tight">
        {step.rules.map((rule) => (
          <li key={rule.rule}>
            <p className="soft">{simulate.carried(rule.hears.replaceAll("`", ""))}</p>
            <ul className="reached">
              {rule.reached.map((one) => (
                <li key={one.task}>
                  <strong>{one.task}</strong>{" "}
                  {one.decision === null ? "" : (simulate.decides[one.decision] ?? one.decision)}
                </li>
              ))}
            </ul>
            <p className="faint small mono cut" title={rule.rule}>
              {rule.rule}
            </p>
          </li>
        ))}
      </ul>
      {next.map((one) => (
        <Given key={one.task} task={one.task} told={told} />
      ))}
    </div>
  );
}

function Given({ task, told }: { task: string; told: Simulated }) {
  const given = told.tasks[task];
  if (given === undefined) return null;
  const text = JSON.stringify(given.parameters, null, 2);
  return (
    <details className="card fold" open>
      <summary>{simulate.given(task)}</summary>
      <div className="fold-body">
        <pre className="value small">{text}</pre>
        {text.includes("${") ? <p className="faint small">{simulate.assumed}</p> : null}
      </div>
    </details>
  );
}

function Ending({ told }: { told: Simulated }) {
  return (
    <div className="stack tight">
      {told.skipped.length === 0 ? null : (
        <section aria-label={simulate.skipped}>
          <h3 className="soft small">{simulate.skipped}</h3>
          <ul className="small">
            {told.skipped.map((one) => (
              <li key={one.task}>
                <strong>{one.task}</strong>: {one.why.replaceAll("->", "→")}
              </li>
            ))}
          </ul>
        </section>
      )}
      {told.unhandled.length === 0 ? null : <p className="wrong">{simulate.unhandled(told.unhandled.join(", "))}</p>}
      <p className={`notice ${told.end === "succeeded" ? "" : "warning"}`}>
        {told.end === null ? simulate.noEnd : simulate.end(texts.states[told.end])}
      </p>
    </div>
  );
}

function Triggers({ told }: { told: Simulated }) {
  if (told.triggers.length === 0) return null;
  return (
    <section aria-label={simulate.triggers}>
      <h3 className="soft small">{simulate.triggers}</h3>
      <ul className="small">
        {told.triggers.map((one) => (
          <li key={one.trigger}>
            <strong>{one.trigger}</strong> {one.taken ? simulate.takes : simulate.passes}
            {one.why === "" ? "" : `: ${one.why}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
