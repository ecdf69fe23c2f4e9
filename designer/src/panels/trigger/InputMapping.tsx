// What input a run gets from its trigger's event, and what tells two events apart that are to start one run.

import { usePipeline } from "../../editing/session.ts";
import type { Json } from "../../model/pipeline.ts";
import { inlined } from "../../model/schema.ts";
import { triggers } from "../../text/triggers.ts";
import { ExpressionInput } from "../expression/ExpressionInput.tsx";
import { SelectField } from "../fields/plain.tsx";
import { useTyped } from "../fields/typed.ts";
import { ValueForm } from "../fields/ValueForm.tsx";
import { useForm } from "../form.ts";
import type { TriggerPart } from "./TriggerPanel.tsx";

const told = triggers.input;

export function InputMapping({ name, trigger, set }: TriggerPart) {
  const form = useForm();
  const schema = usePipeline().input ?? undefined;
  const isMapped = trigger.input !== undefined && trigger.input !== null;
  const put = (field: "input" | "key", value: Json | undefined) => {
    const next: Record<string, unknown> = { ...trigger, [field]: value };
    if (value === undefined) delete next[field];
    set(next);
  };
  const key = useTyped<string | undefined>(
    trigger.key,
    (one) => one ?? "",
    (text) => ({ value: text === "" ? undefined : text }),
    (next) => put("key", next),
  );
  const path = ["triggers", name, "input"];
  return (
    <>
      <SelectField<"event" | "mapped">
        label={told.what}
        value={isMapped ? "mapped" : "event"}
        options={[
          ["event", told.event],
          ["mapped", told.mapped],
        ]}
        change={(how) => put("input", how === "mapped" ? (schema === undefined ? "${detail}" : {}) : undefined)}
        wrong={isMapped ? undefined : form.wrong(path)}
      />
      {isMapped ? (
        <ValueForm
          label={told.label}
          schema={schema === undefined ? undefined : inlined(schema)}
          value={trigger.input}
          change={(next) => put("input", next ?? {})}
          path={path}
          told={undefined}
        />
      ) : null}
      <ExpressionInput
        label={told.key}
        hint={told.keyHint}
        text={key.text}
        type={key.type}
        leave={key.leave}
        path={["triggers", name, "key"]}
        wrong={form.wrong(["triggers", name, "key"])}
      />
    </>
  );
}
