// Actions that change nothing: selecting, going from task to task, what is seen, and where one goes from here.

import { type Arrow, nearest } from "../model/arrows.ts";
import { moveTasks } from "../model/edits/tasks.ts";
import { graphOf, readingOrder } from "../model/graph.ts";
import { edgeKey, edgesOf } from "../model/pipeline.ts";
import { GRID, type Point } from "../model/place.ts";
import {
  isEmpty,
  NOTHING,
  onlyEdge,
  onlyTask,
  selectAll,
  selectDownstream,
  selectEdges,
  selectTasks,
  selectUpstream,
} from "../model/selection.ts";
import { go } from "../routes.ts";
import { draftOf } from "../state/editor.ts";
import { actionTexts as texts } from "../text/actions.ts";
import type { Action, Context } from "./action.ts";

const selection = ({ session }: Context) => session.editor.getState().selection;
const someTask = (context: Context) => selection(context).tasks.size > 0;

function walk(context: Context, arrow: Arrow): void {
  const { editor, view } = context.session;
  const { pipeline, layout } = draftOf(editor.getState());
  const edge = edgesOf(pipeline).find((one) => edgeKey(one) === onlyEdge(selection(context)));
  const from = onlyTask(selection(context)) ?? edge?.from;
  const next = from === undefined ? readingOrder(pipeline)[0] : (nearest(layout, from, arrow) ?? from);
  if (next === undefined) return;
  editor.select(selectTasks(next));
  view.setState({ shown: { task: next } });
}

function nudge(context: Context, by: Point): void {
  const { editor } = context.session;
  const { layout } = draftOf(editor.getState());
  const moved: Record<string, Point> = {};
  for (const name of selection(context).tasks) {
    const at = layout[name];
    if (at !== undefined) moved[name] = { x: at.x + by.x, y: at.y + by.y };
  }
  editor.edit((sketch) => moveTasks(sketch, moved));
}

/** The edges of a task one after the other, then the task itself again. */
function nextEdge(context: Context): void {
  const { editor } = context.session;
  const { pipeline } = draftOf(editor.getState());
  const now = onlyEdge(selection(context));
  const task = onlyTask(selection(context)) ?? edgesOf(pipeline).find((one) => edgeKey(one) === now)?.from;
  if (task === undefined) return;
  const { incoming, outgoing } = graphOf(pipeline);
  const keys = [...(outgoing.get(task) ?? []), ...(incoming.get(task) ?? [])].map(edgeKey);
  const next = keys[now === undefined ? 0 : keys.indexOf(now) + 1];
  editor.select(next === undefined ? selectTasks(task) : selectEdges(next));
}

const step = (id: string, text: string, key: string, arrow: Arrow): Action => ({
  id,
  text,
  group: "move",
  keys: [key],
  onCanvas: true,
  run: (context) => walk(context, arrow),
});

const nudging = (id: string, text: string, key: string, by: Point): Action => ({
  id,
  text,
  group: "edit",
  keys: [`alt+${key}`],
  onCanvas: true,
  when: someTask,
  run: (context) => nudge(context, by),
});

const seen = (id: string, text: string, keys: string[], run: Action["run"], more: Partial<Action> = {}): Action => ({
  id,
  text,
  group: "see",
  keys,
  run,
  ...more,
});

