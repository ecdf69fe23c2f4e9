import { describe, expect, it } from "vitest";
import { textOf } from "../model/draft.ts";
import { addTask, moveTasks } from "../model/edits/tasks.ts";
import { createEditor, draftOf, hasChanged, type Place, problemsOf, type SavedDraft } from "./editor.ts";
import { type Answer, createSaving, type Theirs } from "./saving.ts";

const PLACE: Place = { project: "p", pipeline: "q" };
const TEXT = "project: p\npipeline: q\ntasks:\n  a: {function: f}\n";
const LAYOUT = { a: { x: 0, y: 0 } };
const SAVED: SavedDraft = { text: TEXT, layout: LAYOUT, etag: "1" };
const add = (name: string) => (sketch: Parameters<typeof addTask>[0]) =>
  addTask(sketch, { task: { function: "g" }, name });

/** A server, a clock and a storage of which the test decides everything. */
function bench(storage = new Map<string, string>()) {
  const sent: { place: Place; text: string; etag: string | undefined; answer: (answer: Answer) => Promise<void> }[] =
    [];
  const timers = new Set<{ ms: number; then: () => void }>();
  const editor = createEditor(() => 0);
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  const saving = createSaving({
    editor,
    target: "local",
    drafts: {
      save: (place, { text }, etag) =>
        new Promise((resolve) =>
          sent.push({
            place,
            text,
            etag,
            answer: (answer) => {
              resolve(answer);
              return settle();
            },
          }),
        ),
    },
    storage: {
      getItem: (key) => storage.get(key) ?? null,
      setItem: (key, value) => void storage.set(key, value),
      removeItem: (key) => void storage.delete(key),
    },
    timers: {
      after: (ms, then) => {
        const timer = { ms, then };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
  });
  const pass = async () => {
    for (const timer of [...timers]) {
      timers.delete(timer);
      timer.then();
    }
    await settle();
  };
  return {
    editor,
    saving,
    sent,
    storage,
    pass,
    timers,
    kind: () => saving.getState().kind,
    text: () => textOf(draftOf(editor.getState())),
  };
}

describe("a draft saves itself", () => {
  it("a while after a change, and says so", async () => {
    const { editor, saving, sent, pass, kind, storage } = bench();
    saving.open(PLACE, SAVED);
    await pass();
    expect([kind(), sent.length]).toEqual(["saved", 0]);
    editor.edit(add("b"));
    expect(kind()).toBe("waiting");
    await pass();
    expect([kind(), sent[0]?.etag, storage.size]).toEqual(["saving", "1", 1]);
    expect(sent[0]?.text).toContain("b: {function: g}");
    await sent[0]?.answer({ kind: "saved", etag: "2" });
    expect([kind(), hasChanged(editor.getState()), storage.size]).toEqual(["saved", false, 0]);
  });

  it("with one request at a time; what changed meanwhile follows with the new mark", async () => {
    const { editor, saving, sent, pass, kind } = bench();
    saving.open(PLACE, SAVED);
    editor.edit(add("b"));
    await pass();
    editor.edit(add("c"));
    await pass();
    expect(sent.length).toBe(1);
    await sent[0]?.answer({ kind: "saved", etag: "2" });
    expect(kind()).toBe("waiting");
    await pass();
    expect([sent.length, sent[1]?.etag]).toEqual([2, "2"]);
    expect(sent[1]?.text).toContain("c: {function: g}");
  });

  it("and sends nothing when everything was undone", async () => {
    const { editor, saving, sent, pass, kind, storage } = bench();
    saving.open(PLACE, SAVED);
    editor.edit(add("b"));
    editor.undo();
    await pass();
    expect([kind(), sent.length, storage.size]).toEqual(["saved", 0, 0]);
  });

  it("and shows what the server's check said, while it is about what is drawn", async () => {
    const { editor, saving, sent, pass } = bench();
    saving.open(PLACE, SAVED);
    editor.edit(add("b"));
    await pass();
    const problems = [{ code: "no-timeout", message: "m", advice: "", path: [], severity: "warning" as const }];
    await sent[0]?.answer({ kind: "saved", etag: "2", problems });
    expect(problemsOf(editor.getState())).toBe(problems);
    editor.edit((sketch) => moveTasks(sketch, { a: { x: 40, y: 40 } }));
    expect(problemsOf(editor.getState())).toBe(problems);
    editor.edit(add("c"));
    expect(problemsOf(editor.getState())).toEqual([]);
  });

  it("also where tasks only moved", async () => {
    const { editor, saving, sent, pass } = bench();
    saving.open(PLACE, SAVED);
    editor.edit((sketch) => moveTasks(sketch, { a: { x: 40, y: 40 } }));
    await pass();
    expect(sent[0]?.text).toBe(TEXT);
  });
});

describe("a lost connection", () => {
  it("is tried again with longer pauses, and loses nothing", async () => {
    const { editor, saving, sent, pass, kind, timers, storage } = bench();
    saving.open(PLACE, SAVED);
    editor.edit(add("b"));
    await pass();
    const waits: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await sent.at(-1)?.answer({ kind: "offline" });
      expect(kind()).toBe("offline");
      waits.push(...[...timers].map(({ ms }) => ms));
      await pass();
    }
    expect(waits).toEqual([...waits].sort((one, other) => one - other));
    expect(storage.size).toBe(1);
    await sent.at(-1)?.answer({ kind: "saved", etag: "2" });
    expect([kind(), storage.size]).toEqual(["saved", 0]);
  });

  it("and a reload bring back what was not sent, as an edit that can be undone", async () => {
    const before = bench();
    before.saving.open(PLACE, SAVED);
    before.editor.edit(add("b"));
    before.saving.stop();
    const after = bench(before.storage);
    after.saving.open(PLACE, SAVED);
    expect(after.text()).toContain("b: {function: g}");
    await after.pass();
    expect(after.sent[0]?.etag).toBe("1");
    after.editor.undo();
    expect(after.text()).toBe(TEXT);
  });

  it("bring back where tasks stood, too", () => {
    const before = bench();
    before.saving.open(PLACE, SAVED);
    before.editor.edit((sketch) => moveTasks(sketch, { a: { x: 40, y: 40 } }));
    before.saving.stop();
    const after = bench(before.storage);
    after.saving.open(PLACE, SAVED);
    expect(draftOf(after.editor.getState()).layout.a).toEqual({ x: 40, y: 40 });
  });

  it("are no conflict where only the answer was lost", async () => {
    const { editor, saving, sent, pass, kind, text } = bench();
    saving.open(PLACE, SAVED);
    editor.edit(add("b"));
    await pass();
    await sent[0]?.answer({ kind: "offline" });
    await pass();
    const { layout } = draftOf(editor.getState());
    await sent[1]?.answer({ kind: "conflict", theirs: { text: text(), layout, etag: "2" } });
    expect([kind(), editor.getState().saved?.etag]).toEqual(["saved", "2"]);
  });

  it("keep a text that cannot be drawn, too", () => {
    const before = bench();
    before.saving.open(PLACE, SAVED);
    before.editor.type(`${TEXT}  b: {`);
    before.saving.keepNow();
    const after = bench(before.storage);
    after.saving.open(PLACE, SAVED);
    expect(after.text()).toBe(`${TEXT}  b: {`);
    expect(Object.keys(draftOf(after.editor.getState()).pipeline.tasks)).toEqual(["a"]);
  });
});

describe("somebody else changed it meanwhile", () => {
  const THEIRS: Theirs = { text: TEXT.replace("f}", "theirs}"), layout: LAYOUT, etag: "9", author: "Ann" };
  const conflict = async () => {
    const found = bench();
    found.saving.open(PLACE, SAVED);
    found.editor.edit(add("b"));
    await found.pass();
    await found.sent[0]?.answer({ kind: "conflict", theirs: THEIRS });
    return found;
  };

  it("is told, and nothing is sent until one decides; editing goes on", async () => {
    const { saving, editor, pass, sent, storage } = await conflict();
    expect(saving.getState()).toMatchObject({ kind: "conflict", theirs: { author: "Ann" } });
    editor.edit(add("c"));
    await pass();
    expect([sent.length, saving.getState().kind, storage.size]).toEqual([1, "conflict", 1]);
  });

  it("and ours goes over theirs", async () => {
    const { saving, sent, kind } = await conflict();
    const kept = saving.keepMine();
    expect(sent[1]?.etag).toBe("9");
    await sent[1]?.answer({ kind: "saved", etag: "10" });
    await kept;
    expect(kind()).toBe("saved");
  });

  it("or theirs takes its place, and an undo brings ours back", async () => {
    const { saving, editor, kind, text, storage } = await conflict();
    saving.takeTheirs();
    expect([kind(), text(), storage.size]).toEqual(["saved", THEIRS.text, 0]);
    editor.undo();
    expect([kind(), text().includes("b: {function: g}")]).toEqual(["waiting", true]);
  });

  it("or ours becomes a pipeline of its own", async () => {
    const { saving, editor, sent, kind } = await conflict();
    const copied = saving.keepCopy("mine");
    expect(sent[1]).toMatchObject({ place: { project: "p", pipeline: "mine" }, etag: undefined });
    expect(sent[1]?.text).toContain("pipeline: mine\n");
    await sent[1]?.answer({ kind: "saved", etag: "1" });
    await copied;
    expect([kind(), editor.getState().place.pipeline]).toEqual(["saved", "mine"]);
  });

  it("is seen after a reload, too", () => {
    const before = bench();
    before.saving.open(PLACE, SAVED);
    before.editor.edit(add("b"));
    before.saving.stop();
    const after = bench(before.storage);
    after.saving.open(PLACE, THEIRS);
    expect(after.saving.getState()).toMatchObject({ kind: "conflict", theirs: { etag: "9" } });
    expect(after.text()).toContain("b: {function: g}");
  });
});

describe("a change of mind", () => {
  it("an answer for another pipeline is nobody's", async () => {
    const { saving, editor, sent, pass, kind } = bench();
    saving.open(PLACE, SAVED);
    editor.edit(add("b"));
    await pass();
    saving.open({ project: "p", pipeline: "other" }, { ...SAVED, etag: "7" });
    await sent[0]?.answer({ kind: "saved", etag: "2" });
    expect([kind(), editor.getState().saved?.etag]).toEqual(["saved", "7"]);
  });

  it("a refusal is told and tried again with the next change", async () => {
    const { saving, editor, sent, pass } = bench();
    saving.open(PLACE, SAVED);
    editor.edit(add("b"));
    await pass();
    await sent[0]?.answer({ kind: "refused", message: "too large" });
    expect(saving.getState()).toEqual({ kind: "refused", message: "too large" });
    await pass();
    expect(sent.length).toBe(1);
    editor.edit(add("c"));
    await pass();
    expect(sent.length).toBe(2);
  });

  it("a new pipeline is saved where nothing may be yet", async () => {
    const { saving, sent, pass } = bench();
    saving.create({ project: "p", pipeline: "new" });
    await pass();
    expect(sent[0]).toMatchObject({ text: "project: p\npipeline: new\ntasks: {}\n", etag: undefined });
  });
});
