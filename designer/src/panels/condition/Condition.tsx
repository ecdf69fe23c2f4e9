// A condition or a pattern: in words, line by line, or as the event pattern that it is; and a try of it on an event, which says
// line by line what holds.

import { lazy, Suspense, useMemo, useState } from "react";
import { conditionInWords, readCondition } from "../../model/condition.ts";
import { canBeDrafted } from "../../model/operators.ts";
import type { Json, JsonObject, Path } from "../../model/pipeline.ts";
import { texts } from "../../text/en.ts";
import { panels } from "../../text/panels.ts";
import { conditions as told } from "../../text/triggers.ts";
import { Icon } from "../../ui/Icon.tsx";
import { patiently } from "../../ui/patiently.ts";
import { valueAt } from "../expression/preview.ts";
import { useForm } from "../form.ts";
import { sampleOf } from "../trigger/sample.ts";
import { Clauses } from "./Clauses.tsx";
import { suggestedIn } from "./heard.ts";
import { Tester } from "./Tester.tsx";
import { type Tried, useTried } from "./tried.ts";

const RawPattern = lazy(patiently(() => import("./RawPattern.tsx")));

export interface Sample {
  readonly id: string;
  readonly text: string;
  readonly value: Json;
}

interface Props {
  pattern: JsonObject | undefined;
  /** Absent: there is no condition. */
  change: (pattern: JsonObject | undefined) => void;
  schema: JsonObject;
  /** What it can be tried on. */
  samples: readonly Sample[];
  /** Why there is no sample. */
  nothing: string;
  path: Path;
  /** What it means that there is none. */
  none: string;
  /** Where this one is a part of a pattern: that pattern, which is what is tried and what is edited as it is. */
  within?: Within | undefined;
}

export interface Within {
  readonly pattern: JsonObject;
  readonly change: (pattern: JsonObject | undefined) => void;
  /** The field of it that this one is about. */
  readonly field: string;
}

const NO_PATTERN: JsonObject = {};

export function Condition({ pattern, change, schema, samples, nothing, path, none, within }: Props) {
  const form = useForm();
  const [asked, setAsked] = useState(false);
  const [begun, setBegun] = useState(false);
  const [event, setEvent] = useState<Json>(() => samples[0]?.value ?? sampleOf(pattern ?? NO_PATTERN));
  const clauses = useMemo(() => (pattern === undefined ? [] : readCondition(pattern)), [pattern]);
  const canSay = clauses !== undefined && canBeDrafted(clauses);
  const raw = asked || !canSay;
  const tried = useTried(within?.pattern ?? pattern, event);
  const field = within?.field;
  const suggested = useMemo(() => {
    const values = samples.map((one) => (field === undefined ? one.value : (valueAt(one.value, [field]) ?? null)));
    return suggestedIn(schema, values);
  }, [schema, samples, field]);
  const wrong = form.wrong(path);
  const tester =
    pattern === undefined && within === undefined ? null : (
      <Tester samples={samples} nothing={nothing} event={event} change={setEvent} tried={tried} />
    );
  if (pattern === undefined && !begun && !asked) {
    return (
      <>
        <p className="small soft">{none}</p>
        <div className="row wrap">
          <button type="button" className="button" onClick={() => setBegun(true)}>
            <Icon name="add" />
            {told.add}
          </button>
          <button type="button" className="button plain" onClick={() => setAsked(true)}>
            {told.raw}
          </button>
        </div>
        {tester}
      </>
    );
  }
  return (
    <>
      {pattern === undefined ? null : (
        <p className="sentence">
          {told.when} {conditionInWords(pattern)}
        </p>
      )}
      <div className="row">
        {/* biome-ignore lint/a11y/useSemanticElements: two buttons, not a form's part */}
        <div className="row segments grow" role="group" aria-label={told.mode}>
          <button type="button" className="tiny" aria-pressed={!raw} disabled={!canSay} onClick={() => setAsked(false)}>
            {told.builder}
          </button>
          <button type="button" className="tiny" aria-pressed={raw} onClick={() => setAsked(true)}>
            {told.raw}
          </button>
        </div>
        <button
          type="button"
          className="tiny"
          aria-label={told.clear}
          onClick={() => {
            setBegun(false);
            setAsked(false);
            change(undefined);
            form.settle();
          }}
        >
          {panels.remove}
        </button>
      </div>
      {canSay ? null : <p className="small faint">{told.cannot}</p>}
      {raw ? (
        <Suspense fallback={<p className="faint small">{texts.loading}</p>}>
          <RawPattern pattern={within?.pattern ?? pattern ?? {}} change={within?.change ?? change} tried={tried} />
        </Suspense>
      ) : (
        <Clauses clauses={clauses ?? []} change={change} suggested={suggested} failed={failedIn(tried, field)} />
      )}
      {wrong && tried?.verdict !== "invalid" ? <p className="wrong small">{wrong}</p> : null}
      {tester}
    </>
  );
}

/** Which fields do not hold; absent while it is not known. */
function failedIn(tried: Tried | undefined, field: string | undefined): ReadonlySet<string> | undefined {
  if (tried === undefined || tried.verdict === "invalid") return undefined;
  const before = field === undefined ? "" : `${field}.`;
  const fields = tried.failures.flatMap((one) => one.fields);
  return new Set(fields.map((one) => (one.startsWith(before) ? one.slice(before.length) : one)));
}