export const looking: readonly Action[] = [
  step("left", texts.left, "ArrowLeft", "left"),
  step("right", texts.right, "ArrowRight", "right"),
  step("up", texts.up, "ArrowUp", "up"),
  step("down", texts.down, "ArrowDown", "down"),
  nudging("nudge-left", texts.nudgeLeft, "ArrowLeft", { x: -GRID, y: 0 }),
  nudging("nudge-right", texts.nudgeRight, "ArrowRight", { x: GRID, y: 0 }),
  nudging("nudge-up", texts.nudgeUp, "ArrowUp", { x: 0, y: -GRID }),
  nudging("nudge-down", texts.nudgeDown, "ArrowDown", { x: 0, y: GRID }),
  {
    id: "edges",
    text: texts.edges,
    group: "move",
    keys: ["e"],
    onCanvas: true,
    when: (context) => onlyTask(selection(context)) !== undefined || onlyEdge(selection(context)) !== undefined,
    run: nextEdge,
  },
  {
    id: "find",
    text: texts.find,
    group: "move",
    keys: ["mod+f", "f"],
    icon: "search",
    run: ({ session }) => session.view.setState({ prompt: { kind: "find" } }),
  },
  {
    id: "inspect",
    text: texts.inspect,
    group: "move",
    keys: ["Enter"],
    onCanvas: true,
    when: (context) => !isEmpty(selection(context)) && isEnterOurs(),
    run: () => inspect(INSPECT_TRIES),
  },
  {
    id: "all",
    text: texts.all,
    group: "select",
    keys: ["mod+a"],
    run: ({ session: { editor } }) => editor.select(selectAll(draftOf(editor.getState()).pipeline)),
  },
  {
    id: "upstream",
    text: texts.upstream,
    group: "select",
    keys: ["["],
    onCanvas: true,
    when: someTask,
    run: (context) => {
      const { editor } = context.session;
      editor.select(selectUpstream(draftOf(editor.getState()).pipeline, selection(context)));
    },
  },
  {
    id: "downstream",
    text: texts.downstream,
    group: "select",
    keys: ["]"],
    onCanvas: true,
    when: someTask,
    run: (context) => {
      const { editor } = context.session;
      editor.select(selectDownstream(draftOf(editor.getState()).pipeline, selection(context)));
    },
  },
  {
    id: "none",
    text: texts.none,
    group: "select",
    keys: ["Escape"],
    run: ({ session: { editor, view } }) => {
      editor.select(NOTHING);
      view.setState({ prompt: undefined, lit: undefined, refused: undefined });
    },
  },
  seen("fit", texts.fit, ["1"], ({ flow }) => void flow.fitView({ padding: 0.2, maxZoom: 1 }), { icon: "fit" }),
  seen("whole", texts.whole, ["0"], ({ flow }) => void flow.zoomTo(1)),
  seen("zoom-in", texts.zoomIn, ["+", "="], ({ flow }) => void flow.zoomIn()),
  seen("zoom-out", texts.zoomOut, ["-"], ({ flow }) => void flow.zoomOut()),
  seen("outline", texts.outline, ["o"], ({ session }) => session.view.setState((now) => ({ outline: !now.outline }))),
  seen("problems", texts.problems, ["p"], ({ session }) => drawer(session, "problems"), { icon: "problem" }),
  seen("code", texts.code, ["mod+e"], ({ session }) => drawer(session, "code"), { icon: "code" }),
  seen("simulate", texts.simulate, ["s"], ({ session }) => drawer(session, "simulate"), { icon: "play" }),
  seen("palette", texts.palette, ["mod+k"], ({ session }) => session.view.setState({ dialog: "palette" })),
  seen("help", texts.help, ["?"], ({ session }) => session.view.setState({ dialog: "help" }), { icon: "help" }),
  {
    id: "run",
    text: texts.run,
    group: "run",
    keys: ["mod+Enter"],
    icon: "play",
    run: ({ session }) => session.view.setState({ dialog: "run" }),
  },
  {
    id: "publish",
    text: texts.publish,
    group: "run",
    keys: ["mod+shift+p"],
    icon: "publish",
    run: ({ place }) => go({ page: "pipeline", ...place, part: "publish" }),
  },
  {
    id: "runs",
    text: texts.runs,
    group: "run",
    keys: [],
    run: ({ place }) => go({ page: "pipeline", ...place, part: "runs" }),
  },
  {
    id: "versions",
    text: texts.versions,
    group: "run",
    keys: [],
    icon: "history",
    run: ({ place }) => go({ page: "pipeline", ...place, part: "versions" }),
  },
];

function drawer(session: Context["session"], which: "problems" | "code" | "simulate"): void {
  session.view.setState((now) => ({ drawer: now.drawer === which ? undefined : which }));
}

/** A button's Enter is its own; and a task that has the focus and is not selected is selected by it first. */
function isEnterOurs(): boolean {
  const now = document.activeElement;
  return (
    now?.closest("button, a") == null &&
    !now?.matches(".react-flow__node:not(.selected), .react-flow__edge:not(.selected)")
  );
}

/** A panel comes with the first thing of its kind that is chosen: it may take a moment. */
const INSPECT_TRIES = 30;

function inspect(tries: number): void {
  const field = document.querySelector<HTMLElement>(
    ".inspector .section-body :is(input, textarea, select):not(:disabled)",
  );
  if (field !== null) field.focus();
  else if (tries > 0) requestAnimationFrame(() => inspect(tries - 1));
}
