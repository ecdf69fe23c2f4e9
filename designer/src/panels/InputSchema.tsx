// What a run takes, as a JSON Schema: the usual one, an object with fields, is edited field by field; any other as it is.

import { lazy, Suspense, useState } from "react";
import type { Json, JsonObject } from "../model/pipeline.ts";
import { isMapping } from "../model/schema.ts";
import { texts } from "../text/en.ts";
import { panels } from "../text/panels.ts";
import { Icon } from "../ui/Icon.tsx";
import { patiently } from "../ui/patiently.ts";
import { NameField, SelectField, TextField } from "./fields/plain.tsx";
import { useForm } from "./form.ts";
import { isSimple, nextName, type SchemaField, schemaFields, withSchemaFields } from "./input_schema.ts";

const RawValue = lazy(patiently(() => import("./fields/RawValue.tsx")));

const told = panels.pipeline;
const TYPES = ["string", "integer", "number", "boolean", "object", "array", "any"] as const;

interface Props {
  schema: JsonObject | undefined;
  change: (schema: JsonObject | undefined) => void;
}

export function InputSchema({ schema, change }: Props) {
  const [asked, setAsked] = useState(false);
  const form = useForm();
  if (schema === undefined || schema === null) {
    return (
      <>
        <p className="faint small">{told.noInput}</p>
        <button type="button" className="button" onClick={() => change({ type: "object", properties: {} })}>
          <Icon name="add" />
          {told.addInput}
        </button>
      </>
    );
  }
  const simple = isSimple(schema);
  const raw = asked || !simple;
  const wrong = form.wrong(["input"]);
  return (
    <>
      <p className="faint small">{told.inputHint}</p>
      <div className="row">
        {/* biome-ignore lint/a11y/useSemanticElements: two buttons, not a form's part */}
        <div className="row segments grow" role="group" aria-label={panels.raw.label}>
          <button type="button" className="tiny" aria-pressed={!raw} disabled={!simple} onClick={() => setAsked(false)}>
            {panels.raw.form}
          </button>
          <button type="button" className="tiny" aria-pressed={raw} onClick={() => setAsked(true)}>
            {panels.raw.text}
          </button>
        </div>
        <button type="button" className="tiny" onClick={() => change(undefined)}>
          {told.removeInput}
        </button>
      </div>
      {raw ? (
        <Suspense fallback={<p className="faint small">{texts.loading}</p>}>
          <RawValue
            label={told.input}
            value={schema}
            change={(next: Json) => {
              if (isMapping(next)) change(next);
            }}
          />
        </Suspense>
      ) : (
        <Fields schema={schema} change={change} />
      )}
      {wrong ? <p className="wrong small">{wrong}</p> : null}
    </>
  );
}

function Fields({ schema, change }: { schema: JsonObject; change: (schema: JsonObject) => void }) {
  const fields = schemaFields(schema);
  const put = (next: readonly SchemaField[]) => change(withSchemaFields(schema, next));
  return (
    <>
      {fields.map((one, at) => (
        // biome-ignore lint/a11y/useSemanticElements: the fields of one field
        // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is edited
        <div key={at} className="group" role="group" aria-label={one.name}>
          <div className="pair">
            <NameField
              label={told.schemaField}
              value={one.name}
              take={(name) => {
                if (name === "") return told.schemaField;
                if (fields.some((other) => other.name === name)) return panels.fields.nameTaken(name);
                put(fields.with(at, { ...one, name }));
                return undefined;
              }}
            />
            <SelectField
              label={told.schemaType}
              value={TYPES.find((type) => type === one.type) ?? "any"}
              options={TYPES.map((type) => [type, told.types[type]] as const)}
              change={(type) => put(fields.with(at, { ...one, type }))}
            />
          </div>
          <TextField
            label={panels.description}
            value={one.description}
            change={(description) => put(fields.with(at, { ...one, description }))}
          />
          <div className="row">
            <label className="row check grow small">
              <input
                type="checkbox"
                checked={one.required}
                onChange={(event) => put(fields.with(at, { ...one, required: event.target.checked }))}
              />
              {told.schemaRequired}
            </label>
            <button type="button" className="tiny" onClick={() => put(fields.toSpliced(at, 1))}>
              {panels.fields.removeItem(one.name)}
            </button>
          </div>
        </div>
      ))}
      <button
        type="button"
        className="button"
        onClick={() =>
          put([...fields, { name: nextName(fields), type: "string", required: true, description: undefined, rest: {} }])
        }
      >
        <Icon name="add" />
        {told.addField}
      </button>
    </>
  );
}
