// One trigger: what starts a run, and what input the run gets from it.

import { useMemo } from "react";
import { useProblemsOf } from "../../editing/problems.ts";
import { usePipeline, useSession } from "../../editing/session.ts";
import type { Known, Where } from "../../model/completion.ts";
import { removeTriggers, renameTrigger, setTrigger } from "../../model/edits/triggers.ts";
import { type JsonObject, type Source, sourceOf, type Trigger } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";
import { canvas } from "../../text/canvas.ts";
import { panels } from "../../text/panels.ts";
import { triggers as told } from "../../text/triggers.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Around } from "../Around.tsx";
import { NameField } from "../fields/plain.tsx";
import { Section } from "../fields/Section.tsx";
import { Head, RemoveButton } from "../Head.tsx";
import { useKnown } from "../known.ts";
import { type Archived, useArchived } from "./archived.ts";
import { EventTrigger } from "./EventTrigger.tsx";
import { InputMapping } from "./InputMapping.tsx";
import { PipelineTrigger } from "./PipelineTrigger.tsx";
import { S3Trigger } from "./S3Trigger.tsx";
import { ScheduleTrigger } from "./ScheduleTrigger.tsx";
import { sampleOf, usualEvent } from "./sample.ts";
import { WebhookTrigger } from "./WebhookTrigger.tsx";

export interface TriggerPart {
  name: string;
  trigger: Trigger;
  set: (trigger: Trigger) => void;
}

export function TriggerPanel({ name, trigger }: { name: string; trigger: Trigger }) {
  const { editor, view } = useSession();
  const { project } = usePipeline();
  const base = useKnown();
  const problems = useProblemsOf("trigger", name);
  const source = sourceOf(trigger);
  const archived = useArchived(trigger);
  const where = useMemo<Where>(() => ({ kind: "trigger", source: source === "webhook" ? "webhook" : "bus" }), [source]);
  const event = useMemo(() => eventFor(trigger, source, archived, project), [trigger, source, archived, project]);
  const known = useMemo<Known>(() => ({ ...base, event }), [base, event]);
  const part: TriggerPart = {
    name,
    trigger,
    set: (next) => void editor.edit((sketch) => setTrigger(sketch, name, next)),
  };
  const remove = () => {
    editor.edit((sketch) => removeTriggers(sketch, new Set([name])));
    view.setState({ opened: { kind: "pipeline" } });
  };
  const rename = (next: string) => {
    const no = editor.edit((sketch) => renameTrigger(sketch, name, next));
    if (no === undefined) view.setState({ opened: { kind: "trigger", name: next } });
    return no?.refused;
  };
  const kind = canvas.triggers[source ?? ""] ?? "";
  return (
    <Around where={where} known={known} scope={event} problems={problems}>
      <Head icon="trigger" kind={`${panels.kinds.trigger}: ${kind}`} title={name}>
        <button
          type="button"
          className="button plain icon"
          aria-label={panels.kinds.pipeline}
          title={panels.kinds.pipeline}
          onClick={() => view.setState({ opened: { kind: "pipeline" } })}
        >
          <Icon name="back" />
        </button>
        <RemoveButton label={`${panels.remove} ${name}`} remove={remove} />
      </Head>
      <div className="section-body first">
        <NameField label={panels.name} value={name} take={rename} />
      </div>
      <Section id="trigger source" title={told.source}>
        <SourceForm part={part} source={source} archived={archived} />
      </Section>
      <Section id="trigger input" title={told.input.title}>
        <InputMapping {...part} />
      </Section>
    </Around>
  );
}

interface SourceProps {
  part: TriggerPart;
  source: Source | undefined;
  archived: readonly Archived[];
}

function SourceForm({ part, source, archived }: SourceProps) {
  switch (source) {
    case "event":
      return <EventTrigger {...part} archived={archived} />;
    case "s3":
      return <S3Trigger {...part} />;
    case "schedule":
      return <ScheduleTrigger {...part} />;
    case "webhook":
      return <WebhookTrigger {...part} />;
    case "pipeline":
      return <PipelineTrigger {...part} />;
    case "manual":
      return <p className="small soft">{told.manual}</p>;
    case undefined:
      return null;
  }
}

/** What the expressions of the trigger are previewed over: an event that came in, else one that would be taken up. */
function eventFor(
  trigger: Trigger,
  source: Source | undefined,
  archived: readonly Archived[],
  project: string,
): JsonObject {
  const came = archived[0]?.event;
  if (came !== undefined) return came as JsonObject;
  const usual = usualEvent(source ?? "event", trigger.s3?.bucket ?? `${project}/${trigger.pipeline?.pipeline ?? ""}`);
  return isMapping(trigger.event) ? { ...usual, ...sampleOf(trigger.event) } : usual;
}
