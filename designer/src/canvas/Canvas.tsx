// The canvas: React Flow between the editor's store and the pointer. What is drawn comes from `view.ts`; what is done goes through
// `editor.edit`. It keeps nothing of its own.

import {
  Background,
  BackgroundVariant,
  type Connection,
  type FinalConnectionState,
  MiniMap,
  type OnConnectEnd,
  ReactFlow,
  SelectionMode,
  useReactFlow,
} from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useEditor, useSession } from "../editing/session.ts";
import { useView } from "../editing/view.ts";
import { connect, edge, moveEdge, whyNot } from "../model/edits/edges.ts";
import { insertExisting, moveTasks } from "../model/edits/tasks.ts";
import { cycleWith } from "../model/graph.ts";
import { guided } from "../model/guides.ts";
import { type EdgeKind, edgesOf } from "../model/pipeline.ts";
import { GRID, type Point } from "../model/place.ts";
import { selectTasks } from "../model/selection.ts";
import { words } from "../model/words.ts";
import { draftOf } from "../state/editor.ts";
import { canvas } from "../text/canvas.ts";
import { announce } from "../ui/announcer.ts";
import { detoursOf } from "./detours.ts";
import { BeginLine, EdgeLine, Ends } from "./EdgeLine.tsx";
import { beginning } from "./far.ts";
import { Guides } from "./Guides.tsx";
import { foldEdges, foldNodes } from "./gesture.ts";
import { edgeUnder } from "./hit.ts";
import { Refused } from "./Refused.tsx";
import { StartNode } from "./StartNode.tsx";
import { useShown } from "./shown.ts";
import { TaskNode } from "./TaskNode.tsx";
import { type CanvasEdge, type CanvasNode, edgesOfCanvas, nodesOf, START } from "./view.ts";

const NODE_TYPES = { task: TaskNode, start: StartNode };
const EDGE_TYPES = { edge: EdgeLine, begin: BeginLine };
const SNAP: [number, number] = [GRID / 2, GRID / 2];
const MOST_ON_MAP = 1_000;
const LABELS = {
  "node.a11yDescription.default": canvas.help,
  "edge.a11yDescription.default": "",
  "node.a11yDescription.ariaLiveMessage": () => "",
};

interface Props {
  readOnly?: boolean;
  /** It is seen as a whole, however small that is: a picture on a page, and not the page itself. */
  whole?: boolean;
}

