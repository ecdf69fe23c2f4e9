// Actions that change the drawing.

import { align, distribute } from "../model/edits/alignment.ts";
import { copy, duplicate, paste } from "../model/edits/clipboard.ts";
import { remove, removeAndReconnect } from "../model/edits/removal.ts";
import { arrangeTasks } from "../model/edits/tasks.ts";
import { redoLabel, undoLabel } from "../model/history.ts";
import type { Edit, Sketch } from "../model/plan.ts";
import { isEmpty, onlyEdge, onlyTask } from "../model/selection.ts";
import { loadYaml } from "../model/yaml.ts";
import { draftOf } from "../state/editor.ts";
import { actionTexts as texts } from "../text/actions.ts";
import { announce, tell } from "../ui/announcer.ts";
import type { Action, Context } from "./action.ts";

const selection = ({ session }: Context) => session.editor.getState().selection;
const chosen = (context: Context) => !isEmpty(selection(context));
const oneTask = (context: Context) => onlyTask(selection(context)) !== undefined;
const several = (n: number) => (context: Context) => selection(context).tasks.size >= n;

function edit({ session }: Context, change: (sketch: Sketch) => Edit): boolean {
  const no = session.editor.edit(change);
  if (no !== undefined) tell(no.refused, "wrong");
  return no === undefined;
}

export const editing: readonly Action[] = [
  {
    id: "undo",
    text: texts.undo,
    now: ({ session }) => label(undoLabel(session.editor.getState().history), texts.undoWhat),
    group: "edit",
    keys: ["mod+z"],
    icon: "undo",
    when: ({ session }) => undoLabel(session.editor.getState().history) !== undefined,
    run: ({ session }) => session.editor.undo(),
  },
  {
    id: "redo",
    text: texts.redo,
    now: ({ session }) => label(redoLabel(session.editor.getState().history), texts.redoWhat),
    group: "edit",
    keys: ["mod+shift+z", "mod+y"],
    icon: "redo",
    when: ({ session }) => redoLabel(session.editor.getState().history) !== undefined,
    run: ({ session }) => session.editor.redo(),
  },
  {
    id: "duplicate",
    text: texts.duplicate,
    group: "edit",
    keys: ["mod+d"],
    icon: "copy",
    when: several(1),
    run: (context) => void edit(context, (sketch) => duplicate(sketch, selection(context))),
  },
  {
    id: "copy",
    text: texts.copy,
    group: "edit",
    keys: ["mod+c"],
    icon: "copy",
    when: several(1),
    run: (context) => void copied(context),
  },
  {
    id: "cut",
    text: texts.cut,
    group: "edit",
    keys: ["mod+x"],
    when: several(1),
    run: async (context) => {
      if (await copied(context)) edit(context, (sketch) => remove(sketch, selection(context)));
    },
  },
  { id: "paste", text: texts.paste, group: "edit", keys: ["mod+v"], run: (context) => void pasted(context) },
  {
    id: "delete",
    text: texts.remove,
    group: "edit",
    keys: ["Delete", "Backspace"],
    icon: "remove",
    onCanvas: true,
    when: chosen,
    run: (context) => void edit(context, (sketch) => remove(sketch, selection(context))),
  },
  {
    id: "reconnect",
    text: texts.reconnect,
    group: "edit",
    keys: ["shift+Delete", "shift+Backspace"],
    onCanvas: true,
    when: several(1),
    run: (context) => void edit(context, (sketch) => removeAndReconnect(sketch, selection(context).tasks)),
  },
  {
    id: "arrange",
    text: texts.arrange,
    group: "edit",
    keys: ["shift+l"],
    icon: "layout",
    run: (context) => void arranged(context),
  },
  {
    id: "align-left",
    text: texts.alignLeft,
    group: "edit",
    keys: [],
    when: several(2),
    run: (context) => void edit(context, (sketch) => align(sketch, [...selection(context).tasks], "left")),
  },
  {
    id: "align-top",
    text: texts.alignTop,
    group: "edit",
    keys: [],
    when: several(2),
    run: (context) => void edit(context, (sketch) => align(sketch, [...selection(context).tasks], "top")),
  },
  {
    id: "spread",
    text: texts.spread,
    group: "edit",
    keys: [],
    when: several(3),
    run: (context) => void edit(context, (sketch) => distribute(sketch, [...selection(context).tasks], "x")),
  },
  {
    id: "add",
    text: texts.add,
    group: "add",
    keys: ["/"],
    icon: "add",
    run: ({ session }) => session.view.setState({ prompt: { kind: "add" } }),
  },
  {
    id: "add-after",
    text: texts.addAfter,
    group: "add",
    keys: ["a"],
    onCanvas: true,
    when: oneTask,
    run: (context) => {
      const task = onlyTask(selection(context));
      if (task !== undefined)
        context.session.view.setState({ prompt: { kind: "add", after: { task, on: "success" } } });
    },
  },
  {
    id: "connect",
    text: texts.connect,
    group: "add",
    keys: ["c"],
    icon: "link",
    onCanvas: true,
    when: oneTask,
    run: (context) => {
      const from = onlyTask(selection(context));
      if (from !== undefined) context.session.view.setState({ prompt: { kind: "connect", from } });
    },
  },
  {
    id: "insert",
    text: texts.insert,
    group: "add",
    keys: ["i"],
    onCanvas: true,
    when: (context) => onlyEdge(selection(context)) !== undefined,
    run: (context) => {
      const into = onlyEdge(selection(context));
      if (into !== undefined) context.session.view.setState({ prompt: { kind: "add", into } });
    },
  },
];

/** Tasks travel as YAML, between tabs and into an editor. */
async function copied(context: Context): Promise<boolean> {
  await loadYaml();
  const text = copy(draftOf(context.session.editor.getState()), selection(context));
  if (text === undefined) return false;
  await navigator.clipboard.writeText(text);
  announce(texts.copied(selection(context).tasks.size));
  return true;
}

async function pasted(context: Context): Promise<void> {
  let text: string;
  try {
    text = await navigator.clipboard.readText();
    await loadYaml();
  } catch {
    tell(texts.noClipboard, "wrong");
    return;
  }
  edit(context, (sketch) => paste(sketch, text));
}

async function arranged(context: Context): Promise<void> {
  const { editor, arranging } = context.session;
  const { pipeline } = draftOf(editor.getState());
  const layout = await arranging.arrange(pipeline);
  if (layout === undefined || draftOf(editor.getState()).pipeline !== pipeline) return;
  document.documentElement.classList.add("arranging");
  setTimeout(() => document.documentElement.classList.remove("arranging"), 400);
  edit(context, (sketch) => arrangeTasks(sketch, layout));
  requestAnimationFrame(() => void context.flow.fitView({ padding: 0.2, maxZoom: 1 }));
}

function label(what: string | undefined, spelled: (what: string) => string): string | undefined {
  return what === undefined ? undefined : spelled(what);
}
