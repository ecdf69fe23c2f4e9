// A session of a drawing that is looked at and not edited: nothing of it is saved.

import type { Session } from "../editing/session.ts";
import { createView } from "../editing/view.ts";
import { createArranging } from "../state/arranging.ts";
import { createEditor } from "../state/editor.ts";
import { createRunStore } from "../state/run.ts";
import { createSaving } from "../state/saving.ts";

export function shownSession(): Session {
  const editor = createEditor(() => Date.now());
  const nowhere = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  const saving = createSaving({
    editor,
    drafts: { save: async () => ({ kind: "offline" }) },
    storage: nowhere,
    timers: { after: () => () => {} },
    target: "",
  });
  return { editor, saving, run: createRunStore(), arranging: createArranging(), view: createView() };
}
