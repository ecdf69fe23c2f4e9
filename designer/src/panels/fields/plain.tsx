// Fields for values that no expression may stand for: texts, names, durations, numbers, one of some.

import { useState } from "react";
import { panels } from "../../text/panels.ts";
import { useForm } from "../form.ts";
import { Field } from "./Field.tsx";
import { type Reading, useTyped } from "./typed.ts";

interface Common {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
  required?: boolean | undefined;
}

interface TextProps extends Common {
  value: string | undefined;
  /** An empty text is no text. */
  change: (value: string | undefined) => void;
  placeholder?: string | undefined;
  rows?: number;
  read?: (text: string) => Reading<string | undefined>;
  mono?: boolean;
  /** What may be meant, offered while typing. */
  among?: readonly string[];
}

const readText = (text: string): Reading<string | undefined> => ({ value: text === "" ? undefined : text });

export function TextField({ value, change, placeholder, rows, read = readText, mono, among, ...field }: TextProps) {
  const { settle } = useForm();
  const typed = useTyped<string | undefined>(value, (one) => one ?? "", read, change);
  return (
    <Field {...field} wrong={typed.wrong ?? field.wrong}>
      {(names) => {
        const common = {
          ...names,
          className: mono ? "input mono" : "input",
          value: typed.text,
          placeholder,
          autoComplete: "off",
          spellCheck: mono ? false : undefined,
          onBlur: () => {
            typed.leave();
            settle();
          },
        };
        if (rows !== undefined) {
          return <textarea {...common} rows={rows} onChange={(event) => typed.type(event.target.value)} />;
        }
        const list = among === undefined ? undefined : `${names.id}-list`;
        return (
          <>
            <input {...common} list={list} onChange={(event) => typed.type(event.target.value)} />
            {among === undefined ? null : (
              <datalist id={list}>
                {among.map((one) => (
                  <option key={one} value={one} />
                ))}
              </datalist>
            )}
          </>
        );
      }}
    </Field>
  );
}

const DURATION = /^(?=.*[1-9])(?:[0-9]{1,6}d)?(?:[0-9]{1,6}h)?(?:[0-9]{1,7}m)?(?:[0-9]{1,8}s)?(?:[0-9]{1,10}ms)?$/;

export function readDuration(text: string): Reading<string | undefined> {
  if (text === "") return { value: undefined };
  return DURATION.test(text) ? { value: text } : { wrong: panels.fields.duration };
}

export function DurationField(props: Omit<TextProps, "read" | "mono" | "rows">) {
  return <TextField {...props} read={readDuration} />;
}

interface NumberProps extends Common {
  value: number | undefined;
  change: (value: number | undefined) => void;
  whole?: boolean;
  least?: number;
  most?: number;
  placeholder?: string;
}

export function NumberField({ value, change, whole, least, most, placeholder, ...field }: NumberProps) {
  const { settle } = useForm();
  const read = (text: string): Reading<number | undefined> => {
    if (text.trim() === "") return { value: undefined };
    const number = Number(text);
    if (!Number.isFinite(number) || (whole && !Number.isInteger(number))) {
      return { wrong: whole ? panels.fields.whole : panels.fields.number };
    }
    if (least !== undefined && number < least) return { wrong: panels.fields.least(least) };
    if (most !== undefined && number > most) return { wrong: panels.fields.most(most) };
    return { value: number };
  };
  const typed = useTyped<number | undefined>(value, (one) => (one === undefined ? "" : String(one)), read, change);
  return (
    <Field {...field} wrong={typed.wrong ?? field.wrong}>
      {(names) => (
        <input
          {...names}
          className="input"
          inputMode="decimal"
          autoComplete="off"
          placeholder={placeholder}
          value={typed.text}
          onChange={(event) => typed.type(event.target.value)}
          onBlur={() => {
            typed.leave();
            settle();
          }}
        />
      )}
    </Field>
  );
}

interface SelectProps<T extends string> extends Common {
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  change: (value: T) => void;
}

export function SelectField<T extends string>({ value, options, change, ...field }: SelectProps<T>) {
  const { settle } = useForm();
  return (
    <Field {...field}>
      {(names) => (
        <select
          {...names}
          className="input"
          value={value}
          onChange={(event) => {
            change(event.target.value as T);
            settle();
          }}
        >
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckProps {
  label: string;
  hint?: string;
  value: boolean;
  change: (value: boolean) => void;
}

export function CheckField({ label, hint, value, change }: CheckProps) {
  const { settle } = useForm();
  return (
    <div className="field">
      <label className="row check">
        <input
          type="checkbox"
          checked={value}
          onChange={(event) => {
            change(event.target.checked);
            settle();
          }}
        />
        {label}
      </label>
      {hint === undefined ? null : <p className="hint">{hint}</p>}
    </div>
  );
}

/** A name is taken when it is whole: with Enter, or when the field is left. Escape gives it up. */
export function NameField({
  label,
  value,
  take,
}: {
  label: string;
  value: string;
  take: (name: string) => string | undefined;
}) {
  const [typed, setTyped] = useState<string>();
  const [wrong, setWrong] = useState<string>();
  const finish = () => {
    if (typed === undefined) return;
    const no = typed === value ? undefined : take(typed);
    setWrong(no);
    if (no === undefined) setTyped(undefined);
  };
  return (
    <Field label={label} wrong={wrong}>
      {(names) => (
        <input
          {...names}
          className="input"
          autoComplete="off"
          spellCheck={false}
          value={typed ?? value}
          onChange={(event) => {
            setTyped(event.target.value);
            setWrong(undefined);
          }}
          onBlur={finish}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              finish();
              requestAnimationFrame(comeBack);
            } else if (event.key === "Escape" && typed !== undefined) {
              event.preventDefault();
              setTyped(undefined);
              setWrong(undefined);
            }
          }}
        />
      )}
    </Field>
  );
}

/** What is called otherwise is another panel: the focus comes back to its name. */
function comeBack(): void {
  if (document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>(".inspector .section-body.first input")?.focus();
}
