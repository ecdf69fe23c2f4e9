// The versions of a pipeline: which is live, what differs between any two, back to one of them, and out of it altogether.

import { useState } from "react";
import { useAsked } from "../api/useAsked.ts";
import { ask as put, useRoute, written } from "../routes.ts";
import { texts } from "../text/en.ts";
import { versions as told } from "../text/publish.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { Activate } from "./Activate.tsx";
import { Compare } from "./Compare.tsx";
import { exportAs, type Format, pause, unpublish } from "./doing.ts";
import { VersionTable } from "./VersionTable.tsx";
import { VersionText } from "./VersionText.tsx";
import "../styles/publish.css";
import "../styles/runs.css";

const REFRESHED_MS = 5_000;
const FORMATS: readonly Format[] = ["yaml", "json", "cloudformation"];

export default function Versions({ project, pipeline }: { project: string; pipeline: string }) {
  const place = { project, pipeline };
  const found = useAsked("listVersions", { in: place }, REFRESHED_MS);
  const { asked } = useRoute();
  const versions = found.value?.versions;
  const text = numberIn(asked.text);
  const review = numberIn(asked.activate);
  return (
    <div className="review">
      <div className="row wrap">
        <h2 className="grow">{told.title(pipeline)}</h2>
        <a className="button" href={written({ page: "pipeline", ...place, part: "publish" })}>
          <Icon name="publish" />
          {told.goPublish}
        </a>
      </div>
      {found.problem === undefined ? null : <ProblemNotice problem={found.problem} />}
      {found.value?.paused ? (
        <p className="notice warning">
          <Icon name="pause" />
          {told.pausedWhat}
        </p>
      ) : null}
      {versions === undefined ? (
        <p className="faint">{texts.loading}</p>
      ) : versions.length === 0 ? (
        <p className="card empty">{told.none}</p>
      ) : (
        <>
          <VersionTable
            place={place}
            versions={versions}
            live={found.value?.live ?? null}
            showText={(number) => put({ text: String(number), activate: undefined })}
            activate={(number) => put({ activate: String(number), text: undefined })}
          />
          {review === undefined ? null : (
            <Activate
              key={review}
              place={place}
              version={review}
              done={() => {
                put({ activate: undefined });
                found.again();
              }}
              leave={() => put({ activate: undefined })}
            />
          )}
          {text === undefined ? null : (
            <VersionText key={text} place={place} version={text} hide={() => put({ text: undefined })} />
          )}
          <Compare place={place} versions={versions} live={found.value?.live ?? null} />
          <Whole
            place={place}
            live={found.value?.live ?? null}
            paused={found.value?.paused ?? false}
            again={found.again}
          />
        </>
      )}
    </div>
  );
}

interface WholeProps {
  place: { project: string; pipeline: string };
  live: number | null;
  paused: boolean;
  again: () => void;
}

/** What is done to all of it: exported, paused, taken out. */
function Whole({ place, live, paused, again }: WholeProps) {
  const [sure, setSure] = useState(false);
  const then = (done: Promise<boolean>) => void done.then((ok) => ok && again());
  return (
    <div className="stack">
      <section className="stack tight" aria-label={told.export}>
        <h3>{told.export}</h3>
        <div className="row wrap">
          {FORMATS.map((format) => (
            <button key={format} type="button" className="button" onClick={() => void exportAs(place, format)}>
              {told.exportAs[format]}
            </button>
          ))}
        </div>
      </section>
      {live === null ? null : (
        <section className="stack tight" aria-label={told.unpublish}>
          <h3>{told.does}</h3>
          <div className="row wrap">
            <button type="button" className="button" onClick={() => then(pause(place, !paused))}>
              <Icon name={paused ? "play" : "pause"} />
              {paused ? told.resume : told.pause}
            </button>
            {sure ? (
              <>
                <button
                  type="button"
                  className="button danger"
                  onClick={() => {
                    setSure(false);
                    then(unpublish(place));
                  }}
                >
                  {told.unpublishSure}
                </button>
                <button type="button" className="button plain" onClick={() => setSure(false)}>
                  {texts.cancel}
                </button>
              </>
            ) : (
              <button type="button" className="button danger" onClick={() => setSure(true)}>
                {told.unpublish} …
              </button>
            )}
          </div>
          {sure ? (
            <p className="notice warning" role="status">
              {told.unpublishWhat}
            </p>
          ) : null}
        </section>
      )}
    </div>
  );
}

function numberIn(text: string | undefined): number | undefined {
  const number = Number(text);
  return text !== undefined && Number.isInteger(number) && number > 0 ? number : undefined;
}
