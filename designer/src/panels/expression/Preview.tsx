import type { Json } from "../../model/pipeline.ts";
import { panels } from "../../text/panels.ts";
import { useForm } from "../form.ts";
import { previewOfText, shortly } from "./preview.ts";

/** What a text with expressions gave in the last run, in one line; nothing for a plain text. */
export function Preview({ text, told }: { text: string; told: Json | undefined }) {
  const { scope, where } = useForm();
  if (where === undefined) return null;
  const found = previewOfText(text, scope, told);
  switch (found.kind) {
    case "plain":
      return null;
    case "later":
      return (
        <p className="preview faint">
          {scope?.run === undefined && where.kind === "task" ? panels.preview.never : panels.preview.later}
        </p>
      );
    case "value":
      return (
        <p className="preview cut" title={JSON.stringify(found.value, null, 2)}>
          <span className="unseen">{panels.preview.last}: </span>
          <span aria-hidden="true">→ </span>
          <code>{shortly(found.value)}</code>
        </p>
      );
  }
}
