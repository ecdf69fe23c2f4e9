import { useRef } from "react";
import { triggers } from "../../text/triggers.ts";
import { tell } from "../../ui/announcer.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Field } from "./Field.tsx";

const told = triggers.webhook;

/** A text to take along. Where the browser gives no clipboard it is selected, to be copied by hand. */
export function CopyField({ label, text, hint }: { label: string; text: string; hint?: string }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell(told.copied);
    } catch {
      area.current?.select();
    }
  };
  return (
    <Field
      label={label}
      hint={hint}
      aside={
        <button type="button" className="tiny" aria-label={`${told.copy}: ${label}`} onClick={() => void copy()}>
          <Icon name="copy" size={12} />
          {told.copy}
        </button>
      }
    >
      {(names) => (
        <textarea
          {...names}
          ref={area}
          className="input"
          readOnly
          rows={text.split("\n").length + (text.length > 44 ? 1 : 0)}
          value={text}
        />
      )}
    </Field>
  );
}
