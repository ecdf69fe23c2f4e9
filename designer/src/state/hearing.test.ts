import { beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../model/draft.ts";
import { addTask } from "../model/edits/tasks.ts";
import { loadYaml } from "../model/yaml.ts";
import { createEditor, draftOf, hasChanged } from "./editor.ts";
import { createSaving } from "./saving.ts";

const MINE = {
  text: "project: p\npipeline: q\ntasks:\n  a: {function: f}\n",
  layout: { a: { x: 0, y: 0 } },
  etag: "1",
};
const THEIRS = { ...MINE, text: `${MINE.text}  b: {function: g}\n`, etag: "2", author: "Ann" };
const edit = (sketch: Parameters<typeof addTask>[0]) => addTask(sketch, { task: { function: "h" }, name: "c" });

beforeAll(loadYaml);

async function open() {
  const editor = createEditor(() => 0);
  const storage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  const saving = createSaving({
    editor,
    storage,
    target: "local",
    drafts: { save: async () => ({ kind: "offline" }) },
    timers: { after: () => () => {} },
  });
  await saving.open({ project: "p", pipeline: "q" }, MINE);
  return { editor, saving, text: () => textOf(draftOf(editor.getState())) };
}

describe("what somebody else has saved", () => {
  it("takes the place of what nobody has changed here, and an undo brings that back", async () => {
    const { editor, saving, text } = await open();
    expect(saving.hear(THEIRS)).toBe("taken");
    expect([text(), saving.getState().kind, hasChanged(editor.getState())]).toEqual([THEIRS.text, "saved", false]);
    editor.undo();
    expect(text()).toBe(MINE.text);
  });

  it("is a conflict where something has changed here, and loses nothing of it", async () => {
    const { editor, saving, text } = await open();
    editor.edit(edit);
    const mine = text();
    expect(saving.hear(THEIRS)).toBe("conflict");
    expect(saving.getState()).toMatchObject({ kind: "conflict", theirs: { author: "Ann" } });
    expect(text()).toBe(mine);
    saving.takeTheirs();
    editor.undo();
    expect(text()).toBe(mine);
  });

  it("is a conflict, too, while nothing of ours could be sent", async () => {
    const { editor, saving, text } = await open();
    editor.edit(edit);
    await saving.flush();
    expect(saving.getState().kind).toBe("offline");
    const mine = text();
    expect(saving.hear(THEIRS)).toBe("conflict");
    await saving.flush();
    expect([saving.getState().kind, text()]).toEqual(["conflict", mine]);
  });

  it("is nothing new where only its mark differs: a publish gives it another", async () => {
    const { editor, saving } = await open();
    expect(saving.hear({ ...MINE, etag: "3" })).toBe("same");
    expect([editor.getState().saved?.etag, saving.getState().kind]).toEqual(["3", "saved"]);
    expect(saving.hear({ ...MINE, etag: "3" })).toBe("same");
  });
});
