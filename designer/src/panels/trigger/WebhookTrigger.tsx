// A call from outside: how it is signed, with which secret, and the address and a command to try it with.

import { address } from "../../api/client.ts";
import { usePipeline } from "../../editing/session.ts";
import type { WebhookSource } from "../../model/pipeline.ts";
import { triggers } from "../../text/triggers.ts";
import { CopyField } from "../fields/CopyField.tsx";
import { DurationField, SelectField } from "../fields/plain.tsx";
import { useForm } from "../form.ts";
import { useBeside } from "../known.ts";
import { curlFor, type Style } from "./curl.ts";
import { NewSecret } from "./NewSecret.tsx";
import type { TriggerPart } from "./TriggerPanel.tsx";

const told = triggers.webhook;
const STYLES: readonly Style[] = ["plain", "github", "stripe", "none"];

export function WebhookTrigger({ name, trigger, set }: TriggerPart) {
  const form = useForm();
  const { project, pipeline } = usePipeline();
  const secrets = useBeside((now) => now.secrets);
  const source = trigger.webhook ?? {};
  const style = source.signature ?? "plain";
  const secret = source.secret ?? "";
  const put = (change: { [Field in keyof WebhookSource]?: WebhookSource[Field] | undefined }) => {
    const next: Record<string, unknown> = { ...source, ...change };
    for (const [field, one] of Object.entries(next)) if (one === undefined || one === null) delete next[field];
    set({ ...trigger, webhook: next as WebhookSource });
  };
  const wrong = (field: string) => form.wrong(["triggers", name, "webhook", field]);
  const url = address(`/hooks/${[project, pipeline, name].map(encodeURIComponent).join("/")}`);
  const names = secret !== "" && !secrets.includes(secret) ? [secret, ...secrets] : secrets;
  return (
    <>
      <SelectField<Style>
        label={told.signature}
        value={style}
        options={STYLES.map((one) => [one, told.signatures[one]] as const)}
        change={(signature) =>
          put(signature === "none" ? { signature, secret: undefined, window: undefined } : { signature })
        }
        hint={style === "none" ? told.unsigned : undefined}
        wrong={wrong("signature")}
      />
      {style === "none" ? null : (
        <>
          <SelectField
            label={told.secret}
            required
            value={secret}
            options={[
              ...(secret === "" ? [["", told.noSecret] as const] : []),
              ...names.map((one) => [one, one] as const),
            ]}
            change={(one) => put({ secret: one === "" ? undefined : one })}
            hint={told.secretHint}
            wrong={wrong("secret")}
          />
          <NewSecret
            project={project}
            wanted={secrets.includes(secret) ? "" : secret}
            made={(one) => put({ secret: one })}
          />
          {style === "github" ? null : (
            <DurationField
              label={told.window}
              placeholder="5m"
              value={source.window}
              change={(window) => put({ window })}
              wrong={wrong("window")}
            />
          )}
        </>
      )}
      <CopyField label={told.url} text={url} />
      <CopyField label={told.command} text={curlFor(style, url, secret)} hint={told.after} />
    </>
  );
}
