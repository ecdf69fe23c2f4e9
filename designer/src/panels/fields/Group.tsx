// Fields that belong together: a value with fields, a list, a value of one of several kinds.

import { type ReactNode, useId } from "react";
import { panels } from "../../text/panels.ts";

interface Props {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
  required?: boolean | undefined;
  aside?: ReactNode;
  /** Whoever is around it has said what it is. */
  bare?: boolean | undefined;
  children: ReactNode;
}

export function Group({ label, hint, wrong, required, aside, bare, children }: Props) {
  const id = useId();
  if (bare) return <div className="group-body">{children}</div>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot have buttons beside it
    <div className="group" role="group" aria-labelledby={id}>
      <div className="row field-head">
        <span className="label mono cut" id={id}>
          {label}
        </span>
        {required ? (
          <span className="must" title={panels.fields.required}>
            *<span className="unseen">{panels.fields.required}</span>
          </span>
        ) : null}
        <span className="grow" />
        {aside}
      </div>
      {hint ? <p className="hint small faint">{hint}</p> : null}
      <div className="group-body">{children}</div>
      {wrong ? <p className="wrong small">{wrong}</p> : null}
    </div>
  );
}
