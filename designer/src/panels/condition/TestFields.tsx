import { useId } from "react";
import type { Plain } from "../../model/condition.ts";
import { type Alternative, OPERATORS, operandOf, readPlain, writePlain } from "../../model/operators.ts";
import type { Json } from "../../model/pipeline.ts";
import { conditions as told } from "../../text/triggers.ts";
import { Icon } from "../../ui/Icon.tsx";
import { useTyped } from "../fields/typed.ts";
import { useForm } from "../form.ts";

interface Props {
  test: Alternative;
  first: boolean;
  /** Values that the field is known to have. */
  values: readonly Json[];
  change: (test: Alternative) => void;
  remove: (() => void) | undefined;
}

/** How a field is compared, and with what. */
export function TestFields({ test, first, values, change, remove }: Props) {
  const operand = operandOf(test.operator);
  const second = (at: number, value: Plain | undefined) => {
    const next = [test.values[0] ?? "", test.values[1] ?? ""];
    next[at] = value ?? "";
    change({ operator: test.operator, values: next });
  };
  return (
    <div className="test">
      {first ? null : <span className="small faint">{told.addTest}</span>}
      <select
        className="input"
        aria-label={told.operator}
        value={test.operator}
        onChange={(event) => {
          const operator = OPERATORS.find((one) => one === event.target.value);
          // What was written for one operator is kept for the next, where it can be meant for it.
          if (operator !== undefined) change({ operator, values: test.values });
        }}
      >
        {OPERATORS.map((one) => (
          <option key={one} value={one}>
            {told.operators[one]}
          </option>
        ))}
      </select>
      {operand === "none" ? null : operand === "numbers" ? (
        <>
          <ValueInput label={told.value} value={test.values[0]} among={[]} change={(value) => second(0, value)} />
          <span className="small faint">{told.second}</span>
          <ValueInput label={told.value} value={test.values[1]} among={[]} change={(value) => second(1, value)} />
        </>
      ) : operand === "values" || operand === "texts" ? (
        <ManyInput
          values={test.values}
          texts={operand === "texts"}
          change={(next) => change({ operator: test.operator, values: next })}
        />
      ) : (
        <ValueInput
          label={told.value}
          value={test.values[0]}
          among={values}
          text={operand === "text"}
          change={(value) => change({ operator: test.operator, values: value === undefined ? [] : [value] })}
        />
      )}
      {remove === undefined ? null : (
        <button type="button" className="tiny" aria-label={`${told.clear}: ${told.value}`} onClick={remove}>
          <Icon name="close" size={12} />
        </button>
      )}
    </div>
  );
}

interface ValueProps {
  label: string;
  value: Plain | undefined;
  among: readonly Json[];
  text?: boolean;
  change: (value: Plain | undefined) => void;
}

function ValueInput({ label, value, among, text, change }: ValueProps) {
  const list = useId();
  const { settle } = useForm();
  const typed = useTyped<Plain | undefined>(
    value,
    (one) => (one === undefined ? "" : text && typeof one === "string" ? one : writePlain(one)),
    (now) => ({ value: now === "" ? undefined : text ? now : readPlain(now) }),
    change,
  );
  const options = among.filter((one): one is Plain => typeof one !== "object" || one === null);
  return (
    <>
      <input
        className="input mono"
        aria-label={label}
        placeholder={label}
        list={list}
        autoComplete="off"
        spellCheck={false}
        value={typed.text}
        onChange={(event) => typed.type(event.target.value)}
        onBlur={() => {
          typed.leave();
          settle();
        }}
      />
      <datalist id={list}>
        {options.map((one) => (
          <option key={String(one)} value={text ? String(one) : writePlain(one)} />
        ))}
      </datalist>
    </>
  );
}

function ManyInput({
  values,
  texts,
  change,
}: {
  values: readonly Plain[];
  texts: boolean;
  change: (values: readonly Plain[]) => void;
}) {
  const { settle } = useForm();
  const typed = useTyped<readonly Plain[]>(
    values,
    (all) => all.map((one) => (texts && typeof one === "string" ? one : writePlain(one))).join(", "),
    (now) => ({
      value: now
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean)
        .map((one) => (texts ? one : readPlain(one))),
    }),
    change,
  );
  return (
    <input
      className="input mono"
      aria-label={told.value}
      placeholder={told.value}
      title={told.several}
      autoComplete="off"
      spellCheck={false}
      value={typed.text}
      onChange={(event) => typed.type(event.target.value)}
      onBlur={() => {
        typed.leave();
        settle();
      }}
    />
  );
}
