import { useEffect, useId, useState } from "react";
import { DifferenceView } from "../difference/DifferenceView.tsx";
import { textDrawn } from "../difference/drawn.ts";
import { useEditor, useSession } from "../editing/session.ts";
import { isBroken } from "../model/draft.ts";
import type { Drawn } from "../model/merged.ts";
import { isName } from "../model/pipeline.ts";
import { go } from "../routes.ts";
import { draftOf } from "../state/editor.ts";
import type { Theirs } from "../state/saving.ts";
import { conflict } from "../text/conflict.ts";
import { ago, moment } from "../ui/ago.ts";
import { tell } from "../ui/announcer.ts";
import { Icon } from "../ui/Icon.tsx";

/** Who changed it when, what differs, and the ways out: each keeps the other side within reach. */
export function Sides({ theirs }: { theirs: Theirs }) {
  const { saving } = useSession();
  const [open, setOpen] = useState(false);
  const [copying, setCopying] = useState(false);
  return (
    <section className="notice warning conflict-bar" aria-label={conflict.label}>
      <div className="stack tight grow">
        <div className="row wrap">
          <Icon name="person" />
          <p className="grow" role="status">
            <strong>{conflict.who(theirs.author ?? conflict.somebody)}</strong>
            {theirs.at === undefined ? null : <span title={moment(theirs.at)}>{conflict.when(ago(theirs.at))}</span>}.{" "}
            <span className="soft">{conflict.kept}</span>
          </p>
          <button type="button" className="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? conflict.hide : conflict.show}
          </button>
          <button
            type="button"
            className="button"
            onClick={() => {
              saving.takeTheirs();
              tell(conflict.theirsTaken);
            }}
          >
            {conflict.theirs}
          </button>
          <button
            type="button"
            className="button"
            onClick={() => void saving.keepMine().then(() => tell(conflict.mineKept))}
          >
            {conflict.mine}
          </button>
          <button type="button" className="button" aria-expanded={copying} onClick={() => setCopying(!copying)}>
            {conflict.copy}
          </button>
        </div>
        {copying ? <Copy /> : null}
        {open ? <WhatDiffers theirs={theirs} /> : null}
      </div>
    </section>
  );
}

function Copy() {
  const { editor, saving } = useSession();
  const { project, pipeline } = useEditor((now) => now.place);
  const [name, setName] = useState(`${pipeline}-copy`);
  const field = useId();
  const save = async () => {
    await saving.keepCopy(name);
    if (editor.getState().place.pipeline !== name) return;
    tell(conflict.copied(name));
    go({ page: "pipeline", project, pipeline: name, part: "draw" });
  };
  return (
    <form
      className="row wrap"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label htmlFor={field} className="soft">
        {conflict.copyName}
      </label>
      <input
        id={field}
        className="input narrow"
        value={name}
        aria-invalid={!isName(name)}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button main" disabled={!isName(name)}>
        {conflict.copySave}
      </button>
      {isName(name) ? null : <span className="wrong small">{conflict.badName}</span>}
    </form>
  );
}

function WhatDiffers({ theirs }: { theirs: Theirs }) {
  const draft = useEditor(draftOf);
  const [there, setThere] = useState<Drawn | null>();
  useEffect(() => {
    let gone = false;
    void textDrawn(theirs.text, theirs.layout).then((found) => {
      if (!gone) setThere(found ?? null);
    });
    return () => {
      gone = true;
    };
  }, [theirs]);
  if (there === undefined) return null;
  if (there === null || isBroken(draft)) return <p>{conflict.unread}</p>;
  return (
    <>
      <h3>{conflict.toMine}</h3>
      <DifferenceView before={there} after={draft} />
    </>
  );
}
