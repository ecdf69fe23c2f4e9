// Beside the canvas: the one task, the one edge or the several things that are selected; else the pipeline, or a trigger of it.

import { type KeyboardEvent, lazy, Suspense } from "react";
import { useEditor, usePipeline, useSession } from "../editing/session.ts";
import { useView } from "../editing/view.ts";
import { edgeKey, edgesOf, taskOf, triggersOf } from "../model/pipeline.ts";
import { isEmpty, onlyEdge, onlyTask } from "../model/selection.ts";
import { panels } from "../text/panels.ts";
import { patiently } from "../ui/patiently.ts";
import { useLearned } from "./known.ts";
import { PipelinePanel } from "./PipelinePanel.tsx";

// Each when something of its kind is chosen for the first time: a drawing is seen before anything is chosen in it.
const EdgePanel = lazy(patiently(async () => ({ default: (await import("./EdgePanel.tsx")).EdgePanel })));
const ManyPanel = lazy(patiently(async () => ({ default: (await import("./ManyPanel.tsx")).ManyPanel })));
const TaskPanel = lazy(patiently(async () => ({ default: (await import("./TaskPanel.tsx")).TaskPanel })));
const TriggerPanel = lazy(
  patiently(async () => ({ default: (await import("./trigger/TriggerPanel.tsx")).TriggerPanel })),
);

export default function Inspector() {
  useLearned();
  const { editor } = useSession();
  return (
    // A field that is left ends what is undone at once.
    <aside className="inspector" aria-label={panels.inspector} onBlur={() => editor.settle()} onKeyDown={leave}>
      <Suspense fallback={null}>
        <Chosen />
      </Suspense>
    </aside>
  );
}

/** Escape goes back to what is selected on the canvas; what a field does with it comes first. */
function leave(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const chosen = document.querySelector<HTMLElement | SVGElement>(
    ".react-flow__node.selected, .react-flow__edge.selected",
  );
  if (chosen === null) return;
  event.preventDefault();
  event.stopPropagation();
  chosen.focus();
}

function Chosen() {
  const pipeline = usePipeline();
  const selection = useEditor((now) => now.selection);
  const opened = useView((now) => now.opened);
  const name = onlyTask(selection);
  const task = name === undefined ? undefined : taskOf(pipeline, name);
  if (name !== undefined && task !== undefined) return <TaskPanel key={`task ${name}`} name={name} task={task} />;
  const key = onlyEdge(selection);
  const at = key === undefined ? -1 : edgesOf(pipeline).findIndex((one) => edgeKey(one) === key);
  const edge = edgesOf(pipeline)[at];
  if (edge !== undefined) return <EdgePanel key={`edge ${at} ${edge.from} ${edge.to}`} edge={edge} at={at} />;
  if (!isEmpty(selection)) return <ManyPanel selection={selection} />;
  const trigger = opened.kind === "trigger" ? triggersOf(pipeline)[opened.name] : undefined;
  if (opened.kind === "trigger" && trigger !== undefined) {
    return <TriggerPanel key={`trigger ${opened.name}`} name={opened.name} trigger={trigger} />;
  }
  return <PipelinePanel />;
}
