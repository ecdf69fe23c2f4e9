// What a run has written beside its events: large values and files, each to be downloaded.

import { useState } from "react";
import { ask } from "../api/ask.ts";
import { fetchFile, path } from "../api/client.ts";
import type { ArtifactDocument } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { useAsked } from "../api/useAsked.ts";
import { texts } from "../text/en.ts";
import { runs } from "../text/runs.ts";
import { tell } from "../ui/announcer.ts";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { saveAs } from "../ui/saving_as.ts";

const told = runs.view;

export function Artifacts({ run, state }: { run: string; state: string }) {
  return <Listed key={state} run={run} />;
}

function Listed({ run }: { run: string }) {
  const found = useAsked("listArtifacts", { in: { run } });
  if (found.problem !== undefined) return <ProblemNotice problem={found.problem} />;
  if (found.value === undefined) return <p className="faint">{texts.loading}</p>;
  if (found.value.artifacts.length === 0) return <p className="faint">{told.noArtifacts}</p>;
  return (
    <ul className="stack tight">
      {found.value.artifacts.map((one) => (
        <li key={`${one.name} ${one.ref}`} className="card pad row">
          <span className="grow stack tight">
            <span className="mono small">{one.name}</span>
            <span className="faint small cut" title={one.ref}>
              {one.kind === "file" ? one.ref : ""} {one.size === null ? "" : told.bytes(one.size)}
            </span>
          </span>
          <Get run={run} one={one} />
        </li>
      ))}
    </ul>
  );
}

function Get({ run, one }: { run: string; one: ArtifactDocument }) {
  const [busy, setBusy] = useState(false);
  const get = async () => {
    setBusy(true);
    const problem = await download(run, one);
    setBusy(false);
    if (problem !== undefined) tell(problem.detail, "wrong", problem.advice);
  };
  return (
    <button
      type="button"
      className="button"
      disabled={busy}
      aria-label={told.download(one.name)}
      onClick={() => void get()}
    >
      {told.get}
    </button>
  );
}

async function download(run: string, { id, bucket, key, name }: ArtifactDocument): Promise<Problem | undefined> {
  if (id !== null) {
    const told = await fetchFile(path`/runs/${run}/artifacts/${id}`);
    if (!told.ok) return told.problem;
    saveAs(key?.split("/").at(-1) ?? `${name}.json`, told.value);
    return undefined;
  }
  const told = await ask("downloadObject", { in: { bucket: bucket ?? "" }, body: { key: key ?? "" } });
  if (!told.ok) return told.problem;
  const link = document.createElement("a");
  link.href = told.value.url;
  link.download = key?.split("/").at(-1) ?? name;
  link.click();
  return undefined;
}
