// One field of a form that is made from a JSON Schema: whatever kind of value stands there. Every field can hold an expression
// in place of its value, and what the schema does not know is kept.

import { isOneExpression } from "../../model/expressions.ts";
import type { Json, JsonObject, Path } from "../../model/pipeline.ts";
import { type Shape, shapeOf, textIn } from "../../model/schema.ts";
import { panels } from "../../text/panels.ts";
import { ExpressionInput } from "../expression/ExpressionInput.tsx";
import { useForm } from "../form.ts";
import { AnyField } from "./AnyField.tsx";
import { ChoiceField } from "./ChoiceField.tsx";
import { ListField } from "./ListField.tsx";
import { ObjectField } from "./ObjectField.tsx";
import { type Reading, useTyped } from "./typed.ts";
import { VariantField } from "./VariantField.tsx";

export interface FieldProps {
  label: string;
  schema: JsonObject;
  /** The document that the schema's pointers are looked up in. */
  whole: JsonObject;
  value: Json | undefined;
  /** Absent: it is taken away. */
  change: (value: Json | undefined) => void;
  required: boolean;
  path: Path;
  /** What the server made of the value. */
  told: Json | undefined;
  aside?: React.ReactNode;
  /** Whoever is around it has said what it is. */
  bare?: boolean;
  /** It is one of a list: that it is there is a matter of course. */
  item?: boolean;
}

export function SchemaField(props: FieldProps) {
  const { label, schema, whole, value, change, path, told, required, aside, item } = props;
  const form = useForm();
  const shape = shapeOf(schema, whole);
  const isText = shape.kind === "text" || shape.kind === "number" || shape.kind === "any";
  if (typeof value === "string" && !isText && (value.includes("${") || isMisplaced(shape))) {
    return (
      <ScalarField
        {...props}
        shape={{ kind: "text", format: undefined, long: false }}
        aside={
          <>
            {aside}
            <button type="button" className="tiny" onClick={() => change(undefined)}>
              {panels.fields.useValue}
            </button>
          </>
        }
      />
    );
  }
  const toExpression =
    form.where === undefined || isText ? null : (
      <button
        type="button"
        className="tiny mono"
        title={panels.fields.expression}
        aria-label={`${panels.fields.expression}: ${label}`}
        onClick={() => change("${}")}
      >
        {"${}"}
      </button>
    );
  const beside = (
    <>
      {aside}
      {toExpression}
    </>
  );
  const common = { ...props, aside: beside };
  switch (shape.kind) {
    case "text":
    case "number":
      return <ScalarField {...props} shape={shape} />;
    case "boolean":
      return <ChoiceField {...common} values={[true, false]} />;
    case "choice":
      return <ChoiceField {...common} values={shape.values} />;
    case "list":
      return <ListField {...common} items={shape.items} />;
    case "object":
      return <ObjectField {...common} fields={shape.fields} others={shape.others} />;
    case "variants":
      return <VariantField {...common} options={shape.options} />;
    case "any":
      return (
        <AnyField
          label={label}
          value={value}
          change={change}
          required={required}
          item={item}
          path={path}
          told={told}
          aside={aside}
          hint={textIn(schema.description)}
        />
      );
  }
}

/** A text where the schema wants no text: shown as what it is, never hidden. */
function isMisplaced(shape: Shape): boolean {
  return shape.kind === "boolean" || shape.kind === "list" || shape.kind === "object";
}

/** What stands in an empty field: what it is when left out. */
export function leftOut(schema: JsonObject): string | undefined {
  const usual = schema.default;
  if (usual === undefined || usual === null || usual === "") return undefined;
  return typeof usual === "string" ? usual : JSON.stringify(usual);
}

export function hintOf(schema: JsonObject): string | undefined {
  const usual = leftOut(schema);
  const told = [textIn(schema.description), usual === undefined ? undefined : panels.fields.default(usual)];
  return told.filter((one) => one !== undefined && one !== "").join(" ") || undefined;
}

function ScalarField({
  label,
  schema,
  value,
  change,
  required,
  path,
  told,
  aside,
  item,
  shape,
}: FieldProps & { shape: Shape }) {
  const form = useForm();
  const typed = useTyped<Json | undefined>(value, written, (text) => readScalar(text, shape, required), change);
  return (
    <ExpressionInput
      label={label}
      mono
      text={typed.text}
      type={typed.type}
      leave={typed.leave}
      hint={hintOf(schema)}
      wrong={typed.wrong ?? form.wrong(path)}
      required={required && !item}
      placeholder={leftOut(schema) ?? textIn((schema.examples as Json[] | undefined)?.[0])}
      path={path}
      long={shape.kind === "text" && shape.long}
      aside={aside}
      told={told}
    />
  );
}

function written(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function readScalar(text: string, shape: Shape, required: boolean): Reading<Json | undefined> {
  if (text === "" && !required) return { value: undefined };
  if (shape.kind !== "number" || text.includes("${")) return { value: text };
  const told = panels.fields;
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) return { wrong: shape.whole ? told.whole : told.number };
  if (shape.whole && !Number.isInteger(number)) return { wrong: told.whole };
  if (shape.least !== undefined && number < shape.least) return { wrong: told.least(shape.least) };
  if (shape.most !== undefined && number > shape.most) return { wrong: told.most(shape.most) };
  return { value: number };
}

export function isExpression(value: Json | undefined): boolean {
  return typeof value === "string" && isOneExpression(value);
}
