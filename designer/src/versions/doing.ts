// What can be done to a pipeline's versions: each asked of the server, told when it is done.

import { ask } from "../api/ask.ts";
import type { Problem } from "../api/problem.ts";
import type { Session } from "../editing/session.ts";
import { loadYaml } from "../model/yaml.ts";
import { draftOf } from "../state/editor.ts";
import { versions } from "../text/publish.ts";
import { tell } from "../ui/announcer.ts";
import { saveAs } from "../ui/saving_as.ts";

interface Place {
  project: string;
  pipeline: string;
}

export type Format = keyof typeof versions.exportAs;
const ENDINGS: Readonly<Record<Format, string>> = { yaml: "yaml", json: "json", cloudformation: "template.yaml" };

/** The version's text becomes the draft, as an edit: undo brings back what it was. */
export async function takeVersion(session: Session, place: Place, number: number): Promise<void> {
  const told = await ask("showVersion", { in: { ...place, number: String(number) } });
  if (!told.ok) return sayNo(told.problem);
  await loadYaml();
  const { editor, saving } = session;
  const layout = { ...told.value.layout, ...draftOf(editor.getState()).layout };
  editor.replace(told.value.text, layout, versions.takenLabel(number));
  await saving.flush();
  tell(versions.taken(number));
}

export async function pause(place: Place, paused: boolean): Promise<boolean> {
  const told = await ask(paused ? "pausePipeline" : "resumePipeline", { in: place });
  if (!told.ok) sayNo(told.problem);
  else tell(paused ? versions.pausedNow : versions.resumedNow);
  return told.ok;
}

export async function unpublish(place: Place): Promise<boolean> {
  const told = await ask("unpublishPipeline", { in: place });
  if (!told.ok) sayNo(told.problem);
  else tell(versions.unpublished(told.value.open_runs));
  return told.ok;
}

export async function exportAs(place: Place, format: Format, version?: number): Promise<void> {
  const query = { format, ...(version === undefined ? {} : { version: String(version) }) };
  const told = await ask("exportPipeline", { in: place, query });
  if (!told.ok) return sayNo(told.problem);
  const value: unknown = told.value;
  const text = typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`;
  saveAs(`${place.pipeline}${version === undefined ? "" : `-${version}`}.${ENDINGS[format]}`, text);
}

function sayNo({ detail, advice }: Problem): void {
  tell(detail, "wrong", advice);
}
