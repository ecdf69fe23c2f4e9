// The pipeline itself: what it is for, what a run takes, how many may run at once, what starts one.

import { useMemo } from "react";
import { add } from "../editing/adding.ts";
import { itemsOf, useCatalogue } from "../editing/catalogue.ts";
import { useProblems } from "../editing/problems.ts";
import { usePipeline, useSession } from "../editing/session.ts";
import { type PipelineFields, setPipeline } from "../model/edits/triggers.ts";
import { type Concurrency, sourceOf, triggersOf } from "../model/pipeline.ts";
import { subjectOf } from "../model/problems.ts";
import { canvas } from "../text/canvas.ts";
import { panels } from "../text/panels.ts";
import { Icon } from "../ui/Icon.tsx";
import { Around } from "./Around.tsx";
import { DurationField, NumberField, SelectField, TextField } from "./fields/plain.tsx";
import { Section } from "./fields/Section.tsx";
import { useForm } from "./form.ts";
import { Head } from "./Head.tsx";
import { InputSchema } from "./InputSchema.tsx";
import { useKnown } from "./known.ts";

const told = panels.pipeline;

export function PipelinePanel() {
  const { editor } = useSession();
  const pipeline = usePipeline();
  const known = useKnown();
  const all = useProblems();
  const problems = useMemo(
    () => all.filter((one) => subjectOf(pipeline, one.path).kind === "pipeline"),
    [all, pipeline],
  );
  const set = (fields: PipelineFields) => void editor.edit((sketch) => setPipeline(sketch, fields));
  return (
    <Around where={undefined} known={known} scope={undefined} problems={problems}>
      <Head icon="pipeline" kind={panels.kinds.pipeline} title={pipeline.pipeline} />
      <div className="section-body first">
        <TextField
          label={panels.description}
          rows={3}
          value={pipeline.description}
          change={(description) => set({ description })}
        />
        <Limits set={set} />
      </div>
      <Section id="pipeline triggers" title={told.triggers}>
        <Triggers />
      </Section>
      <Section id="pipeline input" title={told.input}>
        <InputSchema schema={pipeline.input} change={(input) => set({ input })} />
      </Section>
    </Around>
  );
}

function Limits({ set }: { set: (fields: PipelineFields) => void }) {
  const pipeline = usePipeline();
  const form = useForm();
  const now = pipeline.concurrency ?? undefined;
  const limit = typeof now === "number" ? now : now?.limit;
  const full = typeof now === "object" ? now.full : undefined;
  const put = (next: number | undefined, then: "queue" | "drop" | undefined) => {
    const made: Concurrency | undefined =
      next === undefined ? undefined : then === undefined ? next : { limit: next, full: then };
    set({ concurrency: made });
  };
  return (
    <>
      <TextField
        label={told.owner}
        value={pipeline.owner ?? undefined}
        change={(owner) => set({ owner })}
        wrong={form.wrong(["owner"])}
      />
      <div className="pair">
        <DurationField
          label={told.deadline}
          placeholder="1d"
          value={pipeline.deadline}
          change={(deadline) => set({ deadline })}
          wrong={form.wrong(["deadline"])}
        />
        <NumberField
          label={told.concurrency}
          whole
          least={1}
          most={100_000}
          placeholder={told.unlimited}
          value={limit}
          change={(next) => put(next, full)}
          wrong={form.wrong(["concurrency"])}
        />
      </div>
      {limit === undefined ? null : (
        <SelectField<"queue" | "drop">
          label={told.full}
          value={full ?? "queue"}
          options={[
            ["queue", told.fulls.queue],
            ["drop", told.fulls.drop],
          ]}
          change={(next) => put(limit, next === "queue" ? undefined : next)}
        />
      )}
    </>
  );
}

function Triggers() {
  const session = useSession();
  const pipeline = usePipeline();
  const catalogue = useCatalogue();
  const items = itemsOf(catalogue).filter((one) => one.kind === "trigger");
  const triggers = Object.entries(triggersOf(pipeline));
  return (
    <>
      {triggers.length === 0 ? <p className="faint small">{told.noTriggers}</p> : null}
      <ul className="stack tight">
        {triggers.map(([name, trigger]) => (
          <li key={name}>
            <button
              type="button"
              className="button plain line"
              onClick={() => session.view.setState({ opened: { kind: "trigger", name } })}
            >
              <Icon name="trigger" />
              <span className="cut">{name}</span>
              <span className="faint small grow end">{canvas.triggers[sourceOf(trigger) ?? ""]}</span>
              <Icon name="next" size={12} />
            </button>
          </li>
        ))}
      </ul>
      <SelectField
        label={told.addTrigger}
        value=""
        options={[["", "…"], ...items.map((one) => [one.name, `${one.title}: ${one.description}`] as const)]}
        change={(name) => {
          const item = items.find((one) => one.name === name);
          if (item !== undefined) add(session, item);
        }}
      />
    </>
  );
}
