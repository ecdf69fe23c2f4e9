// What React Flow is given: nodes and edges as a pure function of the draft and the gesture at hand, each made once for the same
// task and reused. Sizes and handles are fixed, so nothing is measured before it is drawn. What a run does is not in here.

import { type Edge as FlowEdge, type Node as FlowNode, Position } from "@xyflow/react";
import { conditionInWords } from "../model/condition.ts";
import { readingOrder, roots } from "../model/graph.ts";
import type { Layout } from "../model/layout.ts";
import {
  type Edge,
  type EdgeKind,
  edgeKey,
  edgesOf,
  kindOf,
  type Pipeline,
  type Task,
  triggersOf,
} from "../model/pipeline.ts";
import { GAP, NODE, type Point } from "../model/place.ts";
import type { Selection } from "../model/selection.ts";

export const START = "@start";
export const IN = "in";
export const HANDLES: readonly EdgeKind[] = ["success", "failure", "completion"];
/** Where the handles stand on a box's right side, from its top. */
export const HANDLE_Y: Readonly<Record<EdgeKind, number>> = { success: 16, failure: 32, completion: 48 };
const DOT = 12;
const ROW = 28;

export interface TaskData extends Record<string, unknown> {
  name: string;
  task: Task;
  /** Its place among all, as one reads them. */
  at: number;
  of: number;
}
export interface StartData extends Record<string, unknown> {
  triggers: readonly { name: string; kind: string }[];
}
export interface EdgeData extends Record<string, unknown> {
  kind: EdgeKind;
  condition: string | undefined;
  /** Of several between the same two: which one. */
  lane: number;
  /** Where it goes round tasks: how high. */
  level: number | undefined;
  key: string;
}

export type TaskNode = FlowNode<TaskData, "task">;
export type StartNode = FlowNode<StartData, "start">;
export type CanvasNode = TaskNode | StartNode;
export type CanvasEdge = FlowEdge<EdgeData, "edge" | "begin">;

const SIZE = { width: NODE.width, height: NODE.height, measured: { ...NODE } };
const TASK_HANDLES: NonNullable<TaskNode["handles"]> = [
  {
    id: IN,
    type: "target",
    position: Position.Left,
    x: -DOT / 2,
    y: NODE.height / 2 - DOT / 2,
    width: DOT,
    height: DOT,
  },
  ...HANDLES.map((id) => ({
    id,
    type: "source" as const,
    position: Position.Right,
    x: NODE.width - DOT / 2,
    y: HANDLE_Y[id] - DOT / 2,
    width: DOT,
    height: DOT,
  })),
];

interface Drawing {
  pipeline: Pipeline;
  layout: Layout;
  selection: Selection;
  dragging: ReadonlyMap<string, Point>;
}

const datas = new WeakMap<Task, TaskData>();
const nodes = new WeakMap<TaskData, TaskNode>();

export function nodesOf({ pipeline, layout, selection, dragging }: Drawing): CanvasNode[] {
  const order = readingOrder(pipeline);
  const found: CanvasNode[] = order.map((name, index) => {
    const node = nodeOf(
      dataOf(name, pipeline.tasks[name] as Task, index, order.length),
      layout[name] ?? { x: 0, y: 0 },
    );
    const position = dragging.get(name);
    const selected = selection.tasks.has(name);
    if (position === undefined && !selected) return node;
    return { ...node, selected, ...(position === undefined ? {} : { position, dragging: true }) };
  });
  const start = startOf(pipeline, layout);
  return start === undefined ? found : [start, ...found];
}

function dataOf(name: string, task: Task, at: number, of: number): TaskData {
  const known = datas.get(task);
  if (known !== undefined && known.name === name && known.at === at && known.of === of) return known;
  const data: TaskData = { name, task, at, of };
  datas.set(task, data);
  return data;
}

