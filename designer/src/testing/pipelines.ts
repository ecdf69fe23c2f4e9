/** Pipelines and edits made up by fast-check, and the examples of the repository. For tests only. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { copy, duplicate, paste } from "../model/edits/clipboard.ts";
import { connect, edge, moveEdge, removeEdges, setEdgeCondition, setEdgeKind } from "../model/edits/edges.ts";
import { remove, removeAndReconnect } from "../model/edits/removal.ts";
import { addTask, insertExisting, insertTask, moveTasks, renameTask, setTask } from "../model/edits/tasks.ts";
import { addTrigger, removeTriggers, renameTrigger, setPipeline, setTrigger } from "../model/edits/triggers.ts";
import { EDGE_KINDS, type Edge, edgeKey, edgesOf, type Pipeline, type Task, triggersOf } from "../model/pipeline.ts";
import type { Edit, Sketch } from "../model/plan.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Every pipeline document that the repository holds: the path from its root, and the text. */
export function documents(): readonly (readonly [path: string, text: string])[] {
  const found: [string, string][] = [];
  const look = (folder: string) => {
    for (const name of readdirSync(join(ROOT, folder)).sort()) {
      const path = `${folder}/${name}`;
      if (name === "node_modules" || name.startsWith(".")) continue;
      if (statSync(join(ROOT, path)).isDirectory()) look(path);
      else if (/\/pipelines\/[^/]+\.ya?ml$/.test(path)) found.push([path, readFileSync(join(ROOT, path), "utf8")]);
    }
  };
  for (const folder of ["examples", "tests/support"]) look(folder);
  return found;
}

const name = fc.constantFrom("load", "check_it", "resize", "b-side", "Report", "x1", "on", "null", "y");
const text = fc.oneof(
  fc.constantFrom(
    "",
    "plain",
    "true",
    "12",
    "a: b",
    "- x",
    "# no",
    "two\nlines\n",
    "'q'",
    '"q"',
    " pad ",
    "é{}[],",
    "@at",
    "~",
  ),
  fc.string({ maxLength: 12 }),
);
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom(0.5, -1.25, 1e21));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(name, text), tie("any"), { maxKeys: 3 }),
  ),
})).any as fc.Arbitrary<NonNullable<Task["with"]>[string]>;
const parameters = (others: readonly string[]) =>
  fc.dictionary(
    fc.constantFrom("file", "to", "subject", "width"),
    others.length === 0
      ? value
      : fc.oneof(
          value,
          fc.constantFrom(...others).map((one) => `\${tasks.${JSON.stringify(one)}.output.a} of \${input.b}`),
        ),
    { maxKeys: 3 },
  );

function task(others: readonly string[]): fc.Arbitrary<Task> {
  return fc
    .record(
      {
        work: fc.constantFrom({ function: "shrink" }, { action: "s3.copy" }),
        description: text,
        with: parameters(others),
        timeout: fc.constantFrom("30s", "1m"),
        join: fc.constantFrom("all" as const, "any" as const, "settled" as const, { at_least: 2 }),
        retry: fc.record({ attempts: fc.integer({ min: 1, max: 9 }), delay: fc.constant("2s") }, { requiredKeys: [] }),
        callback: fc.boolean(),
      },
      { requiredKeys: ["work"] },
    )
    .map(({ work, ...rest }) => ({ ...work, ...rest }));
}

/** Without cycles, doubles or loose ends. */
export const pipelines: fc.Arbitrary<Pipeline> = fc.uniqueArray(name, { maxLength: 6 }).chain((names) =>
  fc
    .record({
      tasks: fc.tuple(...names.map((_, at) => task(names.slice(0, at)))),
      edges: fc.array(
        fc.tuple(
          fc.nat(),
          fc.nat(),
          fc.constantFrom(...EDGE_KINDS),
          fc.option(fc.constant({ n: [1] }), { nil: undefined }),
        ),
        { maxLength: 8 },
      ),
      description: fc.option(text, { nil: undefined }),
      triggers: fc.option(fc.constantFrom({ now: { manual: {} } }, { nightly: { schedule: { cron: "0 2 * * *" } } }), {
        nil: undefined,
      }),
    })
    .map(({ tasks, edges, description, triggers }) => {
      const made = new Map<string, Edge>();
      for (const [one, other, on, when] of edges) {
        const [low, high] = [one % Math.max(1, names.length), other % Math.max(1, names.length)].sort((a, b) => a - b);
        if (low === undefined || high === undefined || low === high) continue;
        const edged = edge(names[low] as string, names[high] as string, on, when);
        made.set(edgeKey(edged), edged);
      }
      return {
        project: "media",
        pipeline: "made",
        ...(description !== undefined && { description }),
        ...(triggers && { triggers }),
        tasks: Object.fromEntries(names.map((one, at) => [one, tasks[at] as Task])),
        ...(made.size > 0 && { edges: [...made.values()] }),
      };
    }),
);