export function Canvas({ readOnly = false, whole = false }: Props) {
  const { editor, view } = useSession();
  const draft = useEditor(draftOf);
  const selection = useEditor((now) => now.selection);
  const dragging = useEditor((now) => now.dragging);
  const flow = useReactFlow<CanvasNode, CanvasEdge>();
  const frame = useRef<HTMLDivElement>(null);
  const refused = useView((now) => now.refused);
  // The first task of an empty drawing stands where it was put: nothing is moved to fit it.
  const [fits] = useState(() => readOnly || Object.keys(draft.pipeline.tasks).length > 0);
  const [begins] = useState(() =>
    whole ? undefined : beginning(draft.pipeline, draft.layout, window.innerWidth / 2, window.innerHeight - 140),
  );
  useShown();

  const nodes = useMemo(
    () => nodesOf({ pipeline: draft.pipeline, layout: draft.layout, selection, dragging }),
    [draft.pipeline, draft.layout, selection, dragging],
  );
  const levels = useMemo(() => detoursOf(draft.pipeline, draft.layout), [draft.pipeline, draft.layout]);
  const edges = useMemo(
    () => edgesOfCanvas(draft.pipeline, selection.edges, levels),
    [draft.pipeline, selection.edges, levels],
  );

  const changeNodes = useCallback(
    (changes: Parameters<typeof foldNodes>[0]) => {
      const { selection: before, dragging: at } = editor.getState();
      const { selection: after, dragging: now, moved } = foldNodes(changes, before, at);
      if (after !== before) editor.select(after);
      if (now !== at) {
        const { shift, guides } = guided(draftOf(editor.getState()).layout, now);
        editor.drag(now.size === 0 ? now : shifted(now, shift));
        view.setState({ guides: now.size === 0 ? NO_GUIDES : guides });
      }
      if (moved === undefined || readOnly) return;
      const [only] = Object.keys(moved);
      const under =
        only !== undefined && Object.keys(moved).length === 1 ? edgeUnder(flow, editor, only, moved[only]) : undefined;
      if (under !== undefined && only !== undefined) {
        editor.edit((sketch) => moveTasks(sketch, moved));
        if (editor.edit((sketch) => insertExisting(sketch, under, only)) === undefined) return;
      } else editor.edit((sketch) => moveTasks(sketch, moved));
    },
    [editor, flow, readOnly, view],
  );

  const changeEdges = useCallback(
    (changes: Parameters<typeof foldEdges>[0]) => {
      const before = editor.getState().selection;
      const after = foldEdges(changes, before);
      if (after !== before) editor.select(after);
    },
    [editor],
  );

  /** Asked at every move of the pointer: may it end here? The reason is shown beside it. */
  const mayConnect = useCallback(
    (given: Connection | CanvasEdge) => {
      if (given.source === START || given.target === START) return false;
      const { pipeline } = draftOf(editor.getState());
      const circle = cycleWith(pipeline, given.source, given.target);
      const no =
        circle === undefined
          ? whyNot(pipeline, edge(given.source, given.target, given.sourceHandle as EdgeKind))?.refused
          : words.refused.cycle(circle);
      if (view.getState().refused !== no) view.setState({ refused: no });
      return no === undefined;
    },
    [editor, view],
  );

  const connected = useCallback(
    (given: Connection) => {
      const no = editor.edit((sketch) => connect(sketch, given.source, given.target, given.sourceHandle as EdgeKind));
      if (no !== undefined) announce(no.refused);
    },
    [editor],
  );

  /** Dropped on empty canvas: a task is added there and connected. */
  const ended: OnConnectEnd = useCallback(
    (event, state: FinalConnectionState) => {
      view.setState({ refused: undefined });
      const from = state.fromNode?.id;
      if (state.isValid || from === undefined || state.toNode !== null || state.fromHandle?.type !== "source") return;
      const point = "changedTouches" in event ? event.changedTouches[0] : event;
      if (point === undefined) return;
      const at = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
      view.setState({
        prompt: { kind: "add", at, after: { task: from, on: (state.fromHandle.id ?? "success") as EdgeKind } },
      });
    },
    [flow, view],
  );

  const reconnected = useCallback(
    (old: CanvasEdge, given: Connection) => {
      editor.edit((sketch) => moveEdge(sketch, old.id, { from: given.source, to: given.target }));
    },
    [editor],
  );

  const label = useCallback((node: CanvasNode) => labelOf(node, draft.pipeline), [draft.pipeline]);
  const named = useMemo(() => nodes.map((node) => withLabel(node, label)), [nodes, label]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a double click is a shortcut; the key / does the same
    <div
      ref={frame}
      className={`canvas ${readOnly ? "read-only" : ""}`}
      data-testid="canvas"
      onDoubleClick={(event) => {
        if (readOnly || !(event.target instanceof Element) || !event.target.classList.contains("react-flow__pane"))
          return;
        view.setState({
          prompt: { kind: "add", at: flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }) },
        });
      }}
    >
      <Ends />
      <ReactFlow<CanvasNode, CanvasEdge>
        nodes={named}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={changeNodes}
        onEdgesChange={changeEdges}
        onConnect={connected}
        onConnectEnd={ended}
        onReconnect={reconnected}
        isValidConnection={mayConnect}
        onPaneClick={() => view.setState({ opened: { kind: "pipeline" }, prompt: undefined })}
        onNodeClick={(event, node) => {
          view.setState({ prompt: undefined });
          // Of several that are chosen a click takes the one: React Flow itself would leave them all.
          const several = editor.getState().selection.tasks.size > 1;
          const more = event.shiftKey || event.metaKey || event.ctrlKey;
          if (several && !more && node.id !== START) editor.select(selectTasks(node.id));
        }}
        onBeforeDelete={async () => false}
        onlyRenderVisibleElements
        fitView={fits && begins === undefined}
        {...(begins === undefined ? {} : { defaultViewport: begins })}
        onInit={(ready) => {
          // Guessed before it was there; as large as it is, now.
          const box = frame.current?.getBoundingClientRect();
          const { pipeline, layout } = draftOf(editor.getState());
          const at = begins && box && beginning(pipeline, layout, box.width, box.height);
          if (at !== undefined) void ready.setViewport(at);
        }}
        fitViewOptions={{ padding: 0.2, maxZoom: 1 }}
        minZoom={0.04}
        maxZoom={2}
        snapToGrid
        snapGrid={SNAP}
        nodeDragThreshold={2}
        zoomOnDoubleClick={false}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={["Shift", "Meta", "Control"]}
        selectionMode={SelectionMode.Partial}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        edgesReconnectable={!readOnly}
        elevateNodesOnSelect={false}
        disableKeyboardA11y={readOnly}
        ariaLabelConfig={LABELS}
        aria-label={canvas.label}
        proOptions={{ hideAttribution: true }}
      >
        <Guides />
        <Background variant={BackgroundVariant.Dots} gap={GRID} size={1.5} color="var(--line-strong)" />
        {nodes.length > 8 && nodes.length <= MOST_ON_MAP ? (
          <MiniMap pannable zoomable nodeColor="var(--line-strong)" maskColor="var(--veil)" ariaLabel={null} />
        ) : null}
      </ReactFlow>
      {refused === undefined ? null : <Refused why={refused} />}
    </div>
  );
}

const NO_GUIDES: readonly [] = [];

function shifted(dragging: ReadonlyMap<string, Point>, by: Point): ReadonlyMap<string, Point> {
  if (by.x === 0 && by.y === 0) return dragging;
  return new Map([...dragging].map(([name, at]) => [name, { x: at.x + by.x, y: at.y + by.y }]));
}

const labelled = new WeakMap<CanvasNode, { label: string; node: CanvasNode }>();

function withLabel(node: CanvasNode, labelOfNode: (node: CanvasNode) => string): CanvasNode {
  const label = labelOfNode(node);
  const known = labelled.get(node);
  if (known?.label === label) return known.node;
  const made = { ...node, ariaLabel: label } as CanvasNode;
  labelled.set(node, { label, node: made });
  return made;
}

function labelOf(node: CanvasNode, pipeline: ReturnType<typeof draftOf>["pipeline"]): string {
  if (node.type === "start") return canvas.start;
  const { name, at, of } = node.data as { name: string; at: number; of: number };
  const before = [...new Set(incoming(pipeline, name))];
  return canvas.task(name, at + 1, of, before.length === 0 ? "" : canvas.after(before.join(", ")));
}

const leading = new WeakMap<object, Map<string, string[]>>();

function incoming(pipeline: ReturnType<typeof draftOf>["pipeline"], name: string): readonly string[] {
  let found = leading.get(pipeline);
  if (found === undefined) {
    found = new Map();
    for (const one of edgesOf(pipeline)) {
      const told = `${one.from} ${words.on(one.on ?? "success")}`;
      found.set(one.to, [...(found.get(one.to) ?? []), told]);
    }
    leading.set(pipeline, found);
  }
  return found.get(name) ?? [];
}
