// The event pattern as it is: JSON, with what the bus would refuse shown where it stands.

import { useMemo } from "react";
import type { Mark } from "../../code/CodeEditor.tsx";
import type { JsonObject } from "../../model/pipeline.ts";
import { isMapping } from "../../model/schema.ts";
import { conditions } from "../../text/triggers.ts";
import { writeJson } from "../fields/json.ts";
import RawValue from "../fields/RawValue.tsx";
import type { Tried } from "./tried.ts";

interface Props {
  pattern: JsonObject;
  change: (pattern: JsonObject | undefined) => void;
  tried: Tried | undefined;
}

export default function RawPattern({ pattern, change, tried }: Props) {
  const marks = useMemo<readonly Mark[]>(() => {
    if (tried?.verdict !== "invalid") return [];
    const text = writeJson(pattern);
    const named = [...tried.what.matchAll(/['"`]([^'"`]+)['"`]/g)].map(([, name]) => JSON.stringify(name));
    const at = named.map((name) => text.indexOf(name)).find((one) => one >= 0) ?? 0;
    const name = named.find((one) => text.indexOf(one) === at) ?? " ";
    return [{ from: at, to: at + name.length, severity: "error", text: `${tried.what}. ${tried.advice}` }];
  }, [tried, pattern]);
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
