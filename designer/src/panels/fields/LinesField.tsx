import { TextField } from "./plain.tsx";

interface Props {
  label: string;
  hint?: string;
  value: readonly string[] | undefined;
  /** Absent when there is none. */
  change: (lines: readonly string[] | undefined) => void;
  wrong?: string | undefined;
}

/** Texts, one a line; a comma parts them as well. */
export function LinesField({ label, hint, value, change, wrong }: Props) {
  return (
    <TextField
      label={label}
      hint={hint}
      rows={Math.max(1, Math.min(value?.length ?? 1, 5))}
      mono
      value={value?.join("\n")}
      change={(text) => change(text?.split("\n"))}
      read={(text) => ({ value: linesOf(text).join("\n") || undefined })}
      wrong={wrong}
    />
  );
}

function linesOf(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter(Boolean);
}
