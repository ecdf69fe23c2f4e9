import { useId, useState } from "react";
import type { JsonObject } from "../../model/pipeline.ts";
import { beginningOf, resolved, shapeOf, textIn, titleOf, variantOf } from "../../model/schema.ts";
import { panels } from "../../text/panels.ts";
import { useForm } from "../form.ts";
import { AnyField } from "./AnyField.tsx";
import { Group } from "./Group.tsx";
import { Remove } from "./ObjectField.tsx";
import { type FieldProps, SchemaField } from "./SchemaField.tsx";

/** A value of one of several kinds: which one is read from the value, and can be chosen. */
export function VariantField(props: FieldProps & { options: readonly JsonObject[] }) {
  const { label, schema, whole, value, change, required, path, aside, options, item } = props;
  const form = useForm();
  const id = useId();
  // Two kinds may look alike while they are empty: what was chosen holds as long as the value could be it.
  const [chosen, setChosen] = useState<number>();
  const read = value === undefined || value === null ? -1 : variantOf(options, value, whole);
  const at = chosen !== undefined && fits(options[chosen], value, whole) ? chosen : read;
  const option = options[at];
  return (
    <Group
      label={label}
      hint={textIn(schema.description)}
      required={required && !item}
      wrong={form.wrong(path)}
      aside={
        <>
          {aside}
          {required || value === undefined ? null : <Remove name={label} remove={() => change(undefined)} />}
        </>
      }
    >
      <select
        id={id}
        className="input"
        aria-label={panels.fields.variant(label)}
        value={String(at)}
        onChange={(event) => {
          const next = Number(event.target.value);
          setChosen(next);
          const kind = options[next];
          change(kind === undefined ? undefined : beginningOf(kind, whole));
          form.settle();
        }}
      >
        {at < 0 ? (
          <option value="-1">
            {value === undefined || value === null ? panels.fields.unset("") : panels.fields.unknownVariant}
          </option>
        ) : null}
        {options.map((one, index) => {
          const title = titleOf(one, whole);
          return (
            <option key={JSON.stringify(one)} value={String(index)}>
              {panels.fields.titles[title] ?? title}
            </option>
          );
        })}
      </select>
      {value === undefined || value === null ? null : option === undefined ? (
        <AnyField {...props} hint={undefined} aside={null} />
      ) : (
        <SchemaField
          {...props}
          label={inner(label, option, whole)}
          schema={resolved(option, whole)}
          required
          bare
          item
          aside={null}
        />
      )}
    </Group>
  );
}

/** A value in a field of its own is called by its kind: what it is for stands above. */
function inner(label: string, option: JsonObject, whole: JsonObject): string {
  const { kind } = shapeOf(option, whole);
  return kind === "list" || kind === "object" ? label : (panels.fields.titles[kind] ?? kind);
}

function fits(option: JsonObject | undefined, value: FieldProps["value"], whole: JsonObject): boolean {
  if (option === undefined || value === undefined) return false;
  return shapeOf(option, whole).kind === "any" || variantOf([option], value, whole) === 0;
}
