// A field in which an expression may stand: names are offered as they are typed, also after a press of its button, and beneath
// it stands what the last run gives. The arrows choose, Enter or Tab takes, Escape leaves.

import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { usePipeline } from "../../editing/session.ts";
import { type Completion, candidatesAt } from "../../model/completion.ts";
import type { Json, Path } from "../../model/pipeline.ts";
import { panels } from "../../text/panels.ts";
import { Field } from "../fields/Field.tsx";
import { useForm } from "../form.ts";
import { Preview } from "./Preview.tsx";
import { Suggestions } from "./Suggestions.tsx";
import { closed, type Edited, opened, taken } from "./typing.ts";

/** More than anybody looks through: typing on makes them fewer. */
const MOST = 60;

interface Props {
  label: string;
  text: string;
  type: (text: string) => void;
  leave: () => void;
  hint?: string | undefined;
  wrong?: string | undefined;
  required?: boolean | undefined;
  placeholder?: string | undefined;
  path: Path;
  mono?: boolean;
  long?: boolean;
  aside?: React.ReactNode;
  /** What the server made of it. */
  told?: Json | undefined;
}

export function ExpressionInput(props: Props) {
  const { label, text, type, leave, hint, wrong, required, placeholder, mono, long, aside, told } = props;
  const form = useForm();
  const pipeline = usePipeline();
  const input = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const [completion, setCompletion] = useState<Completion>();
  const [at, setAt] = useState(0);
  const caret = useRef<number>(undefined);
  const offered = completion?.candidates.slice(0, MOST) ?? [];
  const chosen = offered[Math.min(at, offered.length - 1)];
  const { where } = form;

  // After an edit of ours the cursor stands where the edit wants it.
  useLayoutEffect(() => {
    const element = input.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, 220)}px`;
    if (caret.current === undefined) return;
    element.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  });

  const offer = (now: string, place: number) => {
    const found = where === undefined ? undefined : candidatesAt(pipeline, where, form.known, now, place);
    setAt(0);
    setCompletion(found === undefined || found.candidates.length === 0 ? undefined : found);
  };
  const apply = ({ text: now, at: place }: Edited) => {
    caret.current = place;
    type(now);
    offer(now, place);
  };
  const open = () => {
    const element = input.current;
    const place = element === null || document.activeElement !== element ? text.length : element.selectionStart;
    element?.focus();
    apply(opened(text, place));
  };
  const take = (index: number) => {
    const one = offered[index];
    if (completion === undefined || one === undefined) return;
    const made = taken(text, completion, one);
    apply(made);
    if (!one.more) setCompletion(undefined);
    input.current?.focus();
  };
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (completion !== undefined && chosen !== undefined) {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step !== 0) setAt((now) => (Math.min(now, offered.length - 1) + step + offered.length) % offered.length);
      else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) take(offered.indexOf(chosen));
      else if (event.key === "Escape") setCompletion(undefined);
      else return;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    // Where lines are wanted they are there already, or asked for.
    if (event.key === "Enter" && !event.shiftKey && !long && !text.includes("\n")) event.preventDefault();
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      offer(text, event.currentTarget.selectionStart);
    }
  };

  return (
    <Field
      label={label}
      hint={hint}
      // While a name is being written it is no mistake yet.
      wrong={completion === undefined ? wrong : undefined}
      required={required}
      {...(mono === undefined ? {} : { mono })}
      below={<Preview text={text} told={told} />}
      aside={
        <>
          {aside}
          {where === undefined ? null : (
            <button
              type="button"
              className="tiny mono"
              title={panels.fields.expressionTitle}
              aria-label={`${panels.fields.expression}: ${label}`}
              onMouseDown={(event) => event.preventDefault()}
              onClick={open}
            >
              {"${}"}
            </button>
          )}
        </>
      }
    >
      {(names) => (
        <>
          <textarea
            {...names}
            ref={input}
            className={text.includes("${") ? "input grows mono" : "input grows"}
            rows={1}
            aria-controls={completion === undefined ? undefined : list}
            aria-autocomplete="list"
            aria-activedescendant={chosen === undefined ? undefined : `${list}-${offered.indexOf(chosen)}`}
            aria-required={required || undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder={placeholder}
            value={text}
            onChange={(event) => {
              const { value, selectionStart } = event.target;
              apply(closed(value, selectionStart, text));
            }}
            onKeyDown={press}
            onClick={(event) =>
              completion === undefined ? undefined : offer(text, event.currentTarget.selectionStart)
            }
            onBlur={() => {
              setCompletion(undefined);
              leave();
              form.settle();
            }}
          />
          {completion === undefined ? null : (
            <Suggestions
              id={list}
              label={panels.fields.names(label)}
              under={input.current}
              candidates={offered}
              at={chosen === undefined ? 0 : offered.indexOf(chosen)}
              point={setAt}
              take={take}
            />
          )}
        </>
      )}
    </Field>
  );
}
