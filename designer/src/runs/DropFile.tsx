import { type DragEvent, useId, useState } from "react";
import type { Problem } from "../api/problem.ts";
import { useAsked } from "../api/useAsked.ts";
import { usePipeline } from "../editing/session.ts";
import { triggersOf } from "../model/pipeline.ts";
import { go } from "../routes.ts";
import { texts } from "../text/en.ts";
import { runs } from "../text/runs.ts";
import { useGone } from "../ui/gone.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { newRun, runsNow, upload } from "./uploading.ts";

const told = runs.start;

interface Props {
  place: { project: string; pipeline: string };
  close: () => void;
}

type Going = { kind: "sending"; share: number } | { kind: "waiting" } | { kind: "nothing" };

/** A file into a bucket; then the run that it starts. */
export function DropFile({ place, close }: Props) {
  const pipeline = usePipeline();
  const heard = Object.values(triggersOf(pipeline)).find((one) => one.s3 !== undefined)?.s3;
  const buckets = useAsked("listBuckets", {});
  const [bucket, setBucket] = useState(heard?.bucket ?? "");
  const [file, setFile] = useState<File>();
  const [key, setKey] = useState("");
  const [going, setGoing] = useState<Going>();
  const [problem, setProblem] = useState<Problem>();
  const ids = { bucket: useId(), key: useId(), file: useId() };
  const gone = useGone();

  const names = buckets.value?.buckets ?? [];
  const chosen = names.includes(bucket) ? bucket : (names[0] ?? "");
  const choose = (given: File | undefined) => {
    setFile(given);
    setGoing(undefined);
    if (given !== undefined) setKey(`${chosen === heard?.bucket ? (heard.prefix ?? "") : ""}${given.name}`);
  };
  const send = async () => {
    if (file === undefined) return;
    setProblem(undefined);
    setGoing({ kind: "sending", share: 0 });
    const before = await runsNow(place);
    const answer = await upload(chosen, key, file, (share) => setGoing({ kind: "sending", share }));
    if (gone().aborted) return;
    if (!answer.ok) {
      setGoing(undefined);
      return setProblem(answer.problem);
    }
    setGoing({ kind: "waiting" });
    const run = await newRun(place, before, gone());
    if (gone().aborted) return;
    if (run === undefined) return setGoing({ kind: "nothing" });
    close();
    go({ page: "run", run });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    choose(event.dataTransfer.files[0]);
  };

  if (buckets.problem !== undefined) return <ProblemNotice problem={buckets.problem} />;
  if (buckets.value === undefined) return <p className="faint">{texts.loading}</p>;
  if (names.length === 0) return <p className="faint">{told.noBuckets}</p>;
  const isBusy = going?.kind === "sending" || going?.kind === "waiting";
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p className="soft">{told.fileWhat}</p>
      <div className="field">
        <label htmlFor={ids.bucket}>{told.bucket}</label>
        <select id={ids.bucket} className="input" value={chosen} onChange={(event) => setBucket(event.target.value)}>
          {names.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the field inside does the same */}
      <div className="drop-here" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
        <label htmlFor={ids.file}>{told.choose}</label>
        <input id={ids.file} type="file" onChange={(event) => choose(event.target.files?.[0])} />
        {file === undefined ? null : (
          <p className="small">
            {file.name}, {runs.view.bytes(file.size)}
          </p>
        )}
      </div>
      <div className="field">
        <label htmlFor={ids.key}>{told.key}</label>
        <input id={ids.key} className="input mono" value={key} onChange={(event) => setKey(event.target.value)} />
        <span className="hint">{told.keyHint}</span>
      </div>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {going === undefined ? null : <Progress going={going} bucket={chosen} name={key} />}
      <div className="row end-row">
        <button type="submit" className="button main" disabled={isBusy || file === undefined || key === ""}>
          <Icon name="upload" />
          {isBusy ? told.sending : told.send}
        </button>
      </div>
    </form>
  );
}

function Progress({ going, bucket, name }: { going: Going; bucket: string; name: string }) {
  if (going.kind === "sending") {
    const percent = Math.round(going.share * 100);
    return (
      <p className="row" role="status">
        <progress className="grow" max={100} value={percent} aria-label={told.sending} />
        {told.progress(percent)}
      </p>
    );
  }
  return (
    <p className={`notice ${going.kind === "nothing" ? "warning" : ""}`} role="status">
      {told.sent(name, bucket)} {going.kind === "nothing" ? told.nothing : told.waiting}
    </p>
  );
}
