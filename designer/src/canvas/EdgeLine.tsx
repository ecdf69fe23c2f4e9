import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { useProblemsOf } from "../editing/problems.ts";
import { useRun, useSession } from "../editing/session.ts";
import { canvas } from "../text/canvas.ts";
import { Icon } from "../ui/Icon.tsx";
import { detourPath } from "./detours.ts";
import { useIsFar } from "./far.ts";
import { useLitEdge, useMarkOfEdge } from "./lit.ts";
import type { CanvasEdge } from "./view.ts";

const LANE = 26;

/** An edge: its kind by colour and by the shape at its end, its condition in words, and, in a run, whether it carried something. */
export function EdgeLine(props: EdgeProps<CanvasEdge>) {
  const { data, selected, id } = props;
  const { view } = useSession();
  const problems = useProblemsOf("edge", id);
  const lit = useLitEdge(id);
  const mark = useMarkOfEdge(id);
  const live = useRun((now) => (now.id === undefined ? undefined : (now.view.live?.[id] ?? null)));
  const lane = data?.lane ?? 0;
  const level = data?.level;
  const [straight, middle, height] = getBezierPath({ ...props, curvature: 0.28 + lane * 0.22 });
  const start = { x: props.sourceX, y: props.sourceY };
  const end = { x: props.targetX, y: props.targetY };
  const path = level === undefined ? straight : detourPath(start, end, level);
  const x = level === undefined ? middle : (start.x + end.x) / 2;
  const y = (level === undefined ? height : level) + LANE * lane;
  const kind = data?.kind ?? "success";
  const state = live === undefined ? "" : live === null ? "undecided" : live ? "live" : "dead";
  const far = useIsFar();
  const labelled = !far && (data?.condition !== undefined || selected || problems.length > 0);
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={far ? 0 : 20}
        className={`edge ${kind} ${state} ${lit ? "lit" : ""} ${mark === undefined ? "" : `marked ${mark}`}`}
        {...(far ? {} : { markerEnd: `url(#end-${kind})` })}
      />
      {labelled ? (
        <EdgeLabelRenderer>
          <div
            className={`edge-label nodrag nopan ${kind} ${state}`}
            style={{ transform: `translate(-50%, -110%) translate(${x}px, ${y}px)` }}
          >
            {problems.length > 0 ? (
              <span className="task-problems error" title={problems.map((one) => one.message).join("\n")}>
                <Icon name="problem" size={12} />
                <span className="unseen">{canvas.mistakes(problems.length)}</span>
              </span>
            ) : null}
            {data?.condition === undefined ? null : (
              <span className="cut" title={data.condition}>
                {data.condition}
              </span>
            )}
            {selected ? (
              <button
                type="button"
                className="edge-insert"
                aria-label={canvas.insert}
                title={canvas.insert}
                onClick={() => view.setState({ prompt: { kind: "add", into: id, at: { x, y } } })}
              >
                <Icon name="add" size={12} />
              </button>
            ) : null}
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
}

/** From the triggers to the tasks that a run begins with. */
export function BeginLine(props: EdgeProps<CanvasEdge>) {
  const [path] = getBezierPath(props);
  return <BaseEdge id={props.id} path={path} interactionWidth={0} className="edge begin" />;
}

/** The shapes at the ends of edges, once for the whole canvas. */
export function Ends() {
  return (
    <svg width="0" height="0" aria-hidden="true" className="ends">
      <defs>
        <marker
          id="end-success"
          viewBox="0 0 10 10"
          refX="9"
          refY="5"
          markerWidth="8"
          markerHeight="8"
          orient="auto-start-reverse"
        >
          <path d="M0 0 L10 5 L0 10 z" className="end success" />
        </marker>
        <marker
          id="end-failure"
          viewBox="0 0 10 10"
          refX="9"
          refY="5"
          markerWidth="9"
          markerHeight="9"
          orient="auto-start-reverse"
        >
          <path d="M0 5 L5 0 L10 5 L5 10 z" className="end failure" />
        </marker>
        <marker
          id="end-completion"
          viewBox="0 0 10 10"
          refX="9"
          refY="5"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0 H10 V10 H0 z" className="end completion" />
        </marker>
      </defs>
    </svg>
  );
}
