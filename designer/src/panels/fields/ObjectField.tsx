import { type ReactNode, useState } from "react";
import type { Json, JsonObject, Path } from "../../model/pipeline.ts";
import { beginningOf, type Field, isMapping, shapeOf, textIn } from "../../model/schema.ts";
import { panels } from "../../text/panels.ts";
import { Icon } from "../../ui/Icon.tsx";
import { valueAt } from "../expression/preview.ts";
import { useForm } from "../form.ts";
import { Group } from "./Group.tsx";
import { type FieldProps, SchemaField } from "./SchemaField.tsx";

type Props = FieldProps & { fields: readonly Field[]; others: JsonObject | undefined };

/** A value with fields. One that may be left out, and is, waits folded up. */
export function ObjectField(props: Props) {
  const { label, schema, whole, value, change, required, path, aside, bare, item } = props;
  const form = useForm();
  const isThere = value !== undefined && value !== null;
  return (
    <Group
      label={label}
      hint={textIn(schema.description)}
      bare={bare}
      required={required && !item}
      wrong={form.wrong(path)}
      aside={
        <>
          {aside}
          {required || !isThere ? null : <Remove name={label} remove={() => change(undefined)} />}
        </>
      }
    >
      {isThere || required ? (
        <Fields {...props} value={isMapping(value) ? value : {}} />
      ) : (
        <button type="button" className="tiny" onClick={() => change(beginningOf(schema, whole))}>
          <Icon name="add" size={12} />
          {panels.fields.add(label)}
        </button>
      )}
    </Group>
  );
}

interface FieldsProps {
  fields: readonly Field[];
  others: JsonObject | undefined;
  whole: JsonObject;
  value: JsonObject;
  change: (value: Json | undefined) => void;
  path: Path;
  told: Json | undefined;
}

/** The fields of a value, those that it has and those that it may have; then what else it has. */
export function Fields({ fields, others, whole, value, change, path, told }: FieldsProps) {
  const known = new Set(fields.map((one) => one.name));
  const set = (name: string, member: Json | undefined) => {
    if (member !== undefined) return change({ ...value, [name]: member });
    const { [name]: _, ...rest } = value;
    change(rest);
  };
  const isFolded = (one: Field) => !one.required && value[one.name] === undefined && isLarge(one, whole);
  const unset = fields.filter(isFolded);
  const member = (name: string, schema: JsonObject, required: boolean, aside?: ReactNode) => (
    <SchemaField
      key={name}
      label={name}
      schema={schema}
      whole={whole}
      value={value[name]}
      change={(next) => set(name, next)}
      required={required}
      path={[...path, name]}
      told={valueAt(told, [name])}
      aside={aside}
    />
  );
  return (
    <>
      {fields.filter((one) => !isFolded(one)).map((one) => member(one.name, one.schema, one.required))}
      {Object.keys(value)
        .filter((name) => !known.has(name))
        .map((name) =>
          member(
            name,
            others ?? { description: panels.fields.unknown },
            false,
            <Remove name={name} remove={() => set(name, undefined)} />,
          ),
        )}
      {unset.length === 0 ? null : (
        <div className="row wrap">
          <span className="small faint">{panels.fields.more}</span>
          {unset.map((one) => (
            <button
              key={one.name}
              type="button"
              className="tiny mono"
              title={textIn(one.schema.description)}
              aria-label={panels.fields.add(one.name)}
              onClick={() => set(one.name, beginningOf(one.schema, whole))}
            >
              + {one.name}
            </button>
          ))}
        </div>
      )}
      {others === undefined ? null : <NewMember taken={value} add={(name) => set(name, beginningOf(others, whole))} />}
    </>
  );
}

function isLarge(one: Field, whole: JsonObject): boolean {
  return ["object", "list", "variants", "any"].includes(shapeOf(one.schema, whole).kind);
}

export function Remove({ name, remove }: { name: string; remove: () => void }) {
  const told = panels.fields.removeItem(name);
  return (
    <button type="button" className="tiny" aria-label={told} title={told} onClick={remove}>
      <Icon name="close" size={12} />
    </button>
  );
}

/** A name that the schema does not give: of a mapping, or where there is no schema at all. */
function NewMember({ taken, add }: { taken: JsonObject; add: (name: string) => void }) {
  const [name, setName] = useState("");
  const isTaken = Object.hasOwn(taken, name);
  const take = () => {
    if (name === "" || isTaken) return;
    add(name);
    setName("");
  };
  return (
    <div className="stack tight">
      <div className="row">
        <input
          className="input mono grow"
          aria-label={panels.fields.newName}
          placeholder={panels.fields.newName}
          aria-invalid={isTaken || undefined}
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") take();
          }}
        />
        <button type="button" className="button" disabled={name === "" || isTaken} onClick={take}>
          <Icon name="add" size={12} />
          <span className="unseen">{panels.fields.add(name)}</span>
        </button>
      </div>
      {isTaken ? <p className="wrong small">{panels.fields.nameTaken(name)}</p> : null}
    </div>
  );
}
