import { Handle, type NodeProps, Position } from "@xyflow/react";
import { useEffect, useState } from "react";
import { useProblemsOf } from "../editing/problems.ts";
import { useRun } from "../editing/session.ts";
import { type Join, joinOf, type Task, workOf } from "../model/pipeline.ts";
import { NODE } from "../model/place.ts";
import { canvas } from "../text/canvas.ts";
import { texts } from "../text/en.ts";
import { length } from "../ui/ago.ts";
import { Icon } from "../ui/Icon.tsx";
import { STATE_ICONS } from "../ui/State.tsx";
import { useIsFar } from "./far.ts";
import { useLitTask, useMarkOfTask } from "./lit.ts";
import { HANDLE_Y, HANDLES, IN, type TaskNode as Node } from "./view.ts";

/** One task. What a run makes of it is read from the run's own store, by its name. */
export function TaskNode({ data, isConnectable }: NodeProps<Node>) {
  const { name, task } = data;
  const problems = useProblemsOf("task", name);
  const far = useIsFar();
  if (far) return <FromAfar name={name} mistakes={problems.length} />;
  const worst = problems.some((one) => one.severity === "error") ? "error" : "warning";
  return (
    <>
      <Run name={name} />
      <Lit name={name} />
      <Marked name={name} />
      <Handle type="target" position={Position.Left} id={IN} isConnectable={isConnectable} className="handle in" />
      <div className="task-body">
        <span className="task-icon">
          <Icon name={task.action === undefined ? "function" : "action"} size={18} />
        </span>
        <span className="task-words">
          <span className="task-name cut">{name}</span>
          <span className="task-work cut">{workOf(task)}</span>
        </span>
        {problems.length === 0 ? null : (
          <span className={`task-problems ${worst}`} title={problems.map((one) => one.message).join("\n")}>
            <Icon name="problem" size={14} />
            <span className="unseen">{canvas.mistakes(problems.length)}</span>
          </span>
        )}
      </div>
      <Marks task={task} />
      {HANDLES.map((kind) => (
        <Handle
          key={kind}
          type="source"
          position={Position.Right}
          id={kind}
          isConnectable={isConnectable}
          className={`handle ${kind}`}
          style={{ top: HANDLE_Y[kind] }}
          title={canvas.handle[kind](name)}
        />
      ))}
    </>
  );
}

function FromAfar({ name, mistakes }: { name: string; mistakes: number }) {
  const state = useRun((now) => (now.id === undefined ? undefined : (now.tasks[name]?.state ?? "pending")));
  const lit = useLitTask(name);
  const mark = useMarkOfTask(name);
  return (
    <>
      <span
        className={`task-far ${state ?? ""} ${mark ?? ""} ${mistakes > 0 ? "mistaken" : ""} ${lit ? "lit" : ""}`}
        data-state={state}
      />
      <Measured name={name} />
    </>
  );
}

const MEASURED_MS = 500;
const AT = { position: "absolute", width: 12, height: 12, visibility: "hidden" } as const;

/** React Flow measures where handles are when a box comes: a box that comes from afar shows them for as long as that takes. */
function Measured({ name }: { name: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDone(true), MEASURED_MS);
    return () => clearTimeout(timer);
  }, []);
  if (done) return null;
  return (
    <>
      <span className="target" data-handleid={IN} data-nodeid={name} data-handlepos="left" style={INTO} />
      {HANDLES.map((kind) => (
        <span
          key={kind}
          className="source"
          data-handleid={kind}
          data-nodeid={name}
          data-handlepos="right"
          style={{ ...AT, right: -6, top: HANDLE_Y[kind] - 6 }}
        />
      ))}
    </>
  );
}
const INTO = { ...AT, left: -6, top: NODE.height / 2 - 6 };

/** How it joins, whether it is tried again, whether it runs for each item: at the box's edges, where they take no room. */
function Marks({ task }: { task: Task }) {
  const join = joinOf(task);
  const retries = task.retry === undefined ? 0 : (task.retry.attempts ?? 3);
  return (
    <>
      {join === "all" ? null : (
        <span className="mark join" title={titleOf(join)}>
          {spelled(join)}
        </span>
      )}
      {retries > 1 ? (
        <span className="mark retry" title={canvas.retries(retries)}>
          <Icon name="retrying" size={10} />
          {retries}
        </span>
      ) : null}
      {task.for_each === undefined ? null : (
        <span className="mark each" title={canvas.forEach}>
          ×n
        </span>
      )}
      {task.callback ? (
        <span className="mark callback" title={canvas.callback}>
          <Icon name="waiting" size={10} />
        </span>
      ) : null}
    </>
  );
}

function Run({ name }: { name: string }) {
  const seen = useRun((now) => now.tasks[name]);
  const watched = useRun((now) => now.id !== undefined);
  if (!watched) return null;
  const state = seen?.state ?? "pending";
  const last = seen?.attempts.at(-1);
  const took =
    last?.started !== undefined && (state === "succeeded" || state === "failed")
      ? length((last.at - last.started) / 1_000)
      : "";
  return (
    <span className={`task-run ${state}`} data-state={state}>
      <span className="task-state" title={seen?.why}>
        <Icon name={STATE_ICONS[state]} size={12} />
        {texts.states[state]}
        {(seen?.attempt ?? 0) > 1 ? ` · ${seen?.attempt}` : ""}
        {took === "" ? "" : ` · ${took}`}
      </span>
    </span>
  );
}

function Lit({ name }: { name: string }) {
  return useLitTask(name) ? <span className="task-lit" /> : null;
}

function Marked({ name }: { name: string }) {
  const mark = useMarkOfTask(name);
  return mark === undefined ? null : <span className={`task-mark ${mark}`}>{canvas.marks[mark]}</span>;
}

function spelled(join: Join): string {
  return typeof join === "string"
    ? canvas.join[join === "settled" ? "settled" : "any"]
    : canvas.join.atLeast(join.at_least);
}

function titleOf(join: Join): string {
  if (typeof join !== "string") return canvas.join.title.atLeast(join.at_least);
  return join === "settled" ? canvas.join.title.settled : canvas.join.title.any;
}
