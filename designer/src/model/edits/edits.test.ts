import { describe, expect, it } from "vitest";
import { carryOut, type Draft, openDraft, textOf } from "../draft.ts";
import { edgeKey, edgesOf } from "../pipeline.ts";
import { type Edit, isRefusal, planned } from "../plan.ts";
import { NOTHING, selectTasks } from "../selection.ts";
import { copy, duplicate, paste } from "./clipboard.ts";
import { connect, edge, moveEdge, setEdgeCondition, setEdgeKind, targetsFor } from "./edges.ts";
import { remove, removeAndReconnect } from "./removal.ts";
import {
  addTask,
  arrangeTasks,
  insertExisting,
  insertTask,
  moveTasks,
  renameTask,
  setTask,
  setTasks,
} from "./tasks.ts";
import { addTrigger, removeTriggers, renameTrigger, setPipeline, setTrigger } from "./triggers.ts";

const START = openDraft(`project: p
pipeline: q
tasks:
  a: {function: f}
  b: {function: g, with: {x: "\${tasks.a.output.x}", y: "\${tasks.a.output.y || tasks.\\"a\\".error.type} of \${input.a}"}}
  c: {function: h, for_each: "\${tasks.b.output.items}"}
edges:
  - {from: a, to: b}
  - {from: b, to: c}
`);

const edges = (draft: { pipeline: Draft["pipeline"] }) => edgesOf(draft.pipeline).map((one) => `${one.from}>${one.to}`);
const why = (edit: Edit) => (isRefusal(edit) ? edit.refused : "");
const done = (edit: Edit, draft = START) => carryOut(draft, planned(edit));

describe("connecting", () => {
  it("takes several edges between two tasks, one of each identity", () => {
    const twice = done(connect(START, "a", "b", "failure"));
    expect(edges(twice)).toEqual(["a>b", "b>c", "a>b"]);
    expect(why(connect(twice, "a", "b", "failure"))).toMatch("already connected");
    expect(isRefusal(connect(twice, "a", "b", "failure", { type: ["E"] }))).toBe(false);
  });

  it("refuses a cycle, and tells the way round", () => {
    expect(why(connect(START, "c", "a"))).toBe("these tasks would wait for each other: c → a → b → c");
    expect(why(connect(START, "a", "a"))).toMatch("wait for itself");
    expect(targetsFor(START.pipeline, "b")).toEqual([]);
    expect(targetsFor(START.pipeline, "b", "failure")).toEqual(["c"]);
  });

  it("writes success as what is left out", () => {
    expect(textOf(done(connect(START, "a", "c")))).toContain("- {from: a, to: c}");
  });
});

describe("changing an edge", () => {
  const key = edgeKey({ from: "a", to: "b" });

  it("gives it another kind, condition or end, and selects what it became", () => {
    const plan = planned(setEdgeKind(START, key, "completion"));
    expect(plan.select?.edges).toEqual(new Set([edgeKey(edge("a", "b", "completion"))]));
    const when = { width: [{ numeric: [">=", 64] }] };
    expect(edgesOf(done(setEdgeCondition(START, key, when)).pipeline)[0]).toEqual({ from: "a", to: "b", when });
    expect(edges(done(moveEdge(START, key, { to: "c" })))).toEqual(["a>c", "b>c"]);
    expect(why(moveEdge(START, edgeKey({ from: "b", to: "c" }), { to: "a" }))).toMatch("wait for each other");
  });
});

describe("tasks", () => {
  it("are added under a free name, behind another, and selected", () => {
    const plan = planned(addTask(START, { task: { action: "s3.copy" }, after: { task: "a", on: "failure" } }));
    expect(plan.select).toEqual(selectTasks("copy"));
    expect(edgesOf(plan.pipeline).at(-1)).toEqual({ from: "a", to: "copy", on: "failure" });
    expect(plan.layout.copy?.x).toBeGreaterThan(START.layout.a?.x ?? 0);
    const more = planned(addTask(done(addTask(START, { task: { function: "f" } })), { task: { function: "f" } }));
    expect(Object.keys(more.pipeline.tasks)).toEqual(["a", "b", "c", "f", "f_2"]);
    expect(why(addTask(START, { task: { function: "f" }, name: "a" }))).toMatch("already a task");
    expect(why(addTask(START, { task: { function: "f" }, name: "1 x" }))).toMatch("cannot be a name");
  });

  it("stand where they are dropped, and never on another", () => {
    const at = { x: 1000, y: 1000 };
    const one = done(addTask(START, { task: { function: "f" }, name: "d", at }));
    const two = done(addTask(one, { task: { function: "f" }, name: "e", at }), one);
    expect(one.layout.d).toEqual({ x: 900, y: 960 });
    expect(two.layout.e?.y).toBeGreaterThan(1000);
  });

  it("are put into an edge, which keeps what it heard", () => {
    const key = edgeKey({ from: "a", to: "b" });
    const heard = done(setEdgeKind(START, key, "failure"));
    const plan = planned(insertTask(heard, edgeKey(edge("a", "b", "failure")), { task: { function: "mid" } }));
    expect(edgesOf(plan.pipeline)).toEqual([
      { from: "a", to: "mid", on: "failure" },
      { from: "mid", to: "b" },
      { from: "b", to: "c" },
    ]);
    expect(why(insertExisting(START, key, "c"))).toMatch("already connected");
  });

  it("are renamed in edges and in every expression that reads them", () => {
    const renamed = done(renameTask(START, "a", "first-one"));
    expect(edges(renamed)).toEqual(["first-one>b", "b>c"]);
    expect(renamed.pipeline.tasks.b?.with).toEqual({
      x: '${tasks."first-one".output.x}',
      y: '${tasks."first-one".output.y || tasks."first-one".error.type} of ${input.a}',
    });
    expect(done(renameTask(renamed, "first-one", "a"), renamed).pipeline.tasks.b?.with).toEqual({
      x: "${tasks.a.output.x}",
      y: "${tasks.a.output.y || tasks.a.error.type} of ${input.a}",
    });
    expect(done(renameTask(START, "b", "z")).pipeline.tasks.c?.for_each).toBe("${tasks.z.output.items}");
    expect(renamed.layout["first-one"]).toEqual(START.layout.a);
  });

  it("are changed by field; what is undefined is taken away", () => {
    const changed = done(setTasks(START, ["a", "b"], { timeout: "5s" }));
    expect(changed.pipeline.tasks.a).toEqual({ function: "f", timeout: "5s" });
    expect(done(setTask(changed, "a", { timeout: undefined }), changed).pipeline.tasks.a).toEqual({ function: "f" });
    expect(why(setTask(START, "a", { function: undefined }))).toMatch("either a function or an action");
    expect(done(setTask(START, "a", { function: undefined, action: "pass" })).pipeline.tasks.a).toEqual({
      action: "pass",
    });
    expect(why(setTask(START, "a", { function: "f" }))).toBe("nothing changes");
  });

  it("move without a word in the text", () => {
    const moved = done(moveTasks(START, { a: { x: 1, y: 2 } }));
    expect(moved.source).toBe(START.source);
    expect(moved.layout.a).toEqual({ x: 1, y: 2 });
    expect(why(moveTasks(START, { a: START.layout.a as never }))).toBe("nothing changes");
    expect(done(arrangeTasks(moved, START.layout), moved).layout).toEqual(START.layout);
  });
});

