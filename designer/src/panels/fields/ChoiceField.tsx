import type { Json } from "../../model/pipeline.ts";
import { same } from "../../model/pipeline.ts";
import { panels } from "../../text/panels.ts";
import { useForm } from "../form.ts";
import { Field } from "./Field.tsx";
import { type FieldProps, hintOf, leftOut } from "./SchemaField.tsx";

const UNSET = "";
const OTHER = "other";

/** One of some values; what is not among them is shown and kept. */
export function ChoiceField({
  label,
  schema,
  value,
  change,
  required,
  path,
  aside,
  item,
  values,
}: FieldProps & { values: readonly Json[] }) {
  const form = useForm();
  const at = values.findIndex((one) => same(one, value));
  const chosen = value === undefined || value === null ? UNSET : at < 0 ? OTHER : String(at);
  return (
    <Field label={label} mono hint={hintOf(schema)} required={required && !item} wrong={form.wrong(path)} aside={aside}>
      {(names) => (
        <select
          {...names}
          className="input"
          value={chosen}
          onChange={(event) => {
            change(event.target.value === UNSET ? undefined : values[Number(event.target.value)]);
            form.settle();
          }}
        >
          {required && chosen !== UNSET ? null : (
            <option value={UNSET}>{panels.fields.unset(leftOut(schema) ?? "")}</option>
          )}
          {chosen === OTHER ? (
            <option value={OTHER} disabled>
              {JSON.stringify(value)}
            </option>
          ) : null}
          {values.map((one, index) => (
            <option key={JSON.stringify(one)} value={String(index)}>
              {one === true ? panels.fields.yes : one === false ? panels.fields.no : String(one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
