// An event that a trigger hears: made from its own pattern, to begin with.

import type { JsonObject, S3Source, Trigger } from "../model/pipeline.ts";
import { sampleOf } from "../panels/trigger/sample.ts";

/** Absent where no event of the bus starts it. */
export function sampleEvent(trigger: Trigger): JsonObject | undefined {
  if (trigger.s3 !== undefined) return objectCreated(trigger.s3);
  if (trigger.event === undefined) return undefined;
  return { source: "example", "detail-type": "example", detail: {}, ...sampleOf(trigger.event) };
}

function objectCreated({ bucket, prefix = "", suffix = [] }: S3Source): JsonObject {
  const key = `${prefix}example${suffix[0] ?? ".txt"}`;
  return {
    source: "aws.s3",
    "detail-type": "Object Created",
    detail: { bucket: { name: bucket }, object: { key, size: 1024 } },
  };
}
