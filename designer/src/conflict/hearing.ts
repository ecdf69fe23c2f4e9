// Others may save the same pipeline: asked every few seconds while the page is looked at. Without changes here what they saved is
// taken over; with changes both sides are kept, and the bar tells.

import { useEffect } from "react";
import { call, path } from "../api/client.ts";
import type { DraftTold } from "../api/generated/schema.ts";
import { useSession } from "../editing/session.ts";
import { loadYaml } from "../model/yaml.ts";
import { conflict } from "../text/conflict.ts";
import { tell } from "../ui/announcer.ts";

const LOOK_MS = 4_000;

export function useHearing(): void {
  const { editor, saving } = useSession();
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const { saved, place } = editor.getState();
      if (saved?.etag !== undefined && !document.hidden) {
        // Its own way of asking: "the same as you have" is an answer here, and no problem.
        const told = await call<DraftTold>("GET", path`/pipelines/${place.project}/${place.pipeline}/draft`, {
          ifNoneMatch: saved.etag,
          signal: gone.signal,
        });
        if (gone.signal.aborted) return;
        // What was saved here while it was asked is newer than the answer.
        const isAsked = () => editor.getState().place === place && editor.getState().saved?.etag === saved.etag;
        if (told.ok && isAsked()) {
          await loadYaml();
          const { text, layout, by, at, etag } = told.value;
          const theirs = { text, layout, etag: told.etag ?? etag, author: by ?? undefined, at: at ?? undefined };
          if (!gone.signal.aborted && isAsked() && saving.hear(theirs) === "taken")
            tell(conflict.taken(by ?? conflict.somebody));
        }
      }
      if (!gone.signal.aborted) timer = setTimeout(look, LOOK_MS);
    };
    timer = setTimeout(look, LOOK_MS);
    const shown = () => {
      if (document.hidden) return;
      clearTimeout(timer);
      void look();
    };
    document.addEventListener("visibilitychange", shown);
    return () => {
      gone.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [editor, saving]);
}