function nodeOf(data: TaskData, position: Point): TaskNode {
  const known = nodes.get(data);
  if (known !== undefined && known.position.x === position.x && known.position.y === position.y) return known;
  const node: TaskNode = { id: data.name, type: "task", position, data, handles: TASK_HANDLES, ...SIZE };
  nodes.set(data, node);
  return node;
}

let started: StartNode | undefined;

/** The triggers, in one box to the left of the first task: moved by nobody, since it stands where the drawing begins. */
function startOf(pipeline: Pipeline, layout: Layout): StartNode | undefined {
  const triggers = Object.entries(triggersOf(pipeline)).map(([name, trigger]) => ({
    name,
    kind: kindOfTrigger(trigger),
  }));
  const first = roots(pipeline)
    .map((name) => layout[name])
    .filter((point) => point !== undefined);
  if (triggers.length === 0 || first.length === 0) return undefined;
  const height = ROW * triggers.length + 12;
  const middle = first.reduce((sum, point) => sum + point.y, 0) / first.length + NODE.height / 2;
  const position = {
    x: Math.min(...first.map((point) => point.x)) - NODE.width - GAP.layer / 2,
    y: middle - height / 2,
  };
  if (
    started !== undefined &&
    started.position.x === position.x &&
    started.position.y === position.y &&
    JSON.stringify(started.data.triggers) === JSON.stringify(triggers)
  ) {
    return started;
  }
  const handle = {
    id: "begin",
    type: "source" as const,
    position: Position.Right,
    x: NODE.width - DOT / 2,
    y: height / 2 - DOT / 2,
    width: DOT,
    height: DOT,
  };
  started = {
    id: START,
    type: "start",
    position,
    data: { triggers },
    width: NODE.width,
    height,
    measured: { width: NODE.width, height },
    handles: [handle],
    draggable: false,
    selectable: false,
    deletable: false,
    connectable: false,
  };
  return started;
}

function kindOfTrigger(trigger: object): string {
  return Object.keys(trigger).find((key) => key !== "input" && key !== "key") ?? "manual";
}

const made = new WeakMap<Edge, CanvasEdge>();

export function edgesOfCanvas(
  pipeline: Pipeline,
  selected: ReadonlySet<string>,
  levels: ReadonlyMap<string, number> = new Map(),
): CanvasEdge[] {
  const lanes = new Map<string, number>();
  const found: CanvasEdge[] = edgesOf(pipeline).map((edge) => {
    const pair = `${edge.from} ${edge.to}`;
    const lane = lanes.get(pair) ?? 0;
    lanes.set(pair, lane + 1);
    const flow = edgeOf(edge, lane, levels.get(edgeKey(edge)));
    return selected.has(flow.id) ? { ...flow, selected: true } : flow;
  });
  if (Object.keys(triggersOf(pipeline)).length === 0) return found;
  return [...found, ...roots(pipeline).map(beginOf)];
}

function edgeOf(edge: Edge, lane: number, level: number | undefined): CanvasEdge {
  const known = made.get(edge);
  if (known !== undefined && known.data?.lane === lane && known.data.level === level) return known;
  const kind = kindOf(edge);
  const key = edgeKey(edge);
  const condition = edge.when === undefined ? undefined : conditionInWords(edge.when);
  const flow: CanvasEdge = {
    id: key,
    type: "edge",
    source: edge.from,
    target: edge.to,
    sourceHandle: kind,
    targetHandle: IN,
    data: { kind, condition, lane, key, level },
    reconnectable: true,
  };
  made.set(edge, flow);
  return flow;
}

const begun = new Map<string, CanvasEdge>();

function beginOf(root: string): CanvasEdge {
  const known = begun.get(root);
  if (known !== undefined) return known;
  const flow: CanvasEdge = {
    id: `${START} ${root}`,
    type: "begin",
    source: START,
    target: root,
    sourceHandle: "begin",
    targetHandle: IN,
    selectable: false,
    focusable: false,
    deletable: false,
    reconnectable: false,
  };
  begun.set(root, flow);
  return flow;
}
