// What is wrong, where it stands in the text.

import type { Mark } from "../../code/CodeEditor.tsx";
import type { Problem } from "../../model/problems.ts";
import { type Mistake, type Reading, rangeOf } from "../../model/source.ts";

export function marksOf(reading: Reading, mistakes: readonly Mistake[], problems: readonly Problem[]): readonly Mark[] {
  const { text } = reading;
  const starts = lineStarts(text);
  const offset = (line: number, column: number) =>
    Math.min((starts[Math.min(line, starts.length) - 1] ?? text.length) + column - 1, text.length);
  const told = problems.map((one): Mark => {
    const { place } = one;
    const range =
      place === undefined || place.line < 1
        ? rangeOf(reading, one.path)
        : { from: offset(place.line, place.column), to: offset(place.endLine, place.endColumn) };
    const words = [one.message, one.advice].filter(Boolean).join(". ");
    return { from: range.from, to: Math.max(range.to, range.from + 1), severity: one.severity, text: words };
  });
  // The server says the same of a text that cannot be read, and says it better.
  const own = told.some((one) => one.severity === "error") ? [] : mistakes;
  return [...own.map((one): Mark => ({ from: one.from, to: one.to, severity: "error", text: one.message })), ...told];
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
