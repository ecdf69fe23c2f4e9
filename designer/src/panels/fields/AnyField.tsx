// A value of which nothing is known but itself: its kind can be chosen, and it is edited as what it is.

import { readPlain, writePlain } from "../../model/operators.ts";
import type { Json, Path } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";
import { panels } from "../../text/panels.ts";
import { ExpressionInput } from "../expression/ExpressionInput.tsx";
import { useForm } from "../form.ts";
import { Group } from "./Group.tsx";
import { ListField } from "./ListField.tsx";
import { Fields } from "./ObjectField.tsx";
import { useTyped } from "./typed.ts";

interface Props {
  label: string;
  value: Json | undefined;
  change: (value: Json | undefined) => void;
  required: boolean;
  path: Path;
  told: Json | undefined;
  aside?: React.ReactNode;
  hint?: string | undefined;
  /** It is one of a list. */
  item?: boolean | undefined;
}

const ANY = {};

export function AnyField(props: Props) {
  const { label, value, change, required, path, told, aside, hint } = props;
  const form = useForm();
  const kind = (
    <Kind
      label={label}
      value={value}
      choose={(next) => {
        change(next);
        form.settle();
      }}
    />
  );
  const beside = (
    <>
      {aside}
      {kind}
    </>
  );
  if (Array.isArray(value)) {
    const { item: _, ...rest } = props;
    return <ListField {...rest} schema={ANY} whole={ANY} items={ANY} required aside={beside} />;
  }
  if (isMapping(value)) {
    return (
      <Group label={label} hint={hint} required={required} wrong={form.wrong(path)} aside={beside}>
        <Fields fields={[]} others={ANY} whole={ANY} value={value} change={change} path={path} told={told} />
      </Group>
    );
  }
  return <PlainValue {...props} aside={beside} />;
}

/** A text, a number, yes, no or nothing: as it is typed. In quotes it is a text in any case. */
function PlainValue({ label, value, change, required, path, told, aside, hint, item }: Props) {
  const form = useForm();
  const typed = useTyped<Json | undefined>(
    value,
    (one) => (one === undefined ? "" : typeof one === "string" && one.includes("${") ? one : writePlain(one as string)),
    (text) => ({ value: text === "" && !required ? undefined : text.includes("${") ? text : readPlain(text) }),
    change,
  );
  return (
    <ExpressionInput
      label={label}
      mono
      text={typed.text}
      type={typed.type}
      leave={typed.leave}
      hint={hint}
      wrong={form.wrong(path)}
      required={required && !item}
      path={path}
      aside={aside}
      told={told}
    />
  );
}

const KINDS = ["text", "object", "list"] as const;
const BEGIN: Readonly<Record<(typeof KINDS)[number], Json>> = { text: "", object: {}, list: [] };

function Kind({ label, value, choose }: { label: string; value: Json | undefined; choose: (value: Json) => void }) {
  const now = Array.isArray(value) ? "list" : isMapping(value) ? "object" : "text";
  return (
    <select
      className="tiny"
      aria-label={`${panels.fields.kind}: ${label}`}
      value={now}
      onChange={(event) => {
        const next = KINDS.find((one) => one === event.target.value);
        if (next !== undefined) choose(BEGIN[next]);
      }}
    >
      {KINDS.map((one) => (
        <option key={one} value={one}>
          {one === "text"
            ? `${panels.fields.valueKinds.text}, ${panels.fields.valueKinds.number}`
            : panels.fields.valueKinds[one]}
        </option>
      ))}
    </select>
  );
}
