// Brings a task into sight when somebody asks for it from elsewhere: a search, a problem, an address.

import { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";
import { useSession } from "../editing/session.ts";
import { useView } from "../editing/view.ts";
import { NODE } from "../model/place.ts";
import { draftOf } from "../state/editor.ts";

const NEAR = 0.6;

export function useShown(): void {
  const { editor } = useSession();
  const flow = useReactFlow();
  const shown = useView((now) => now.shown);
  useEffect(() => {
    const at = shown === undefined ? undefined : draftOf(editor.getState()).layout[shown.task];
    if (at === undefined) return;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    void flow.setCenter(at.x + NODE.width / 2, at.y + NODE.height / 2, {
      zoom: Math.max(flow.getZoom(), NEAR),
      duration: calm ? 0 : 200,
    });
    if (shown?.quietly) return;
    document
      .querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(shown?.task ?? "")}"]`)
      ?.focus({ preventScroll: true });
  }, [shown, editor, flow]);
}
