import { useAsked } from "../../api/useAsked.ts";
import type { S3Source } from "../../model/pipeline.ts";
import { panels } from "../../text/panels.ts";
import { triggers } from "../../text/triggers.ts";
import { LinesField } from "../fields/LinesField.tsx";
import { TextField } from "../fields/plain.tsx";
import { useForm } from "../form.ts";
import type { TriggerPart } from "./TriggerPanel.tsx";

const told = triggers.s3;

/** An object in a bucket: which bucket, and which of its objects. */
export function S3Trigger({ name, trigger, set }: TriggerPart) {
  const form = useForm();
  const { value } = useAsked("listBuckets", {});
  const source = trigger.s3 ?? { bucket: "" };
  const put = (change: { [Field in keyof S3Source]?: S3Source[Field] | undefined }) => {
    const next: Record<string, unknown> = { ...source, ...change };
    for (const [field, one] of Object.entries(next)) if (one === undefined) delete next[field];
    set({ ...trigger, s3: next as unknown as S3Source });
  };
  const wrong = (field: string) => form.wrong(["triggers", name, "s3", field]);
  return (
    <>
      <TextField
        label={told.bucket}
        mono
        required
        among={value?.buckets ?? []}
        value={source.bucket === "" ? undefined : source.bucket}
        change={(bucket) => put({ bucket: bucket ?? "" })}
        wrong={wrong("bucket")}
      />
      <TextField
        label={told.prefix}
        hint={told.prefixHint}
        mono
        placeholder={panels.none}
        value={source.prefix}
        change={(prefix) => put({ prefix })}
        wrong={wrong("prefix")}
      />
      <LinesField
        label={told.suffix}
        hint={told.suffixHint}
        value={source.suffix}
        change={(suffix) => put({ suffix })}
        wrong={wrong("suffix")}
      />
    </>
  );
}
