import { type Item, itemsOf, useCatalogue } from "../../editing/catalogue.ts";
import { written } from "../../routes.ts";
import { panels } from "../../text/panels.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Field } from "../fields/Field.tsx";
import type { TaskPart } from "../TaskPanel.tsx";

const told = panels.task;

/** What the task runs: one of the functions and actions that there are; one that is not there is shown and kept. */
export function Work({ task, set }: TaskPart) {
  const catalogue = useCatalogue();
  const items = itemsOf(catalogue).filter((one) => one.kind !== "trigger");
  const now = task.function === undefined ? `action ${task.action}` : `function ${task.function}`;
  const isKnown = items.some((one) => keyOf(one) === now);
  const choose = (key: string) => {
    const one = items.find((item) => keyOf(item) === key);
    if (one === undefined) return;
    set(
      one.kind === "function" ? { function: one.name, action: undefined } : { action: one.name, function: undefined },
    );
  };
  const found = items.find((one) => keyOf(one) === now);
  return (
    <Field
      label={told.runs}
      hint={found?.description}
      aside={
        task.function === undefined || !isKnown ? null : (
          <a className="small" href={written({ page: "functions", name: task.function })}>
            {told.edit}
          </a>
        )
      }
      wrong={isKnown || !catalogue.known ? undefined : told.unknown(task.function ?? task.action ?? "")}
    >
      {(names) => (
        <div className="row">
          <Icon name={task.function === undefined ? "action" : "function"} />
          <select {...names} className="input" value={now} onChange={(event) => choose(event.target.value)}>
            {isKnown ? null : <option value={now}>{task.function ?? task.action}</option>}
            <Group label={told.function} items={items.filter((one) => one.kind === "function")} />
            <Group label={told.action} items={items.filter((one) => one.kind === "action")} />
          </select>
        </div>
      )}
    </Field>
  );
}

function Group({ label, items }: { label: string; items: readonly Item[] }) {
  return (
    <optgroup label={label}>
      {items.map((one) => (
        <option key={keyOf(one)} value={keyOf(one)}>
          {one.title}
        </option>
      ))}
    </optgroup>
  );
}

function keyOf(one: Item): string {
  return `${one.kind} ${one.name}`;
}