describe("removing", () => {
  it("takes the edges at a task along", () => {
    const gone = done(remove(START, selectTasks("b")));
    expect(edges(gone)).toEqual([]);
    expect(textOf(gone)).not.toContain("edges");
    expect(why(remove(START, NOTHING))).toBe("nothing is selected");
  });

  it("connects what was around, as it was heard before", () => {
    const heard = done(setEdgeKind(START, edgeKey({ from: "a", to: "b" }), "completion"));
    expect(edgesOf(planned(removeAndReconnect(heard, new Set(["b"]))).pipeline)).toEqual([
      { from: "a", to: "c", on: "completion" },
    ]);
    expect(edges(planned(removeAndReconnect(START, new Set(["b", "c"]))))).toEqual([]);
  });
});

describe("the clipboard", () => {
  it("holds text that is pasted with new names, inside edges and expressions too", () => {
    const text = copy(START, selectTasks("a", "b")) ?? "";
    const plan = planned(paste(START, text));
    expect(edges(plan)).toEqual(["a>b", "b>c", "a_2>b_2"]);
    expect(plan.pipeline.tasks.b_2?.with?.x).toBe("${tasks.a_2.output.x}");
    expect(plan.select).toEqual(selectTasks("a_2", "b_2"));
  });

  it("keeps names that are free elsewhere, and takes a whole document", () => {
    const other = openDraft("project: o\npipeline: o\ntasks: {}\n");
    expect(planned(paste(other, copy(START, selectTasks("b", "c")) ?? "")).pipeline).toMatchObject({
      tasks: { b: START.pipeline.tasks.b, c: START.pipeline.tasks.c },
      edges: [{ from: "b", to: "c" }],
    });
    expect(planned(paste(other, textOf(START))).pipeline.tasks).toEqual(START.pipeline.tasks);
  });

  it("refuses what is no part of a pipeline", () => {
    for (const text of ["", "hello", "tasks: 3", "tasks: {}", "{"]) expect(why(paste(START, text))).toMatch("no tasks");
    expect(copy(START, NOTHING)).toBeUndefined();
    expect(why(duplicate(START, NOTHING))).toBe("nothing is selected");
  });

  it("does not let a circle in", () => {
    const text =
      "tasks: {x: {function: f}, y: {function: g}}\nedges: [{from: x, to: y}, {from: y, to: x}, {from: x, to: x}]\n";
    expect(edges(planned(paste(START, text)))).toEqual(["a>b", "b>c", "x>y"]);
  });
});

describe("triggers and the pipeline itself", () => {
  it("are added, changed, renamed and removed", () => {
    const one = done(addTrigger(START, { manual: {} }));
    expect(textOf(one)).toMatch(/^triggers:\n {2}manual: \{manual: \{\}\}\ntasks:/m);
    const two = done(setTrigger(one, "manual", { schedule: { cron: "0 2 * * *" } }), one);
    const three = done(renameTrigger(two, "manual", "nightly"), two);
    expect(three.pipeline.triggers).toEqual({ nightly: { schedule: { cron: "0 2 * * *" } } });
    expect(textOf(done(removeTriggers(three, new Set(["nightly"])), three))).toBe(textOf(START));
    expect(why(addTrigger(START, { manual: {}, s3: { bucket: "b" } }))).toMatch("exactly one source");
  });

  it("keep project, pipeline and tasks", () => {
    const described = done(setPipeline(START, { description: "What for", deadline: "1h" }));
    expect(textOf(described)).toMatch(/^project: p\npipeline: q\ndescription: What for\ndeadline: 1h\ntasks:/);
    expect(done(setPipeline(described, { description: undefined, deadline: undefined }), described).pipeline).toEqual(
      START.pipeline,
    );
    expect(why(setPipeline(START, { project: undefined }))).toMatch("always has its project");
  });
});
