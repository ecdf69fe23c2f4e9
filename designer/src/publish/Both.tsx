// What a draft began from has changed meanwhile: both sides, and which is to stay.

import { useEffect, useState } from "react";
import { ask } from "../api/ask.ts";
import { DifferenceView } from "../difference/DifferenceView.tsx";
import { textDrawn } from "../difference/drawn.ts";
import { useEditor, useSession } from "../editing/session.ts";
import { textOf } from "../model/draft.ts";
import type { Drawn } from "../model/merged.ts";
import { loadYaml } from "../model/yaml.ts";
import { draftOf } from "../state/editor.ts";
import { publish } from "../text/publish.ts";
import { tell } from "../ui/announcer.ts";

const told = publish.both;

interface Props {
  project: string;
  pipeline: string;
  over: boolean;
  setOver: (over: boolean) => void;
}

export function Both({ project, pipeline, over, setOver }: Props) {
  const { editor, saving } = useSession();
  const draft = useEditor(draftOf);
  const etag = useEditor((now) => now.saved?.etag);
  const [there, setThere] = useState<{ text: string; file: string | null; drawn: Drawn | undefined }>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another etag is another draft
  useEffect(() => {
    let gone = false;
    void ask("showDraft", { in: { project, pipeline } }).then(async (answer) => {
      if (!answer.ok || gone) return;
      const { began, layout } = answer.value;
      if (!began.changed || began.text === null) return setThere(undefined);
      const found = await textDrawn(began.text, layout);
      if (!gone) setThere({ text: began.text, file: began.file, drawn: found });
    });
    return () => {
      gone = true;
    };
  }, [project, pipeline, etag]);

  if (there === undefined) return null;
  const take = async () => {
    await loadYaml();
    editor.replace(there.text, draft.layout, told.take);
    await saving.flush();
    tell(told.taken);
  };
  return (
    <section className="notice warning" aria-label={told.title}>
      <div className="stack grow">
        <h3>{there.file === null ? told.versions : told.title}</h3>
        {there.file === null ? null : <p>{told.what(there.file)}</p>}
        {there.drawn === undefined ? null : (
          <>
            <h4>{told.drawn}</h4>
            <DifferenceView before={there.drawn} after={draft} />
          </>
        )}
        <details className="fold">
          <summary>{told.show}</summary>
          <div className="both-texts">
            <section aria-label={told.there}>
              <h4>{told.there}</h4>
              <pre className="value small">{there.text}</pre>
            </section>
            <section aria-label={told.mine}>
              <h4>{told.mine}</h4>
              <pre className="value small">{draft.source.isHere ? textOf(draft) : ""}</pre>
            </section>
          </div>
        </details>
        <div className="row wrap">
          <button type="button" className="button" onClick={() => void take()}>
            {told.take}
          </button>
          <label className="row">
            <input type="checkbox" checked={over} onChange={(event) => setOver(event.target.checked)} />
            {told.over}
          </label>
        </div>
      </div>
    </section>
  );
}
