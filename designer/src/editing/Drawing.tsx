// The drawing: the palette, the canvas, the inspector, and the drawer below. Its keys are one listener over the table of actions.

import { useReactFlow } from "@xyflow/react";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Context } from "../actions/action.ts";
import { asked } from "../actions/actions.ts";
import { Canvas } from "../canvas/Canvas.tsx";
import { Prompt } from "../canvas/Prompt.tsx";
import { isBroken } from "../model/draft.ts";
import { selectEdges, selectTasks } from "../model/selection.ts";
import { loadYaml } from "../model/yaml.ts";
import { Palette } from "../panels/Palette.tsx";
import { useRoute } from "../routes.ts";
import { draftOf } from "../state/editor.ts";
import { canvas } from "../text/canvas.ts";
import { Icon } from "../ui/Icon.tsx";
import { patiently } from "../ui/patiently.ts";
import { Drawer } from "./Drawer.tsx";
import { useEditor, useSession } from "./session.ts";
import { useView } from "./view.ts";

const Inspector = lazy(patiently(() => import("../panels/Inspector.tsx")));
const Dialogs = lazy(patiently(async () => ({ default: (await import("./Dialogs.tsx")).Dialogs })));
const Outline = lazy(patiently(async () => ({ default: (await import("../panels/Outline.tsx")).Outline })));

export function Drawing({ place }: { place: { project: string; pipeline: string } }) {
  const session = useSession();
  const flow = useReactFlow();
  const outline = useView((now) => now.outline);
  const empty = useEditor((now) => Object.keys(draftOf(now).pipeline.tasks).length === 0);
  const broken = useEditor((now) => isBroken(draftOf(now)));
  const isSeen = useSeen();
  useAddressed();

  useEffect(() => {
    const context: Context = { session, flow, place };
    const press = (event: KeyboardEvent) => {
      const found = asked(event, context);
      if (found === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      found.run(context);
    };
    // Before React Flow's own: arrows and Enter are ours.
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, [session, flow, place]);

  return (
    <div className="drawing">
      {outline ? (
        <Suspense fallback={<nav className="outline" />}>
          <Outline />
        </Suspense>
      ) : (
        <Palette />
      )}
      <section className="middle">
        {broken ? <Broken /> : null}
        <div className="sheet">
          <Canvas />
          {empty ? <Empty /> : null}
          <Prompt />
        </div>
        <Drawer />
      </section>
      <Suspense fallback={<aside className="inspector" />}>
        {isSeen ? <Inspector /> : <aside className="inspector" />}
      </Suspense>
      {isSeen ? (
        <Suspense fallback={null}>
          <Dialogs place={place} />
        </Suspense>
      ) : null}
    </div>
  );
}

/** An address may name a task or an edge: it is selected and brought into sight. */
function useAddressed(): void {
  const { editor, view } = useSession();
  const { place, asked } = useRoute();
  const { task, edge } = asked;
  const panel = place.page === "pipeline" && place.part === "simulate" ? "simulate" : asked.panel;
  useEffect(() => {
    if (task !== undefined) {
      editor.select(selectTasks(task));
      view.setState({ shown: { task } });
    } else if (edge !== undefined) editor.select(selectEdges(edge));
    if (panel === "problems" || panel === "code" || panel === "simulate") view.setState({ drawer: panel });
  }, [task, edge, panel, editor, view]);
}

/**
 * The drawing is on the screen: what stands beside it may be fetched, and then what one will want next. So a line that is lost
 * later takes neither the panels nor the part that keeps drafts.
 */
function useSeen(): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setTimeout(() => setSeen(true)));
    const rest = setTimeout(ahead, AHEAD_MS);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(rest);
    };
  }, []);
  return isSeen;
}

const AHEAD_MS = 1_000;

function ahead(): void {
  const wanted = [
    loadYaml(),
    import("../panels/TaskPanel.tsx"),
    import("../panels/EdgePanel.tsx"),
    import("../panels/trigger/TriggerPanel.tsx"),
    import("../conflict/Sides.tsx"),
    import("../runs/StartRun.tsx"),
    import("../panels/Problems.tsx"),
  ];
  void Promise.allSettled(wanted);
}

function Empty() {
  const { view } = useSession();
  return (
    <div className="empty-sheet">
      <h2>{canvas.empty.title}</h2>
      <p className="soft">{canvas.empty.what}</p>
      <button type="button" className="button main" onClick={() => view.setState({ prompt: { kind: "add" } })}>
        <Icon name="add" />
        {canvas.empty.add}
      </button>
    </div>
  );
}

function Broken() {
  const { editor, view } = useSession();
  return (
    <div className="notice warning" role="status">
      <Icon name="problem" />
      <span className="grow">{canvas.broken.what}</span>
      <button type="button" className="button" onClick={() => view.setState({ drawer: "code" })}>
        {canvas.broken.look}
      </button>
      <button type="button" className="button" onClick={() => editor.takeBack()}>
        {canvas.broken.back}
      </button>
    </div>
  );
}
