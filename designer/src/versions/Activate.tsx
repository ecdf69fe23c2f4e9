// Back to a version, or forth: reviewed like a publish, since it is one.

import { useEffect, useRef, useState } from "react";
import { ask } from "../api/ask.ts";
import { isLive } from "../publish/publishing.ts";
import { Review } from "../publish/Review.tsx";
import { type Looked, lookAtVersion } from "../publish/reviewing.ts";
import { texts } from "../text/en.ts";
import { versions as told } from "../text/publish.ts";
import { tell } from "../ui/announcer.ts";
import { useGone } from "../ui/gone.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";

interface Props {
  place: { project: string; pipeline: string };
  version: number;
  done: () => void;
  leave: () => void;
}

export function Activate({ place, version, done, leave }: Props) {
  const [looked, setLooked] = useState<Looked>();
  const [busy, setBusy] = useState(false);
  const { project, pipeline } = place;
  const gone = useGone();
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    let gone = false;
    heading.current?.focus();
    void lookAtVersion({ project, pipeline }, version).then((found) => {
      if (!gone) setLooked(found);
    });
    return () => {
      gone = true;
    };
  }, [project, pipeline, version]);

  const go = async () => {
    setBusy(true);
    const answer = await ask("activatePipeline", { in: place, body: { version } });
    if (!answer.ok || !answer.value.possible) {
      setBusy(false);
      if (answer.ok) setLooked((now) => now && { ...now, impact: answer.value });
      else setLooked((now) => now && { ...now, problem: answer.problem });
      return;
    }
    if (!(await isLive(place, version, gone()))) return setBusy(false);
    tell(told.activated(version));
    done();
  };

  const impact = looked?.impact;
  return (
    <section className="card pad review" aria-label={told.review(version)}>
      <h3 ref={heading} tabIndex={-1}>
        {told.review(version)}
      </h3>
      {looked === undefined ? <p className="faint">{texts.loading}</p> : null}
      {looked?.problem === undefined ? null : <ProblemNotice problem={looked.problem} />}
      {impact === undefined ? null : <Review impact={impact} before={looked?.before} after={looked?.after} isBack />}
      <div className="row wrap">
        <button
          type="button"
          className="button main"
          disabled={busy || impact === undefined || !impact.possible}
          onClick={() => void go()}
        >
          <Icon name="history" />
          {told.activateOf(version)}
        </button>
        <button type="button" className="button" onClick={leave}>
          {texts.cancel}
        </button>
      </div>
    </section>
  );
}
