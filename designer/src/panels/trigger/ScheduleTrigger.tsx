// The clock: times as cron, in words, with the next five in their zone; or a rate.

import { useMemo } from "react";
import { nextTimes, readCron } from "../../model/cron.ts";
import { cronInWords } from "../../model/cron_words.ts";
import type { ScheduleSource } from "../../model/pipeline.ts";
import { isZone } from "../../model/zone.ts";
import { triggers } from "../../text/triggers.ts";
import { DurationField, SelectField, TextField } from "../fields/plain.tsx";
import { useForm } from "../form.ts";
import type { TriggerPart } from "./TriggerPanel.tsx";

const told = triggers.schedule;
const SHOWN = 5;
const UTC = "UTC";

export function ScheduleTrigger({ name, trigger, set }: TriggerPart) {
  const form = useForm();
  const source = trigger.schedule ?? {};
  const put = (change: { [Field in keyof ScheduleSource]?: ScheduleSource[Field] | undefined }) => {
    const next: Record<string, unknown> = { ...source, ...change };
    for (const [field, one] of Object.entries(next)) if (one === undefined) delete next[field];
    set({ ...trigger, schedule: next as ScheduleSource });
  };
  const wrong = (field: string) => form.wrong(["triggers", name, "schedule", field]);
  const byRate = typeof source.rate === "string";
  return (
    <>
      <SelectField<"cron" | "rate">
        label={told.by}
        value={byRate ? "rate" : "cron"}
        options={[
          ["cron", told.cron],
          ["rate", told.rate],
        ]}
        change={(by) => put(by === "rate" ? { rate: "1h", cron: undefined } : { cron: "0 2 * * *", rate: undefined })}
      />
      {byRate ? (
        <DurationField
          label={told.rateField}
          required
          value={source.rate ?? undefined}
          change={(rate) => (rate === undefined ? undefined : put({ rate }))}
          wrong={wrong("rate")}
        />
      ) : (
        <Cron source={source} put={put} wrong={wrong} />
      )}
      <SelectField<NonNullable<ScheduleSource["catch_up"]>>
        label={told.catchUp}
        value={source.catch_up ?? "latest"}
        options={(["latest", "all", "none"] as const).map((one) => [one, told.catchUps[one]] as const)}
        change={(one) => put({ catch_up: one === "latest" ? undefined : one })}
        wrong={wrong("catch_up")}
      />
      <SelectField<NonNullable<ScheduleSource["overlap"]>>
        label={told.overlap}
        value={source.overlap ?? "allow"}
        options={(["allow", "skip", "queue"] as const).map((one) => [one, told.overlaps[one]] as const)}
        change={(one) => put({ overlap: one === "allow" ? undefined : one })}
        wrong={wrong("overlap")}
      />
    </>
  );
}

interface CronProps {
  source: ScheduleSource;
  put: (change: { cron?: string | undefined; timezone?: string | undefined }) => void;
  wrong: (field: string) => string | undefined;
}

function Cron({ source, put, wrong }: CronProps) {
  const cron = source.cron ?? "";
  const zone = source.timezone ?? UTC;
  return (
    <>
      <TextField
        label={told.cronField}
        hint={told.cronHint}
        mono
        required
        value={cron === "" ? undefined : cron}
        change={(next) => put({ cron: next ?? "" })}
        wrong={readCron(cron) === undefined ? told.wrong : wrong("cron")}
      />
      <SelectField
        label={told.presets}
        value={Object.hasOwn(told.preset, cron) ? cron : ""}
        options={[["", "…"], ...Object.entries(told.preset).map(([one, text]) => [one, `${text} (${one})`] as const)]}
        change={(one) => (one === "" ? undefined : put({ cron: one }))}
      />
      <TextField
        label={told.zone}
        among={ZONES}
        placeholder={UTC}
        value={source.timezone}
        change={(timezone) => put({ timezone })}
        wrong={isZone(zone) ? wrong("timezone") : told.wrongZone}
      />
      <Next cron={cron} zone={zone} />
    </>
  );
}

const ZONES: readonly string[] = [UTC, ...Intl.supportedValuesOf("timeZone")];

/** In words, and its next times as the clock in that zone shows them. */
function Next({ cron, zone }: { cron: string; zone: string }) {
  const found = useMemo(() => {
    const read = readCron(cron);
    if (read === undefined || !isZone(zone)) return undefined;
    return { words: cronInWords(read), times: nextTimes(read, zone, Date.now(), SHOWN) };
  }, [cron, zone]);
  const format = useMemo(() => (isZone(zone) ? clockIn(zone) : undefined), [zone]);
  return (
    <div className="next-times">
      <p className="sentence">{found === undefined ? "…" : found.words}</p>
      <p className="label small">{told.next}</p>
      <ol className="mono small">
        {Array.from({ length: SHOWN }, (_, at) => {
          const time = found?.times[at];
          // biome-ignore lint/suspicious/noArrayIndexKey: the first, the second
          return <li key={at}>{time === undefined ? "–" : format?.format(time)}</li>;
        })}
      </ol>
    </div>
  );
}

function clockIn(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    year: "numeric",
    month: "short",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
}
