import { lazy, Suspense, useState } from "react";
import { type Json, same } from "../../model/pipeline.ts";
import { texts } from "../../text/en.ts";
import { conditions, triggers } from "../../text/triggers.ts";
import { Icon } from "../../ui/Icon.tsx";
import { patiently } from "../../ui/patiently.ts";
import { SelectField } from "../fields/plain.tsx";
import { Section } from "../fields/Section.tsx";
import type { Sample } from "./Condition.tsx";
import type { Tried } from "./tried.ts";

const RawValue = lazy(patiently(() => import("../fields/RawValue.tsx")));
const told = conditions.test;
const OWN = "own";

interface Props {
  samples: readonly Sample[];
  nothing: string;
  event: Json;
  change: (event: Json) => void;
  tried: Tried | undefined;
}

/** Tries it on what there is, or on what somebody writes, and says what fails. */
export function Tester({ samples, nothing, event, change, tried }: Props) {
  const [own, setOwn] = useState(false);
  const chosen = own ? undefined : samples.find((one) => same(one.value, event));
  return (
    <Section id="condition test" title={told.title}>
      {samples.length === 0 ? (
        <p className="faint small">{nothing}</p>
      ) : (
        <SelectField
          label={triggers.event.choose}
          value={chosen?.id ?? OWN}
          options={[...samples.map((one) => [one.id, one.text] as const), [OWN, told.sample]]}
          change={(id) => {
            const found = samples.find((one) => one.id === id);
            setOwn(found === undefined);
            if (found !== undefined) change(found.value);
          }}
        />
      )}
      <Verdict tried={tried} />
      <Suspense fallback={<p className="faint small">{texts.loading}</p>}>
        <RawValue
          label={told.event}
          value={event}
          change={(next) => {
            setOwn(true);
            change(next);
          }}
          lines={9}
        />
      </Suspense>
    </Section>
  );
}

function Verdict({ tried }: { tried: Tried | undefined }) {
  if (tried === undefined) return <p className="verdict small faint">{told.waiting}</p>;
  if (tried.verdict === "invalid") {
    return (
      <p className="verdict small failed" role="status">
        <Icon name="failed" size={12} /> {tried.what}. {tried.advice}
      </p>
    );
  }
  if (tried.verdict === "match") {
    return (
      <p className="verdict small succeeded" role="status">
        <Icon name="succeeded" size={12} /> {told.match}
      </p>
    );
  }
  return (
    <div className="verdict small failed" role="status">
      <p>
        <Icon name="failed" size={12} /> {told.noMatch}
      </p>
      <ul>
        {tried.failures.map((one) => (
          <li key={`${one.branch} ${one.fields.join(".")}`}>{one.what}</li>
        ))}
      </ul>
    </div>
  );
}
