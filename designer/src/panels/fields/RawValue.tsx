// A value as JSON, in the code editor. What does not read is shown where it is, and nothing is changed until it does.

import type { CompletionSource } from "@codemirror/autocomplete";
import { useMemo, useState } from "react";
import CodeEditor, { type Mark } from "../../code/CodeEditor.tsx";
import { usePipeline } from "../../editing/session.ts";
import { candidatesAt } from "../../model/completion.ts";
import { type Json, same } from "../../model/pipeline.ts";
import { panels } from "../../text/panels.ts";
import { useForm } from "../form.ts";
import { readJson, writeJson } from "./json.ts";

interface Props {
  label: string;
  value: Json;
  change: (value: Json) => void;
  /** What is wrong in this text. */
  marks?: ((text: string) => readonly Mark[]) | undefined;
  lines?: number;
  readOnly?: boolean;
}

export default function RawValue({ label, value, change, marks, lines, readOnly }: Props) {
  const form = useForm();
  const pipeline = usePipeline();
  const [typed, setTyped] = useState<string>();
  const read = typed === undefined ? undefined : readJson(typed);
  const isMine = read !== undefined && ("wrong" in read || same(read.value, value));
  const text = typed !== undefined && isMine ? typed : writeJson(value);
  const wrong = isMine && read !== undefined && "wrong" in read ? read : undefined;
  const found = useMemo(() => marks?.(text) ?? NONE, [marks, text]);
  const complete: CompletionSource = (context) => {
    const found =
      form.where && candidatesAt(pipeline, form.where, form.known, context.state.doc.toString(), context.pos);
    if (found === undefined) return null;
    return {
      from: found.from,
      to: found.to,
      options: found.candidates.map((one) => ({ label: one.label, apply: one.insert, detail: one.detail })),
    };
  };
  return (
    <div
      className="raw"
      style={{ height: `${(lines ?? Math.min(Math.max(text.split("\n").length + 1, 6), 20)) * 1.3}rem` }}
    >
      <CodeEditor
        label={label}
        language="json"
        value={text}
        readOnly={readOnly ?? false}
        change={(now) => {
          setTyped(now);
          const next = readJson(now);
          if ("value" in next) change(next.value);
        }}
        marks={
          wrong === undefined
            ? found
            : [{ from: wrong.at, to: wrong.at + 1, severity: "error", text: panels.raw.wrong(wrong.wrong) }]
        }
        complete={complete}
      />
      {wrong === undefined ? null : (
        <p className="wrong small" role="status">
          {panels.raw.wrong(wrong.wrong)}
        </p>
      )}
    </div>
  );
}

const NONE: readonly Mark[] = [];
