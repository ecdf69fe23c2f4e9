// The event pattern as it is: JSON, with what the bus would refuse shown where it stands.

import { useMemo } from "react";
import type { Mark } from "../../code/CodeEditor.tsx";
import type { JsonObject } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";
import { conditions } from "../../text/triggers.ts";
import RawValue from "../fields/RawValue.tsx";
import type { Tried } from "./tried.ts";

interface Props {
  pattern: JsonObject;
  change: (pattern: JsonObject | undefined) => void;
  tried: Tried | undefined;
}

export default function RawPattern({ pattern, change, tried }: Props) {
  const marks = useMemo(
    () => (tried?.verdict === "invalid" ? (text: string) => marksIn(text, tried) : undefined),
    [tried],
  );
  return (
    <>
      <RawValue
        label={conditions.raw}
        value={pattern}
        change={(next) => {
          if (isMapping(next)) change(next);
        }}
        marks={marks}
        lines={12}
      />
      {tried?.verdict === "invalid" ? (
        <p className="wrong small" role="status">
          {tried.what}. {tried.advice}
        </p>
      ) : null}
    </>
  );
}

/** At the last of the names that the refusal gives and the text has: the operator rather than its field. */
function marksIn(text: string, { what, advice }: Tried): readonly Mark[] {
  const names = [...what.matchAll(/['"`]([^'"`]+)['"`]/g)].map(([, name]) => JSON.stringify(name));
  const name = names.findLast((one) => text.includes(one)) ?? " ";
  const from = Math.max(text.indexOf(name), 0);
  return [{ from, to: from + name.length, severity: "error", text: `${what}. ${advice}` }];
}
