import { describe, expect, it } from "vitest";
import { textOf } from "../model/draft.ts";
import { connect } from "../model/edits/edges.ts";
import { remove } from "../model/edits/removal.ts";
import { addTask, moveTasks, renameTask } from "../model/edits/tasks.ts";
import { selectTasks } from "../model/selection.ts";
import { createEditor, draftOf, hasChanged } from "./editor.ts";
import { createRunStore } from "./run.ts";

const TEXT = "# mine\nproject: p\npipeline: q\ntasks:\n  a: {function: f}\n  b: {function: g}\n";
const PLACE = { project: "p", pipeline: "q" };

function opened() {
  let time = 0;
  const editor = createEditor(() => (time += 10));
  editor.load(PLACE, { text: TEXT, layout: { a: { x: 0, y: 0 }, b: { x: 300, y: 0 } }, etag: "1" });
  return editor;
}

describe("the editor", () => {
  it("carries edits out, says what was done, and why not", () => {
    const editor = opened();
    expect(editor.edit((sketch) => connect(sketch, "a", "b"))).toBeUndefined();
    expect(editor.getState().said.text).toBe("Connect a to b on success");
    expect(editor.edit((sketch) => connect(sketch, "b", "a"))?.refused).toMatch("wait for each other");
    editor.undo();
    expect(editor.getState().said.text).toBe("Undid: Connect a to b on success");
    expect(textOf(draftOf(editor.getState()))).toBe(TEXT);
    editor.redo();
    expect(draftOf(editor.getState()).pipeline.edges).toEqual([{ from: "a", to: "b" }]);
  });

  it("knows of changes by comparing", () => {
    const editor = opened();
    expect(hasChanged(editor.getState())).toBe(false);
    editor.edit((sketch) => renameTask(sketch, "a", "z"));
    expect(hasChanged(editor.getState())).toBe(true);
    editor.edit((sketch) => renameTask(sketch, "z", "a"));
    expect(hasChanged(editor.getState())).toBe(false);
  });

  it("keeps of the selection what is still there", () => {
    const editor = opened();
    editor.select(selectTasks("a", "b"));
    editor.edit((sketch) => remove(sketch, selectTasks("a")));
    expect(editor.getState().selection.tasks.size).toBe(0);
    editor.undo();
    editor.select(selectTasks("b", "nobody"));
    expect([...editor.getState().selection.tasks]).toEqual(["b"]);
  });

  it("takes a burst of moves back at once, and what is dragged is no edit", () => {
    const editor = opened();
    editor.drag(new Map([["a", { x: 5, y: 5 }]]));
    expect(draftOf(editor.getState()).layout.a).toEqual({ x: 0, y: 0 });
    for (const x of [20, 40, 60]) editor.edit((sketch) => moveTasks(sketch, { a: { x, y: 0 } }));
    expect(editor.getState().dragging.size).toBe(0);
    editor.settle();
    editor.edit((sketch) => moveTasks(sketch, { a: { x: 80, y: 0 } }));
    editor.undo();
    expect(draftOf(editor.getState()).layout.a?.x).toBe(60);
    editor.undo();
    expect(draftOf(editor.getState()).layout.a?.x).toBe(0);
  });

  it("draws what is typed as soon as it can be drawn, and lets the broken text be", () => {
    const editor = opened();
    editor.type(`${TEXT}  c: {`);
    expect(draftOf(editor.getState()).mistakes.length).toBeGreaterThan(0);
    expect(editor.edit((sketch) => addTask(sketch, { task: { function: "f" } }))?.refused).toMatch("mend it");
    editor.type(`${TEXT}  c: {function: h}\n`);
    expect(Object.keys(draftOf(editor.getState()).pipeline.tasks)).toEqual(["a", "b", "c"]);
    editor.type("tasks: [");
    editor.takeBack();
    expect(draftOf(editor.getState()).mistakes).toEqual([]);
    editor.undo();
    expect(textOf(draftOf(editor.getState()))).toBe("tasks: [");
  });

  it("tells whoever listens once for each change", () => {
    const editor = opened();
    let told = 0;
    editor.subscribe(() => (told += 1));
    editor.edit((sketch) => addTask(sketch, { task: { function: "f" } }));
    expect(told).toBe(1);
    editor.select(editor.getState().selection);
    editor.redo();
    expect(told).toBe(1);
  });
});

describe("the run that is looked at", () => {
  it("hears its own events and no others", () => {
    const run = createRunStore();
    const event = { type: "task.succeeded", task: "a", attempt: 1, time: "2026-01-01T00:00:00Z", data: { output: 1 } };
    run.watch("r1");
    run.hear("r2", [event]);
    expect(run.getState().tasks).toEqual({});
    run.hear("r1", [event], "5");
    expect(run.getState()).toMatchObject({ cursor: "5", tasks: { a: { state: "succeeded", output: 1 } } });
    const { tasks } = run.getState();
    run.hear("r1", [event], "5");
    expect(run.getState().tasks).toBe(tasks);
    run.leave();
    expect(run.getState().id).toBeUndefined();
  });
});
