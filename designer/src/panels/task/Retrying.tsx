import { DEFAULT_RETRY, type Jitter, type Retry } from "../../model/pipeline.ts";
import { waitsOf } from "../../model/waits.ts";
import { panels } from "../../text/panels.ts";
import { LinesField } from "../fields/LinesField.tsx";
import { CheckField, DurationField, NumberField, SelectField } from "../fields/plain.tsx";
import { useForm } from "../form.ts";
import type { TaskPart } from "../TaskPanel.tsx";

const told = panels.task;
const JITTERS: readonly Jitter[] = ["full", "equal", "none"];

/** When a failed attempt is tried again, and what the waits come to. */
export function Retrying({ name, task, set }: TaskPart) {
  const form = useForm();
  const retry = task.retry ?? undefined;
  const put = (change: { [Field in keyof Retry]: Retry[Field] | undefined }) => {
    const next: Record<string, unknown> = { ...retry, ...change };
    for (const [field, value] of Object.entries(next)) if (value === undefined) delete next[field];
    set({ retry: next as Retry });
  };
  const wrong = (field: string) => form.wrong(["tasks", name, "retry", field]);
  return (
    <>
      <CheckField
        label={told.retry}
        value={retry !== undefined}
        change={(on) =>
          set({ retry: on ? { attempts: DEFAULT_RETRY.attempts, delay: DEFAULT_RETRY.delay } : undefined })
        }
      />
      {retry === undefined ? null : (
        <>
          <div className="pair">
            <NumberField
              label={told.attempts}
              whole
              least={1}
              most={100}
              placeholder={String(DEFAULT_RETRY.attempts)}
              value={retry.attempts}
              change={(attempts) => put({ attempts })}
              wrong={wrong("attempts")}
            />
            <DurationField
              label={told.delay}
              placeholder={DEFAULT_RETRY.delay}
              value={retry.delay}
              change={(delay) => put({ delay })}
              wrong={wrong("delay")}
            />
            <NumberField
              label={told.backoff}
              least={1}
              most={100}
              placeholder={String(DEFAULT_RETRY.backoff)}
              value={retry.backoff}
              change={(backoff) => put({ backoff })}
              wrong={wrong("backoff")}
            />
            <DurationField
              label={told.maxDelay}
              placeholder={DEFAULT_RETRY.max_delay}
              value={retry.max_delay}
              change={(max_delay) => put({ max_delay })}
              wrong={wrong("max_delay")}
            />
          </div>
          <SelectField
            label={told.jitter}
            value={retry.jitter ?? DEFAULT_RETRY.jitter}
            options={JITTERS.map((one) => [one, told.jitters[one]] as const)}
            change={(jitter) => put({ jitter: jitter === DEFAULT_RETRY.jitter ? undefined : jitter })}
          />
          <LinesField
            label={told.on}
            hint={told.onHint}
            value={retry.on}
            change={(on) => put({ on })}
            wrong={wrong("on")}
          />
          <p className="small faint">{told.waits(waitsOf(retry).join(", "))}</p>
        </>
      )}
    </>
  );
}
