// Events that came in and that a trigger might have looked at: to try patterns on, and to preview expressions over.

import { useEffect, useState } from "react";
import { ask, type Told } from "../../api/ask.ts";
import type { Json, Trigger } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";

export type Archived = Told<"searchArchive">["events"][number];

const NONE: readonly Archived[] = [];
const MOST = 20;
const PAUSE_MS = 400;

export function useArchived(trigger: Trigger): readonly Archived[] {
  const [found, setFound] = useState<readonly Archived[]>(NONE);
  const wanted = wantedBy(trigger);
  const key = wanted === undefined ? undefined : JSON.stringify(wanted);
  useEffect(() => {
    if (key === undefined) return setFound(NONE);
    const gone = new AbortController();
    const look = async () => {
      const { source, type, bucket } = JSON.parse(key) as Wanted;
      const query = { most: MOST, ...(source !== undefined && { source }), ...(type !== undefined && { type }) };
      const told = await ask("searchArchive", { query, signal: gone.signal });
      if (gone.signal.aborted || !told.ok) return;
      setFound(told.value.events.filter((one) => bucket === undefined || bucketOf(one.event as Json) === bucket));
    };
    const timer = setTimeout(look, PAUSE_MS);
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [key]);
  return found;
}

interface Wanted {
  source?: string;
  type?: string;
  bucket?: string;
}

/** What to search by; absent where no event from outside is looked at. */
function wantedBy({ event, s3 }: Trigger): Wanted | undefined {
  if (s3) return { source: "aws.s3", type: "Object Created", bucket: s3.bucket };
  if (!isMapping(event)) return undefined;
  const [source, type] = [only(event.source), only(event["detail-type"])];
  return { ...(source !== undefined && { source }), ...(type !== undefined && { type }) };
}

function only(tests: Json | undefined): string | undefined {
  return Array.isArray(tests) && tests.length === 1 && typeof tests[0] === "string" ? tests[0] : undefined;
}

function bucketOf(event: Json): Json | undefined {
  const detail = isMapping(event) ? event.detail : undefined;
  const bucket = isMapping(detail) ? detail.bucket : undefined;
  return isMapping(bucket) ? bucket.name : undefined;
}
