// A pipeline of the server's, as something that can be drawn: a version, or a text.

import { ask } from "../api/ask.ts";
import type { JsonValue } from "../api/generated/schema.ts";
import type { Answer } from "../api/problem.ts";
import { isBroken, openDraft } from "../model/draft.ts";
import { complete, type Layout } from "../model/layout.ts";
import type { Drawn } from "../model/merged.ts";
import { emptyPipeline, type Pipeline } from "../model/pipeline.ts";
import { loadYaml } from "../model/yaml.ts";

interface Place {
  project: string;
  pipeline: string;
}

export function nothing({ project, pipeline }: Place): Drawn {
  return { pipeline: emptyPipeline(project, pipeline), layout: {} };
}

export async function versionDrawn(place: Place, number: number | null): Promise<Answer<Drawn>> {
  if (number === null) return { ok: true, value: nothing(place), etag: undefined, status: 200 };
  const told = await ask("showVersion", { in: { ...place, number: String(number) } });
  if (!told.ok) return told;
  return { ...told, value: drawn(told.value.document, told.value.layout) };
}

export function drawn(document: { [name: string]: JsonValue }, layout: Layout): Drawn {
  const pipeline = document as unknown as Pipeline;
  return { pipeline, layout: complete(pipeline, layout) };
}

/** Absent where the text cannot be drawn. */
export async function textDrawn(text: string, layout: Layout): Promise<Drawn | undefined> {
  await loadYaml();
  const draft = openDraft(text, layout);
  return isBroken(draft) ? undefined : { pipeline: draft.pipeline, layout: draft.layout };
}
