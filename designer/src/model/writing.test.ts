import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { commands, pipelines } from "../testing/pipelines.ts";
import { carryOut, openDraft, textOf } from "./draft.ts";
import { type Json, type Pipeline, same } from "./pipeline.ts";
import { isRefusal } from "./plan.ts";
import { read } from "./source.ts";
import { applied, splicesFor } from "./splices.ts";
import { write } from "./writing.ts";

const TEXT = `# the head
project: media
pipeline: thumbnails   # its name
triggers:
  uploads: {s3: {bucket: uploads, suffix: [.png, .jpg]},
            key: "\${detail.id}"}    # one run per key
tasks:
  # it looks
  validate:   {function: validate_image, with: {file: "\${input.object}"}, timeout: 30s}
  # it shrinks
  resize:     {function: resize}   # to 200
  report:
    action: notify.email   # by mail
    with:
      to: 'media@example.org'
      body: |
        Dear all,

        it is done.
edges:
  - {from: validate, to: resize}         # the default
  - from: resize
    to: report
    when: {width: [{numeric: [">=", 64]}]}

  # the tail
`;

function edited(change: (pipeline: Pipeline) => Pipeline, text = TEXT): string {
  const reading = read(text);
  if (reading.pipeline === undefined) throw new Error(JSON.stringify(reading.mistakes));
  const after = change(reading.pipeline);
  const written = write(reading, after);
  expect(read(written).pipeline).toEqual(after);
  // The neat way was taken, not one of those that put all in our own words.
  expect(applied(reading.text, splicesFor(reading, after as unknown as Json))).toBe(written);
  return written;
}

