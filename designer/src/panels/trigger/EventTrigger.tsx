// An event of another system: who says it, what it says, and what of its detail must hold.

import { useMemo } from "react";
import type { Json, JsonObject } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";
import { conditions, triggers } from "../../text/triggers.ts";
import { Condition, type Sample } from "../condition/Condition.tsx";
import { LinesField } from "../fields/LinesField.tsx";
import { useForm } from "../form.ts";
import type { Archived } from "./archived.ts";
import { sampleOf, usualEvent } from "./sample.ts";
import type { TriggerPart } from "./TriggerPanel.tsx";

const told = triggers.event;

export function EventTrigger({ name, trigger, set, archived }: TriggerPart & { archived: readonly Archived[] }) {
  const form = useForm();
  const pattern = trigger.event ?? {};
  const change = (next: JsonObject | undefined) => set({ ...trigger, event: next ?? {} });
  const put = (field: string, value: Json | undefined) => {
    if (value !== undefined) return change({ ...pattern, [field]: value });
    const { [field]: _, ...rest } = pattern;
    change(rest);
  };
  const samples = useMemo<readonly Sample[]>(() => {
    const made = { ...usualEvent("event", ""), ...sampleOf(pattern) };
    return [
      ...archived.map((one) => ({ id: one.id, text: `${one.type}, ${one.at}`, value: one.event as Json })),
      { id: "sample", text: told.sampleEvent, value: made },
    ];
  }, [archived, pattern]);
  const where = ["triggers", name, "event"];
  return (
    <>
      <Names
        field="source"
        label={told.sources}
        hint={told.sourcesHint}
        pattern={pattern}
        put={put}
        wrong={form.wrong([...where, "source"])}
      />
      <Names
        field="detail-type"
        label={told.types}
        hint={told.typesHint}
        pattern={pattern}
        put={put}
        wrong={form.wrong([...where, "detail-type"])}
      />
      <h4 className="label small">{told.detail}</h4>
      <Condition
        pattern={isMapping(pattern.detail) ? pattern.detail : undefined}
        change={(detail) => put("detail", detail)}
        schema={ANY}
        samples={samples}
        nothing={told.noArchive}
        path={where}
        none={conditions.anyDetail}
        within={{ pattern, change, field: "detail" }}
      />
    </>
  );
}

const ANY: JsonObject = {};

interface NamesProps {
  field: string;
  label: string;
  hint: string;
  pattern: JsonObject;
  put: (field: string, value: Json | undefined) => void;
  wrong: string | undefined;
}

/** Plain texts, one a line; what is more than that is edited as the pattern that it is. */
function Names({ field, label, hint, pattern, put, wrong }: NamesProps) {
  const tests = pattern[field];
  if (tests !== undefined && !(Array.isArray(tests) && tests.every((one) => typeof one === "string"))) {
    return (
      <p className="small">
        <span className="label">{label}</span> <code>{JSON.stringify(tests)}</code>
      </p>
    );
  }
  return (
    <LinesField
      label={label}
      hint={hint}
      value={tests as readonly string[] | undefined}
      change={(lines) => put(field, lines)}
      wrong={wrong}
    />
  );
}
