// What publishing would mean: the draft is saved first, so that what is reviewed is what is published. It is worked out anew
// whenever the server has another draft.

import { useCallback, useEffect, useState } from "react";
import { ask } from "../api/ask.ts";
import type { Impact } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { drawn, versionDrawn } from "../difference/drawn.ts";
import { type Session, useEditor, useSession } from "../editing/session.ts";
import type { Drawn } from "../model/merged.ts";
import { draftOf, hasChanged } from "../state/editor.ts";

interface Place {
  project: string;
  pipeline: string;
}

export interface Looked {
  impact: Impact | undefined;
  /** What is live, and what would be. */
  before: Drawn | undefined;
  after: Drawn | undefined;
  problem: Problem | undefined;
  /** The draft could not be saved: in a conflict, or refused. */
  unsaved: boolean;
  looking: boolean;
}

const NOTHING: Looked = {
  impact: undefined,
  before: undefined,
  after: undefined,
  problem: undefined,
  unsaved: false,
  looking: true,
};

export function useReview(place: Place, over: boolean): Looked & { again: () => void } {
  const session = useSession();
  const [looked, setLooked] = useState(NOTHING);
  const [turn, setTurn] = useState(0);
  const etag = useEditor((now) => now.saved?.etag);
  const { project, pipeline } = place;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another etag is another draft; `turn` stands for looking again
  useEffect(() => {
    let gone = false;
    setLooked((now) => ({ ...now, looking: true }));
    void look(session, { project, pipeline }, over).then((found) => {
      if (!gone) setLooked(found);
    });
    return () => {
      gone = true;
    };
  }, [session, project, pipeline, over, etag, turn]);

  return { ...looked, again: useCallback(() => setTurn((now) => now + 1), []) };
}

async function look(session: Session, place: Place, over: boolean): Promise<Looked> {
  const found = { ...NOTHING, looking: false };
  await session.saving.flush();
  const state = session.editor.getState();
  if (hasChanged(state)) return { ...found, unsaved: true };
  const etag = bare(state.saved?.etag);
  const told = await ask("publishPipeline", { in: place, body: { dry_run: true, etag: etag ?? null, over } });
  const after = { pipeline: draftOf(state).pipeline, layout: draftOf(state).layout };
  if (!told.ok) return { ...found, after, problem: told.problem };
  const before = await versionDrawn(place, told.value.live);
  if (!before.ok) return { ...found, impact: told.value, after, problem: before.problem };
  return { ...found, impact: told.value, before: before.value, after };
}

/** An ETag's value, as a body names it. */
export function bare(etag: string | undefined): string | undefined {
  return etag?.replace(/^W\//, "").replace(/^"(.*)"$/, "$1");
}

/** What making a version live again would mean. */
export async function lookAtVersion(place: Place, version: number): Promise<Looked> {
  const found = { ...NOTHING, looking: false };
  const told = await ask("activatePipeline", { in: place, body: { version, dry_run: true } });
  if (!told.ok) return { ...found, problem: told.problem };
  const [before, after] = await Promise.all([
    versionDrawn(place, told.value.live),
    ask("showVersion", { in: { ...place, number: String(version) } }),
  ]);
  if (!before.ok) return { ...found, impact: told.value, problem: before.problem };
  if (!after.ok) return { ...found, impact: told.value, problem: after.problem };
  const { document, layout } = after.value;
  return { ...found, impact: told.value, before: before.value, after: drawn(document, layout) };
}
