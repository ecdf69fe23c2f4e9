// What is asked in the middle of the canvas: which task to add, what to connect to, which task to find.

import { useReactFlow } from "@xyflow/react";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { add } from "../editing/adding.ts";
import { itemsOf, matching, useCatalogue } from "../editing/catalogue.ts";
import { useSession } from "../editing/session.ts";
import { type Prompt as Asked, useView } from "../editing/view.ts";
import { connect, targetsFor } from "../model/edits/edges.ts";
import { readingOrder } from "../model/graph.ts";
import { EDGE_KINDS, type EdgeKind, workOf } from "../model/pipeline.ts";
import { selectTasks } from "../model/selection.ts";
import { draftOf } from "../state/editor.ts";
import { canvas } from "../text/canvas.ts";
import { tell } from "../ui/announcer.ts";
import { Chooser } from "../ui/Chooser.tsx";
import { Icon } from "../ui/Icon.tsx";

export function Prompt() {
  const asked = useView((now) => now.prompt);
  if (asked === undefined) return null;
  switch (asked.kind) {
    case "add":
      return <QuickAdd asked={asked} />;
    case "connect":
      return <ConnectTo from={asked.from} />;
    case "find":
      return <FindTask />;
  }
}

function useLeave(): () => void {
  const { view } = useSession();
  return () => {
    view.setState({ prompt: undefined });
    document.querySelector<HTMLElement>(".react-flow__node.selected")?.focus({ preventScroll: true });
  };
}

function Place({
  at,
  title,
  children,
}: {
  at?: { x: number; y: number } | undefined;
  title: string;
  children: ReactNode;
}) {
  const flow = useReactFlow();
  const leave = useLeave();
  const box = useRef<HTMLDivElement>(null);
  const point = at === undefined ? undefined : flow.flowToScreenPosition(at);
  const style =
    point === undefined
      ? { left: "50%", top: "20%", transform: "translateX(-50%)" }
      : { left: Math.min(point.x, window.innerWidth - 320), top: Math.min(point.y, window.innerHeight - 320) };
  return (
    <div
      ref={box}
      className="prompt"
      role="dialog"
      aria-label={title}
      style={style}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) leave();
      }}
    >
      {children}
    </div>
  );
}

function QuickAdd({ asked }: { asked: Extract<Asked, { kind: "add" }> }) {
  const session = useSession();
  const catalogue = useCatalogue();
  const [typed, setTyped] = useState("");
  const leave = useLeave();
  const items = useMemo(() => {
    const all = matching(itemsOf(catalogue), typed);
    return asked.after === undefined && asked.into === undefined ? all : all.filter((one) => one.kind !== "trigger");
  }, [catalogue, typed, asked]);
  const title =
    asked.after === undefined ? canvas.quick.title : canvas.quick.after(asked.after.task, canvas.kinds[asked.after.on]);
  return (
    <Place at={asked.at} title={title}>
      <Chooser
        label={title}
        choices={items.map((one) => ({
          id: `${one.kind}-${one.name}`,
          text: one.title,
          hint: one.description,
          icon: <Icon name={one.kind} />,
        }))}
        typed={typed}
        type={setTyped}
        take={(id) => {
          const item = items.find((one) => `${one.kind}-${one.name}` === id);
          if (item !== undefined) add(session, item, asked);
          leave();
        }}
        leave={leave}
        none={canvas.palette.none}
      />
    </Place>
  );
}

function ConnectTo({ from }: { from: string }) {
  const { editor } = useSession();
  const [kind, setKind] = useState<EdgeKind>("success");
  const [typed, setTyped] = useState("");
  const leave = useLeave();
  const { pipeline } = draftOf(editor.getState());
  const targets = targetsFor(pipeline, from, kind).filter((one) => one.toLowerCase().includes(typed.toLowerCase()));
  const title = canvas.connect.title(from);
  return (
    <Place title={title}>
      <Chooser
        label={title}
        choices={targets.map((name) => ({ id: name, text: name, hint: workOf(pipeline.tasks[name] ?? {}) }))}
        typed={typed}
        type={setTyped}
        take={(to) => {
          const no = editor.edit((sketch) => connect(sketch, from, to, kind));
          if (no !== undefined) tell(no.refused, "wrong");
          leave();
        }}
        leave={leave}
        none={canvas.connect.none}
      >
        <fieldset className="kinds">
          <legend className="unseen">{canvas.connect.kind}</legend>
          {EDGE_KINDS.map((one) => (
            <label key={one} className={`kind ${one}`} data-chosen={one === kind}>
              <input type="radio" name="kind" checked={one === kind} onChange={() => setKind(one)} />
              {canvas.kinds[one]}
            </label>
          ))}
        </fieldset>
      </Chooser>
    </Place>
  );
}

function FindTask() {
  const { editor, view } = useSession();
  const [typed, setTyped] = useState("");
  const leave = useLeave();
  const { pipeline } = draftOf(editor.getState());
  const wanted = typed.toLowerCase();
  const names = readingOrder(pipeline).filter(
    (name) =>
      name.toLowerCase().includes(wanted) ||
      workOf(pipeline.tasks[name] ?? {})
        .toLowerCase()
        .includes(wanted),
  );
  return (
    <Place title={canvas.find.title}>
      <Chooser
        label={canvas.find.title}
        choices={names.slice(0, 50).map((name) => ({ id: name, text: name, hint: workOf(pipeline.tasks[name] ?? {}) }))}
        typed={typed}
        type={setTyped}
        take={(task) => {
          editor.select(selectTasks(task));
          leave();
          view.setState({ shown: { task } });
        }}
        leave={leave}
        none={canvas.find.none}
      />
    </Place>
  );
}
