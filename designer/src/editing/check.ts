// The server's word on what is drawn now. It knows more than can be seen at once: functions, secrets, other pipelines.

import { ask } from "../api/ask.ts";
import { textOf } from "../model/draft.ts";
import { loadYaml } from "../model/yaml.ts";
import { draftOf, type Editor } from "../state/editor.ts";
import { problemOf } from "./drafts.ts";

export async function check(editor: Editor, signal?: AbortSignal): Promise<void> {
  const state = editor.getState();
  const draft = draftOf(state);
  const { project, pipeline } = state.place;
  if (!draft.source.isHere) {
    const isReady = await loadYaml().then(
      () => true,
      () => false,
    );
    if (!isReady) return;
  }
  const told = await ask("checkDraft", { in: { project, pipeline }, body: { text: textOf(draft) }, signal });
  if (told.ok) editor.markChecked(draft, told.value.problems.map(problemOf));
}
