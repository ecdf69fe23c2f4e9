// An action: what can be done, as data. One table of them feeds the toolbar, the keyboard, the palette of commands and the help.

import type { ReactFlowInstance } from "@xyflow/react";
import type { Session } from "../editing/session.ts";
import type { IconName } from "../ui/Icon.tsx";

export interface Context {
  session: Session;
  flow: ReactFlowInstance;
  place: { project: string; pipeline: string };
}

export interface Action {
  id: string;
  text: string;
  /** What it would do now, where that says more. */
  now?: (context: Context) => string | undefined;
  group: "edit" | "add" | "select" | "move" | "see" | "run";
  keys: readonly string[];
  icon?: IconName;
  /** Only while the canvas has the focus: such as the arrows. */
  onCanvas?: boolean;
  when?: (context: Context) => boolean;
  run: (context: Context) => void;
}
