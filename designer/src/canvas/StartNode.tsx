import { Handle, type NodeProps, Position } from "@xyflow/react";
import { useProblemsOf } from "../editing/problems.ts";
import { useSession } from "../editing/session.ts";
import { useView } from "../editing/view.ts";
import { NOTHING } from "../model/selection.ts";
import { canvas } from "../text/canvas.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import type { StartNode as Node } from "./view.ts";

const ICONS: Readonly<Record<string, IconName>> = {
  event: "event",
  s3: "bucket",
  schedule: "clock",
  webhook: "webhook",
  pipeline: "pipeline",
  manual: "person",
};

/** All that starts a run, in one box: a row for each trigger. */
export function StartNode({ data }: NodeProps<Node>) {
  return (
    <>
      <ul className="start-body" aria-label={canvas.start}>
        {data.triggers.map((one) => (
          <Trigger key={one.name} name={one.name} kind={one.kind} />
        ))}
      </ul>
      <Handle type="source" position={Position.Right} id="begin" isConnectable={false} className="handle begin" />
    </>
  );
}

function Trigger({ name, kind }: { name: string; kind: string }) {
  const { editor, view } = useSession();
  const problems = useProblemsOf("trigger", name);
  const opened = useView((now) => now.opened.kind === "trigger" && now.opened.name === name);
  const open = () => {
    editor.select(NOTHING);
    view.setState({ opened: { kind: "trigger", name } });
  };
  return (
    <li>
      <button
        type="button"
        className="nodrag start-row"
        aria-pressed={opened}
        title={canvas.trigger(name, kind)}
        onClick={open}
      >
        <Icon name={ICONS[kind] ?? "trigger"} size={14} />
        <span className="cut grow">{name}</span>
        {problems.length > 0 ? (
          <span className="task-problems error">
            <Icon name="problem" size={12} />
            <span className="unseen">{canvas.mistakes(problems.length)}</span>
          </span>
        ) : (
          <span className="faint small">{canvas.triggers[kind] ?? kind}</span>
        )}
      </button>
    </li>
  );
}
