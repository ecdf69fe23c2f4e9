import { beforeEach, expect, it, vi } from "vitest";

const TEXT = "# mine\nproject: p\npipeline: q\ntasks:\n  a: {function: f}   # one\n";
const DOCUMENT = { project: "p", pipeline: "q", tasks: { a: { function: "f" } } };
const PLACE = { project: "p", pipeline: "q" };

beforeEach(() => vi.resetModules());

async function fresh() {
  const [{ isYamlHere }, { createEditor, draftOf }, { createSaving }, { textOf }, { addTask }] = await Promise.all([
    import("../model/yaml.ts"),
    import("./editor.ts"),
    import("./saving.ts"),
    import("../model/draft.ts"),
    import("../model/edits/tasks.ts"),
  ]);
  const editor = createEditor(() => 0);
  const sent: string[] = [];
  const saving = createSaving({
    editor,
    target: "local",
    drafts: {
      save: async (_, { text }) => {
        sent.push(text);
        return { kind: "saved", etag: "2" };
      },
    },
    storage: { getItem: () => null, setItem: () => undefined, removeItem: () => undefined },
    timers: { after: () => () => undefined },
  });
  const names = () => Object.keys(draftOf(editor.getState()).pipeline.tasks);
  return { isYamlHere, editor, saving, sent, names, addTask, text: () => textOf(draftOf(editor.getState())) };
}

it("a draft whose document came along is drawn and edited before YAML is here", async () => {
  const { isYamlHere, editor, saving, sent, names, addTask, text } = await fresh();
  await saving.open(PLACE, { text: TEXT, layout: {}, etag: "1", document: DOCUMENT });
  editor.edit((sketch) => addTask(sketch, { task: { function: "g" }, name: "b" }));
  expect([isYamlHere(), names()]).toEqual([false, ["a", "b"]]);
  expect(text).toThrow("loadYaml");
  await saving.flush();
  expect(isYamlHere()).toBe(true);
  expect(sent).toEqual([`${TEXT}  b: {function: g}\n`]);
  expect(text()).toBe(sent[0]);
});

it("a draft that only its text tells waits for YAML", async () => {
  const { isYamlHere, saving, names } = await fresh();
  const opening = saving.open(PLACE, { text: TEXT, layout: {}, etag: "1" });
  expect(isYamlHere()).toBe(false);
  await opening;
  expect([isYamlHere(), names()]).toEqual([true, ["a"]]);
});

it("a new pipeline is drawn at once, and what is typed waits its turn", async () => {
  const { isYamlHere, editor, saving, names } = await fresh();
  await saving.create({ project: "p", pipeline: "null" });
  expect([isYamlHere(), names()]).toEqual([false, []]);
  editor.type(TEXT);
  await vi.waitFor(() => expect(names()).toEqual(["a"]));
});
