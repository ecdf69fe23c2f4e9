// Adding what the palette, the quick add or a drop has chosen: as a task where it is to stand, into an edge, after a task, or as
// a trigger.

import { addTask, insertTask } from "../model/edits/tasks.ts";
import { addTrigger } from "../model/edits/triggers.ts";
import type { EdgeKind } from "../model/pipeline.ts";
import { triggersOf } from "../model/pipeline.ts";
import type { Point } from "../model/place.ts";
import type { Refusal } from "../model/plan.ts";
import { NOTHING, onlyTask } from "../model/selection.ts";
import { draftOf } from "../state/editor.ts";
import { tell } from "../ui/announcer.ts";
import { type Item, taskFor, triggerFor } from "./catalogue.ts";
import type { Session } from "./session.ts";

export interface Where {
  at?: Point | undefined;
  after?: { task: string; on: EdgeKind } | undefined;
  into?: string | undefined;
}

export function add({ editor, view }: Session, item: Item, where: Where = {}): Refusal | undefined {
  if (item.kind === "trigger") return addTriggerTo({ editor, view }, item.name);
  const task = taskFor(item);
  const at = where.at === undefined ? {} : { at: where.at };
  const no = editor.edit((sketch) =>
    where.into === undefined
      ? addTask(sketch, { task, ...at, ...(where.after === undefined ? {} : { after: where.after }) })
      : insertTask(sketch, where.into, { task, ...at }),
  );
  if (no !== undefined) {
    tell(no.refused, "wrong");
    return no;
  }
  const made = onlyTask(editor.getState().selection);
  if (made !== undefined && where.at === undefined) view.setState({ shown: { task: made } });
  return undefined;
}

function addTriggerTo({ editor, view }: Pick<Session, "editor" | "view">, kind: string): Refusal | undefined {
  const before = new Set(Object.keys(triggersOf(draftOf(editor.getState()).pipeline)));
  const no = editor.edit((sketch) => addTrigger(sketch, triggerFor(kind)));
  if (no !== undefined) {
    tell(no.refused, "wrong");
    return no;
  }
  const made = Object.keys(triggersOf(draftOf(editor.getState()).pipeline)).find((name) => !before.has(name));
  editor.select(NOTHING);
  if (made !== undefined) view.setState({ opened: { kind: "trigger", name: made } });
  return undefined;
}