describe("a text is written with nothing changed but what changed", () => {
  it("changes a scalar in its place and keeps its quotes", () => {
    const written = edited((p) => ({
      ...p,
      tasks: { ...p.tasks, report: { ...p.tasks.report, with: { ...p.tasks.report?.with, to: "a@example.org" } } },
    }));
    expect(written).toBe(TEXT.replace("media@example.org", "a@example.org"));
  });

  it("adds a task in the style of its neighbours", () => {
    const written = edited((p) => ({
      ...p,
      tasks: { ...p.tasks, late: { function: "late", with: { x: "${input.a}" } } },
    }));
    expect(written).toBe(
      TEXT.replace("it is done.\n", 'it is done.\n  late: {function: late, with: {x: "${input.a}"}}\n'),
    );
  });

  it("removes a task with the remark above it", () => {
    const written = edited((p) => {
      const { resize: _, ...tasks } = p.tasks;
      return { ...p, tasks };
    });
    expect(written).toBe(TEXT.replace(/ {2}# it shrinks\n.*\n/, ""));
  });

  it("renames a key in its place", () => {
    const written = edited((p) => ({
      ...p,
      tasks: Object.fromEntries(
        Object.entries(p.tasks).map(([name, task]) => [name === "resize" ? "shrink" : name, task]),
      ),
      edges: [
        { from: "validate", to: "shrink" },
        { from: "shrink", to: "report", when: { width: [{ numeric: [">=", 64] }] } },
      ],
    }));
    expect(written).toBe(
      TEXT.replace("resize:     {", "shrink:     {")
        .replace("to: resize}", "to: shrink}")
        .replace("from: resize", "from: shrink"),
    );
  });

  it("adds, changes and removes members inside braces", () => {
    const text = "project: p\npipeline: q\ntasks: {a: {function: f, timeout: 1s}, b: {function: g}}\n";
    const written = edited(
      (p) => ({ ...p, tasks: { a: { function: "f", memory: "large" }, c: { function: "h" }, b: { function: "g" } } }),
      text,
    );
    expect(written).toBe(
      "project: p\npipeline: q\ntasks: {a: {function: f, memory: large}, c: {function: h}, b: {function: g}}\n",
    );
  });

  it("puts an edge between others and takes one out", () => {
    const written = edited((p) => ({
      ...p,
      edges: [...(p.edges ?? []), { from: "validate", to: "report", on: "failure" }],
    }));
    expect(written).toBe(
      TEXT.replace(
        '[{numeric: [">=", 64]}]}\n',
        '[{numeric: [">=", 64]}]}\n  - {from: validate, to: report, on: failure}\n',
      ),
    );
    expect(edited((p) => ({ ...p, edges: (p.edges ?? []).slice(1) }))).toBe(
      TEXT.replace(/ {2}- \{from: validate.*\n/, ""),
    );
  });

  it("opens the first tasks and edges of an empty pipeline", () => {
    const written = edited(
      (p) => ({ ...p, tasks: { a: { function: "f" }, b: { function: "g" } }, edges: [{ from: "a", to: "b" }] }),
      "project: p\npipeline: q\ntasks: {}\n",
    );
    expect(written).toBe(
      "project: p\npipeline: q\ntasks:\n  a: {function: f}\n  b: {function: g}\nedges:\n  - {from: a, to: b}\n",
    );
  });

  it("keeps the breaks of lines as they are", () => {
    const text = TEXT.replaceAll("\n", "\r\n");
    const written = edited((p) => {
      const { resize: _, ...tasks } = p.tasks;
      return { ...p, tasks: { ...tasks, late: { function: "late" } }, edges: [{ from: "validate", to: "late" }] };
    }, text);
    expect(written.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(written).toContain("# by mail");
  });

  it("takes a remark along when a line becomes many", () => {
    const text = "project: p # here\npipeline: q # there\ndescription: one # of it\ntasks: {}\n";
    expect(edited((p) => ({ ...p, description: "two\nlines\n" }), text)).toBe(
      "project: p # here\npipeline: q # there\n# of it\ndescription: |\n  two\n  lines\ntasks: {}\n",
    );
  });

  it("writes the last line of a text that ends without a break", () => {
    const text = "project: p\npipeline: q\ntasks:\n  a: {function: f}\n  b: {function: g}";
    expect(edited((p) => ({ ...p, tasks: { a: { function: "f" } } }), text)).toBe(
      "project: p\npipeline: q\ntasks:\n  a: {function: f}",
    );
    expect(edited((p) => ({ ...p, tasks: { ...p.tasks, c: { function: "h" } } }), text)).toBe(
      `${text}\n  c: {function: h}`,
    );
  });

  it("takes out a whole member of the document", () => {
    const written = edited((p) => {
      const { triggers: _, ...rest } = p;
      return rest;
    });
    expect(written).toBe(TEXT.replace(/triggers:\n.*\n.*\n/, ""));
  });
});

describe("a layout that splicing does not know", () => {
  it.each([
    ["anchors", "project: p\npipeline: q\ntasks:\n  a: &x {function: f, timeout: 1s}\n  b: *x\n"],
    ["merge keys", "project: p\npipeline: q\ntasks:\n  a: &x {function: f}\n  b: {<<: *x, timeout: 1s}\n"],
    ["questions", "project: p\npipeline: q\ntasks:\n  ? a\n  : function: f\n  ? b\n  : {function: g}\n"],
    [
      "a list under its dash",
      "project: p\npipeline: q\ntasks: {a: {function: f}, b: {function: f}}\nedges:\n  -\n    from: a\n    to: b\n",
    ],
  ])("is written all the same: %s", (_, text) => {
    const reading = read(text);
    const after = { ...(reading.pipeline as Pipeline), tasks: { a: { function: "z", timeout: "9s" } }, edges: [] };
    expect(same(read(write(reading, after)).pipeline, after)).toBe(true);
  });
});

describe("in whatever style a text is written", () => {
  const styles = fc.record({
    indent: fc.constantFrom(2, 4),
    indentSeq: fc.boolean(),
    collectionStyle: fc.constantFrom("any" as const, "block" as const, "flow" as const),
    lineWidth: fc.constantFrom(0, 40, 80),
  });
  const remarked = (text: string) =>
    text.replaceAll(/^( *(?:- )?[\w-]+:(?: [\w{[][^"'|>#\n]*)?)$/gm, (line, _, at: number) => `${line}   # at ${at}`);

  it("an edit replaces only what changed", () => {
    fc.assert(
      fc.property(
        pipelines,
        styles,
        fc.boolean(),
        fc.boolean(),
        fc.array(commands, { maxLength: 6 }),
        (start, style, remarks, crlf, edits) => {
          let text = stringify(start, { ...style, aliasDuplicateObjects: false });
          if (remarks) text = remarked(text);
          if (crlf) text = text.replaceAll("\n", "\r\n");
          let draft = openDraft(text);
          // A remark may have become a part of a text that goes over several lines.
          fc.pre(same(draft.pipeline, start));
          for (const edit of edits) {
            const plan = edit(draft);
            if (isRefusal(plan)) continue;
            const reading = read(textOf(draft));
            const next = carryOut(draft, plan);
            expect(same(read(textOf(next)).pipeline, plan.pipeline)).toBe(true);
            if (plan.pipeline !== draft.pipeline) {
              expect(applied(reading.text, splicesFor(reading, plan.pipeline as unknown as Json))).toBe(textOf(next));
            }
            draft = next;
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
