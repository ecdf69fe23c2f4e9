// A whole value as a form made from a schema, or as JSON: one click from the one to the other.

import { lazy, Suspense, useState } from "react";
import type { Json, JsonObject, Path } from "../../model/pipeline.ts";
import { isMapping, shapeOf } from "../../model/schema.ts";
import { texts } from "../../text/en.ts";
import { panels } from "../../text/panels.ts";
import { patiently } from "../../ui/patiently.ts";
import { Fields } from "./ObjectField.tsx";
import { SchemaField } from "./SchemaField.tsx";

const RawValue = lazy(patiently(() => import("./RawValue.tsx")));

interface Props {
  label: string;
  schema: JsonObject | undefined;
  value: Json | undefined;
  change: (value: Json | undefined) => void;
  path: Path;
  told: Json | undefined;
}

const ANYTHING: JsonObject = {};

export function ValueForm({ label, schema = ANYTHING, value, change, path, told }: Props) {
  const [raw, setRaw] = useState(false);
  const shape = shapeOf(schema, schema);
  const mapping = shape.kind === "object" ? shape : { fields: [], others: ANYTHING };
  const isFields = (shape.kind === "object" || schema === ANYTHING) && (value === undefined || isMapping(value));
  return (
    <div className="stack tight-3">
      {/* biome-ignore lint/a11y/useSemanticElements: two buttons, not a form's part */}
      <div className="row segments" role="group" aria-label={panels.raw.label}>
        <button type="button" className="tiny" aria-pressed={!raw} onClick={() => setRaw(false)}>
          {panels.raw.form}
        </button>
        <button type="button" className="tiny" aria-pressed={raw} onClick={() => setRaw(true)}>
          {panels.raw.text}
        </button>
      </div>
      {raw ? (
        <Suspense fallback={<p className="faint small">{texts.loading}</p>}>
          <RawValue label={label} value={value ?? {}} change={change} />
        </Suspense>
      ) : isFields ? (
        <Fields
          {...mapping}
          whole={schema}
          value={isMapping(value) ? value : {}}
          change={change}
          path={path}
          told={told}
        />
      ) : (
        <SchemaField
          label={label}
          schema={schema}
          whole={schema}
          value={value}
          change={change}
          required={false}
          path={path}
          told={told}
        />
      )}
    </div>
  );
}
