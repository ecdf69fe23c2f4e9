// What a publish, or going back to a version, would mean: all of it, before it happens.

import type { ReactNode } from "react";
import type { Impact } from "../api/generated/schema.ts";
import { DifferenceView } from "../difference/DifferenceView.tsx";
import type { Drawn } from "../model/merged.ts";
import { publish } from "../text/publish.ts";
import { Heard } from "./Heard.tsx";
import { InFlight } from "./InFlight.tsx";
import { Obstacles } from "./Obstacles.tsx";
import { PriceBeside } from "./PriceBeside.tsx";
import { Quota } from "./Quota.tsx";
import { Rules } from "./Rules.tsx";

const told = publish.sections;

interface Props {
  impact: Impact;
  before: Drawn | undefined;
  after: Drawn | undefined;
  /** A version that was there before, and not the draft. */
  isBack?: boolean;
}

export function Review({ impact, before, after, isBack = false }: Props) {
  return (
    <>
      <p className="notice">{isBack ? publish.back(impact.version) : inWords(impact)}</p>
      <Obstacles impact={impact} />
      {before === undefined || after === undefined ? null : (
        <Section title={told.drawing}>
          <DifferenceView before={before} after={after} />
        </Section>
      )}
      <Section title={told.rules}>
        <Rules rules={impact.rules} plan={impact.plan} why={impact.why} />
        <Quota quota={impact.quota} />
      </Section>
      <Section title={told.price}>
        <PriceBeside price={impact.price} />
      </Section>
      <Section title={told.events}>
        <Heard heard={impact.archive} triggers={impact.triggers} />
      </Section>
      <Section title={told.flight}>
        <InFlight runs={impact.in_flight} drains={impact.drains} />
      </Section>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="stack" aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function inWords({ version, live, new: isNew, rules }: Impact): string {
  if (!isNew && version === live) {
    return rules.added.length > 0 ? publish.sameMended(version) : publish.same(version);
  }
  if (live === null) return publish.first;
  return isNew ? publish.becomes(version, live) : publish.back(version);
}
