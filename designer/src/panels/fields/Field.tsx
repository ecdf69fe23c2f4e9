// A field: its label, what it is for, what is wrong with it. What it holds is given the names by which a screen reader finds these.

import { type ReactNode, useId } from "react";
import { panels } from "../../text/panels.ts";

export interface Names {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface Props {
  label: string;
  hint?: string | undefined;
  required?: boolean | undefined;
  wrong?: string | undefined;
  /** Beside the label: what can be done with the field. */
  aside?: ReactNode;
  /** Under the field: such as its preview. */
  below?: ReactNode;
  mono?: boolean;
  children: (names: Names) => ReactNode;
}

export function Field({ label, hint, required, wrong, aside, below, mono, children }: Props) {
  const id = useId();
  const told = [hint ? `${id}-hint` : "", wrong ? `${id}-wrong` : ""].filter(Boolean).join(" ");
  return (
    <div className="field">
      <div className="row field-head">
        <label htmlFor={id} className={mono ? "mono cut" : "cut"}>
          {label}
        </label>
        {required ? (
          <span className="must" title={panels.fields.required}>
            *<span className="unseen">{panels.fields.required}</span>
          </span>
        ) : null}
        <span className="grow" />
        {aside}
      </div>
      {children({ id, "aria-describedby": told === "" ? undefined : told, "aria-invalid": wrong ? true : undefined })}
      {below}
      {wrong ? (
        <p className="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      ) : null}
      {hint ? (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}
