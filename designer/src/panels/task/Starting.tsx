// When a task starts: which of its edges it waits for, and whether it runs once or once for each of some items.

import type { Where } from "../../model/completion.ts";
import { edgesOf, type ForEach, type Join, type Json, joinOf, type Pipeline } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";
import { panels } from "../../text/panels.ts";
import { AnyField } from "../fields/AnyField.tsx";
import { CheckField, NumberField, SelectField } from "../fields/plain.tsx";
import { FormContext, useForm } from "../form.ts";
import type { TaskPart } from "../TaskPanel.tsx";

const told = panels.task;
const JOINS = ["all", "any", "settled", "at_least"] as const;
type JoinKind = (typeof JOINS)[number];

export function Starting(part: TaskPart & { pipeline: Pipeline }) {
  const { name, task, set, pipeline } = part;
  const form = useForm();
  const edges = edgesOf(pipeline).filter((one) => one.to === name).length;
  const join = joinOf(task);
  const kind: JoinKind = typeof join === "object" ? "at_least" : join;
  const choose = (next: JoinKind) => {
    const made: Join = next === "at_least" ? { at_least: Math.min(2, Math.max(edges, 1)) } : next;
    set({ join: made === "all" ? undefined : made });
  };
  return (
    <>
      <p className="faint small">{told.edgesIn(edges)}</p>
      {edges === 0 && task.join === undefined ? null : (
        <SelectField
          label={told.join}
          value={kind}
          options={JOINS.map((one) => [one, told.joins[one]] as const)}
          change={choose}
          wrong={form.wrong(["tasks", name, "join"])}
        />
      )}
      {typeof join === "object" ? (
        <NumberField
          label={told.joinCount}
          whole
          least={1}
          value={join.at_least}
          change={(n) => (n === undefined ? undefined : set({ join: { at_least: n } }))}
        />
      ) : null}
      <EachItem {...part} />
    </>
  );
}

function EachItem({ name, task, set }: TaskPart) {
  const form = useForm();
  const each = task.for_each;
  const isOn = each !== undefined && each !== null;
  const { items, concurrency } = partsOf(each);
  const where: Where = { kind: "task", name, field: "for_each" };
  const put = (next: Json, limit: number | undefined) =>
    set({ for_each: limit === undefined ? (next as ForEach) : { items: next, concurrency: limit } });
  return (
    <>
      <CheckField label={told.forEach} value={isOn} change={(on) => set({ for_each: on ? "${}" : undefined })} />
      {isOn ? (
        <FormContext value={{ ...form, where, told: undefined }}>
          <AnyField
            label={told.items}
            hint={told.itemsHint}
            value={items}
            change={(next) => put(next ?? "", concurrency)}
            required
            path={isMapping(each as Json) ? ["tasks", name, "for_each", "items"] : ["tasks", name, "for_each"]}
            told={undefined}
          />
          <NumberField
            label={told.concurrency}
            whole
            least={1}
            most={10_000}
            placeholder="40"
            value={concurrency}
            change={(limit) => put(items ?? "", limit)}
          />
        </FormContext>
      ) : null}
    </>
  );
}

function partsOf(each: ForEach | undefined): { items: Json | undefined; concurrency: number | undefined } {
  if (typeof each === "object" && each !== null && "items" in each) {
    return { items: each.items, concurrency: each.concurrency };
  }
  return { items: each as Json | undefined, concurrency: undefined };
}
