import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commands, documents, pipelines } from "../testing/pipelines.ts";
import { attempt, carryOut, type Draft, isBroken, newDraft, openDraft, retype, takeBack, textOf } from "./draft.ts";
import { addTask } from "./edits/tasks.ts";
import { cycles } from "./graph.ts";
import { begin, record, redo, undo } from "./history.ts";
import { edgeKey, edgesOf, type Pipeline } from "./pipeline.ts";
import { isRefusal, planned } from "./plan.ts";
import { compose } from "./render.ts";
import { read } from "./source.ts";
import { write } from "./writing.ts";

const drafts = fc.oneof(
  pipelines.map((pipeline) => openDraft(compose(pipeline))),
  fc.constantFrom(...documents().map(([, text]) => openDraft(text))),
);

function wellFormed(pipeline: Pipeline): void {
  const keys = edgesOf(pipeline).map(edgeKey);
  expect(new Set(keys).size).toBe(keys.length);
  expect(cycles(pipeline)).toEqual([]);
  for (const { from, to } of edgesOf(pipeline)) {
    expect(Object.keys(pipeline.tasks)).toContain(from);
    expect(Object.keys(pipeline.tasks)).toContain(to);
  }
}

describe("documents", () => {
  it("are found", () => expect(documents().length).toBeGreaterThan(3));

  it.each(documents())("%s drawn, written and loaded is the same document", (_, text) => {
    const draft = openDraft(text);
    expect(draft.mistakes).toEqual([]);
    expect(write(read(text), draft.pipeline)).toBe(text);
    expect(read(compose(draft.pipeline)).pipeline).toEqual(draft.pipeline);
  });

  it("made up, written and loaded are the same", () => {
    fc.assert(
      fc.property(pipelines, (pipeline) => {
        expect(read(compose(pipeline)).pipeline).toEqual(pipeline);
      }),
    );
  });
});

describe("edits", () => {
  it("leave a text that says what is drawn, a place for each task, and no cycle, double or loose end", () => {
    fc.assert(
      fc.property(drafts, fc.array(commands, { maxLength: 12 }), (start, edits) => {
        let draft = start;
        for (const edit of edits) {
          const plan = edit(draft);
          if (isRefusal(plan)) continue;
          draft = carryOut(draft, plan);
          expect(read(textOf(draft)).pipeline).toEqual(draft.pipeline);
          expect(Object.keys(draft.layout).sort()).toEqual(Object.keys(draft.pipeline.tasks).sort());
          wellFormed(draft.pipeline);
          for (const name of plan.select?.tasks ?? []) expect(Object.keys(draft.pipeline.tasks)).toContain(name);
          const keys = new Set(edgesOf(draft.pipeline).map(edgeKey));
          for (const key of plan.select?.edges ?? []) expect(keys.has(key)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("undone and redone give the same document", () => {
    fc.assert(
      fc.property(drafts, fc.array(commands, { maxLength: 12 }), (start, edits) => {
        let history = begin<Draft>(start);
        const states = [start];
        for (const [at, edit] of edits.entries()) {
          const plan = edit(history.present);
          if (isRefusal(plan)) continue;
          history = record(history, carryOut(history.present, plan), { label: plan.label, at });
          states.push(history.present);
        }
        for (const state of states.toReversed()) {
          expect(history.present).toEqual(state);
          history = undo(history);
        }
        for (const state of states) {
          expect(history.present).toEqual(state);
          history = redo(history);
        }
      }),
    );
  });
});

describe("a text that cannot be drawn", () => {
  const draft = carryOut(newDraft("p", "q"), planned(addTask(newDraft("p", "q"), { task: { function: "f" } })));
  const broken = retype(draft, `${textOf(draft)}  g: {function: `);

  it("keeps the last drawing, and is kept itself", () => {
    expect(isBroken(broken)).toBe(true);
    expect(broken.pipeline).toBe(draft.pipeline);
    expect(textOf(broken)).toContain("g: {function: ");
    expect(takeBack(broken)).toEqual(draft);
  });

  it("refuses edits of the drawing, not moves", () => {
    const refused = attempt(broken, (sketch) => addTask(sketch, { task: { function: "g" } }));
    expect(isRefusal(refused)).toBe(true);
  });

  it("is drawn again when it is mended, and what did not change is the same object", () => {
    const mended = retype(broken, `${textOf(draft)}  g: {function: g}\n`);
    expect(mended.mistakes).toEqual([]);
    expect(mended.pipeline.tasks.f).toBe(draft.pipeline.tasks.f);
    expect(mended.layout.f).toEqual(draft.layout.f);
    expect(mended.layout.g).toBeDefined();
  });

  it("is drawn from nothing where there was no drawing", () => {
    const opened = openDraft("tasks: [", {}, { project: "a", pipeline: "b", tasks: {} });
    expect(opened.pipeline).toEqual({ project: "a", pipeline: "b", tasks: {} });
    expect(opened.mistakes.length).toBeGreaterThan(0);
  });
});
