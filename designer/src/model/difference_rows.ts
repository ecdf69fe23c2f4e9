/** A difference as a list: one row for each thing that came, went or changed, in the order in which people look for it. */

import { conditionInWords } from "./condition.ts";
import { type Change, changesIn, type Difference, type Members } from "./diff.ts";
import type { Mark } from "./merged.ts";
import { type Edge, edgeKey, type Json, kindOf } from "./pipeline.ts";
import { words } from "./words.ts";

export interface Row {
  readonly key: string;
  readonly what: "task" | "edge" | "trigger" | "field";
  readonly mark: Mark;
  readonly name: string;
  /** Where on a drawing it is found. */
  readonly task: string | undefined;
  readonly changes: readonly Change[];
}

export function rowsOf({ tasks, edges, triggers, fields }: Difference): readonly Row[] {
  return [
    ...memberRows("task", tasks),
    ...edgeRows(edges),
    ...memberRows("trigger", triggers),
    ...fields.map(fieldRow),
  ];
}

function memberRows(what: "task" | "trigger", { added, removed, changed }: Members): Row[] {
  const row = (name: string, mark: Mark, changes: readonly Change[] = []): Row => {
    return { key: `${what} ${name}`, what, mark, name, task: what === "task" ? name : undefined, changes };
  };
  return [
    ...added.map((name) => row(name, "added")),
    ...removed.map((name) => row(name, "removed")),
    ...changed.map(({ name, changes }) => row(name, "changed", changes)),
  ];
}

function edgeRows({ added, removed, changed }: Difference["edges"]): Row[] {
  const row = (edge: Edge, mark: Mark, changes: readonly Change[] = []): Row => {
    return {
      key: `edge ${mark} ${edgeKey(edge)}`,
      what: "edge",
      mark,
      name: edgeInWords(edge),
      task: edge.to,
      changes,
    };
  };
  return [
    ...added.map((edge) => row(edge, "added")),
    ...removed.map((edge) => row(edge, "removed")),
    ...changed.map(({ before, after }) => row(after, "changed", changesIn(sides(before), sides(after)))),
  ];
}

/** An edge with its kind said, so that two of them are compared by what they mean. */
function sides(edge: Edge): Json {
  return { on: kindOf(edge), when: edge.when ?? null };
}

export function edgeInWords(edge: Edge): string {
  const when = edge.when === undefined ? "" : ` ${words.condition.when(conditionInWords(edge.when))}`;
  return `${edge.from} → ${edge.to} ${words.on(kindOf(edge))}${when}`;
}

function fieldRow(change: Change): Row {
  const name = change.path.join(".");
  const mark = change.before === undefined ? "added" : change.after === undefined ? "removed" : "changed";
  return { key: `field ${name}`, what: "field", mark, name, task: undefined, changes: [{ ...change, path: [] }] };
}
