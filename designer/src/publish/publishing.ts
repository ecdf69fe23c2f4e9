// Publishing, and what is known of it while it goes on: the answer tells what was done, and the list of versions when it is live.

import { useCallback, useState } from "react";
import { ask } from "../api/ask.ts";
import type { Impact } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { type Session, useSession } from "../editing/session.ts";
import { loadYaml } from "../model/yaml.ts";
import { useGone } from "../ui/gone.ts";

interface Place {
  project: string;
  pipeline: string;
}

export type Phase =
  | { kind: "review" }
  | { kind: "putting" }
  /** Put; the version is not live yet. */
  | { kind: "flipping"; impact: Impact }
  | { kind: "live"; impact: Impact }
  | { kind: "refused"; problem: Problem };

const LOOK_MS = 1_000;
const MOST_LOOKS = 300;

export function usePublishing(place: Place) {
  const session = useSession();
  const [phase, setPhase] = useState<Phase>({ kind: "review" });
  const { project, pipeline } = place;
  const gone = useGone();

  const go = useCallback(
    async (reviewed: Impact, note: string, over: boolean) => {
      const at = { project, pipeline };
      setPhase({ kind: "putting" });
      const told = await ask("publishPipeline", { in: at, body: { etag: reviewed.etag, note, over } });
      if (!told.ok) return setPhase({ kind: "refused", problem: told.problem });
      const impact = told.value;
      if (!impact.possible) {
        const [first] = impact.obstacles.filter((one) => one.stops);
        const detail = first?.what ?? "";
        return setPhase({
          kind: "refused",
          problem: { status: 409, code: "obstacle", detail, ...(first === undefined ? {} : { advice: first.advice }) },
        });
      }
      setPhase({ kind: "flipping", impact });
      if (await isLive(at, impact.version, gone())) {
        await freshen(session, at);
        setPhase({ kind: "live", impact });
      }
    },
    [session, project, pipeline, gone],
  );

  return { phase, go, back: useCallback(() => setPhase({ kind: "review" }), []) };
}

export async function isLive(place: Place, version: number, gone: AbortSignal): Promise<boolean> {
  for (let look = 0; look < MOST_LOOKS && !gone.aborted; look += 1) {
    const told = await ask("listVersions", { in: place, signal: gone });
    if (told.ok && told.value.live === version) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return false;
}

/** What is published has another mark: the next save is to name that one. */
async function freshen({ saving }: Session, place: Place): Promise<void> {
  const told = await ask("showDraft", { in: place });
  if (!told.ok) return;
  await loadYaml();
  const { text, layout, etag, by, at } = told.value;
  saving.hear({ text, layout, etag: told.etag ?? etag, author: by ?? undefined, at: at ?? undefined });
}
