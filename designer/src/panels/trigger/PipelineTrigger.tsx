import { useAsked } from "../../api/useAsked.ts";
import { usePipeline } from "../../editing/session.ts";
import type { PipelineSource, RunEnd } from "../../model/pipeline.ts";
import { panels } from "../../text/panels.ts";
import { triggers } from "../../text/triggers.ts";
import { TextField } from "../fields/plain.tsx";
import { useForm } from "../form.ts";
import type { TriggerPart } from "./TriggerPanel.tsx";

const told = triggers.pipeline;
const ENDS: readonly RunEnd[] = ["succeeded", "failed", "cancelled", "timed_out"];
const USUAL: readonly RunEnd[] = ["succeeded"];

/** The end of another pipeline's run: whose, and which ends. */
export function PipelineTrigger({ name, trigger, set }: TriggerPart) {
  const form = useForm();
  const here = usePipeline();
  const source = trigger.pipeline ?? { pipeline: "" };
  const project = source.project ?? here.project;
  const { value } = useAsked("listPipelines", { query: { project, most: 100 } });
  const projects = useAsked("listProjects", {}).value?.projects.map((one) => one.project) ?? [];
  const put = (change: { [Field in keyof PipelineSource]?: PipelineSource[Field] | undefined }) => {
    const next: Record<string, unknown> = { ...source, ...change };
    for (const [field, one] of Object.entries(next)) if (one === undefined) delete next[field];
    set({ ...trigger, pipeline: next as unknown as PipelineSource });
  };
  const on = source.on ?? USUAL;
  const toggle = (end: RunEnd) => {
    const next = on.includes(end)
      ? on.filter((one) => one !== end)
      : ENDS.filter((one) => on.includes(one) || one === end);
    if (next.length > 0) put({ on: next });
    form.settle();
  };
  const wrong = (field: string) => form.wrong(["triggers", name, "pipeline", field]);
  return (
    <>
      <TextField
        label={told.which}
        required
        mono
        among={value?.pipelines.map((one) => one.pipeline).filter((one) => one !== here.pipeline) ?? []}
        value={source.pipeline === "" ? undefined : source.pipeline}
        change={(pipeline) => put({ pipeline: pipeline ?? "" })}
        wrong={wrong("pipeline")}
      />
      <TextField
        label={told.project}
        mono
        among={projects}
        placeholder={`${here.project} (${told.own})`}
        value={source.project ?? undefined}
        change={(next) => put({ project: next })}
        wrong={wrong("project")}
      />
      <fieldset className="field">
        <legend className="label small">{told.on}</legend>
        {ENDS.map((end) => (
          <label key={end} className="row check">
            <input
              type="checkbox"
              checked={on.includes(end)}
              disabled={on.length === 1 && on.includes(end)}
              title={on.length === 1 && on.includes(end) ? told.one : undefined}
              onChange={() => toggle(end)}
            />
            {panels.ends[end]}
          </label>
        ))}
      </fieldset>
    </>
  );
}
