// What starts the run: an input, or an event of outside, with a sample for each trigger and what the archive has.

import { lazy, Suspense, useId, useState } from "react";
import { useAsked } from "../api/useAsked.ts";
import { usePipeline, useSession } from "../editing/session.ts";
import { triggersOf } from "../model/pipeline.ts";
import { simulate } from "../text/simulate.ts";
import { ago } from "../ui/ago.ts";
import { patiently } from "../ui/patiently.ts";
import { sampleEvent } from "./sample_event.ts";
import { readJson, simulatingOf, useSimulating } from "./store.ts";

const CodeEditor = lazy(patiently(() => import("../code/CodeEditor.tsx")));
const ARCHIVED = 30;
const OWN = "";

export function Beginning() {
  const session = useSession();
  const store = simulatingOf(session);
  const { by, input, event } = useSimulating(session);
  const text = by === "event" ? event : input;
  const label = by === "event" ? simulate.event : simulate.input;
  const set = (given: string) => store.setState(by === "event" ? { event: given } : { input: given });
  return (
    <>
      <fieldset className="kinds">
        <legend className="unseen">{simulate.start}</legend>
        {(["input", "event"] as const).map((one) => (
          <label key={one} className="kind" data-chosen={one === by}>
            <input type="radio" name="simulate-by" checked={one === by} onChange={() => store.setState({ by: one })} />
            {one === "input" ? simulate.byInput : simulate.byEvent}
          </label>
        ))}
      </fieldset>
      {by === "event" ? <Samples choose={(given) => store.setState({ event: given })} isEmpty={event === ""} /> : null}
      <div className="text simulate-text">
        <Suspense fallback={null}>
          <CodeEditor key={by} label={label} language="json" value={text} change={set} />
        </Suspense>
      </div>
      {readJson(text) === undefined ? (
        <p className="wrong small" role="alert">
          {simulate.notJson}
        </p>
      ) : null}
    </>
  );
}

function Samples({ choose, isEmpty }: { choose: (event: string) => void; isEmpty: boolean }) {
  const pipeline = usePipeline();
  const archive = useAsked("searchArchive", { query: { most: ARCHIVED } });
  const [chosen, setChosen] = useState(OWN);
  const field = useId();
  const samples = Object.entries(triggersOf(pipeline)).flatMap(([name, trigger]) => {
    const event = sampleEvent(trigger);
    return event === undefined
      ? []
      : [{ id: `trigger ${name}`, text: simulate.sampleOf(name), event: event as object }];
  });
  const kept = (archive.value?.events ?? []).map((one) => ({
    id: `event ${one.id}`,
    text: simulate.archivedAt(one.type, one.source, ago(one.at)),
    event: one.event as object,
  }));
  const take = (id: string) => {
    setChosen(id);
    const found = [...samples, ...kept].find((one) => one.id === id);
    if (found !== undefined) choose(JSON.stringify(found.event, null, 2));
  };
  return (
    <div className="field">
      <label htmlFor={field}>{simulate.samples}</label>
      <select id={field} className="input" value={chosen} onChange={(event) => take(event.target.value)}>
        <option value={OWN}>{isEmpty ? "…" : simulate.ownEvent}</option>
        {samples.map((one) => (
          <option key={one.id} value={one.id}>
            {one.text}
          </option>
        ))}
        {kept.length === 0 ? null : (
          <optgroup label={simulate.archived}>
            {kept.map((one) => (
              <option key={one.id} value={one.id}>
                {one.text}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </div>
  );
}