/** An edit, told by what it does; it picks what it works on out of what is there. */
export type Command = (sketch: Sketch) => Edit;

const pick = fc.nat();

export const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(task([]), pick).map(
    ([made, at]): Command =>
      (s) =>
        addTask(s, { task: made, ...after(s, at) }),
  ),
  fc.tuple(pick, pick, fc.constantFrom(...EDGE_KINDS)).map(
    ([a, b, on]): Command =>
      (s) =>
        connect(s, taskAt(s, a), taskAt(s, b), on),
  ),
  fc.tuple(pick, fc.constantFrom(...EDGE_KINDS)).map(
    ([a, on]): Command =>
      (s) =>
        setEdgeKind(s, edgeAt(s, a), on),
  ),
  fc.tuple(pick, value).map(
    ([a, v]): Command =>
      (s) =>
        setEdgeCondition(s, edgeAt(s, a), v === null ? undefined : { v: [v] }),
  ),
  fc.tuple(pick, pick).map(
    ([a, b]): Command =>
      (s) =>
        moveEdge(s, edgeAt(s, a), { to: taskAt(s, b) }),
  ),
  pick.map(
    (a): Command =>
      (s) =>
        removeEdges(s, new Set([edgeAt(s, a)])),
  ),
  fc.tuple(pick, pick).map(
    ([a, b]): Command =>
      (s) =>
        remove(s, { tasks: new Set([taskAt(s, a)]), edges: new Set([edgeAt(s, b)]) }),
  ),
  pick.map(
    (a): Command =>
      (s) =>
        removeAndReconnect(s, new Set([taskAt(s, a)])),
  ),
  fc.tuple(pick, task([])).map(
    ([a, made]): Command =>
      (s) =>
        insertTask(s, edgeAt(s, a), { task: made }),
  ),
  fc.tuple(pick, pick).map(
    ([a, b]): Command =>
      (s) =>
        insertExisting(s, edgeAt(s, a), taskAt(s, b)),
  ),
  fc.tuple(pick, name).map(
    ([a, to]): Command =>
      (s) =>
        renameTask(s, taskAt(s, a), to),
  ),
  fc.tuple(pick, pick).map(
    ([a, b]): Command =>
      (s) =>
        duplicate(s, { tasks: new Set([taskAt(s, a), taskAt(s, b)]), edges: new Set() }),
  ),
  pick.map(
    (a): Command =>
      (s) =>
        paste(s, copy(s, { tasks: new Set([taskAt(s, a)]), edges: new Set() }) ?? ""),
  ),
  fc.tuple(pick, parameters([])).map(
    ([a, w]): Command =>
      (s) =>
        setTask(s, taskAt(s, a), { with: w }),
  ),
  fc.tuple(pick, text).map(
    ([a, d]): Command =>
      (s) =>
        setTask(s, taskAt(s, a), { description: d, retry: undefined }),
  ),
  fc.tuple(pick, fc.integer(), fc.integer()).map(
    ([a, x, y]): Command =>
      (s) =>
        moveTasks(s, { [taskAt(s, a)]: { x, y } }),
  ),
  fc.constantFrom<Command>(
    (s) => addTrigger(s, { manual: {} }),
    (s) => addTrigger(s, { s3: { bucket: "uploads", suffix: [".png"] }, input: { file: "${detail.object.key}" } }),
    (s) => setTrigger(s, Object.keys(triggersOf(s.pipeline))[0] ?? "", { webhook: { signature: "none" } }),
    (s) => renameTrigger(s, Object.keys(triggersOf(s.pipeline))[0] ?? "", "other"),
    (s) => removeTriggers(s, new Set(Object.keys(triggersOf(s.pipeline)).slice(0, 1))),
    (s) => setPipeline(s, { description: "What it is for.", deadline: "1h" }),
    (s) => setPipeline(s, { description: undefined, input: { type: "object" } }),
  ),
);

function taskAt({ pipeline }: Sketch, at: number): string {
  const names = Object.keys(pipeline.tasks);
  return names[at % Math.max(1, names.length)] ?? "nobody";
}

function edgeAt({ pipeline }: Sketch, at: number): string {
  const edges = edgesOf(pipeline);
  const found = edges[at % Math.max(1, edges.length)];
  return found ? edgeKey(found) : "none";
}

function after(sketch: Sketch, at: number) {
  return at % 2 === 0 || Object.keys(sketch.pipeline.tasks).length === 0 ? {} : { after: { task: taskAt(sketch, at) } };
}
