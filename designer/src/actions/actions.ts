// The one table of all that can be done in the editor.

import type { Action, Context } from "./action.ts";
import { editing } from "./editing.ts";
import { isTyping, matches } from "./keys.ts";
import { looking } from "./looking.ts";

export const ACTIONS: readonly Action[] = [...editing, ...looking];

export function action(id: string): Action {
  const found = ACTIONS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no action ${id}`);
  return found;
}

export function can(one: Action, context: Context): boolean {
  return one.when?.(context) ?? true;
}

/** The action that a key asks for, where it may be done now. */
export function asked(event: KeyboardEvent, context: Context): Action | undefined {
  if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return undefined;
  const onCanvas =
    event.target instanceof Element &&
    (event.target === document.body || event.target.closest(".canvas, .canvas-keys") !== null);
  return ACTIONS.find(
    (one) => one.keys.some((key) => matches(key, event)) && (onCanvas || !one.onCanvas) && can(one, context),
  );
}
