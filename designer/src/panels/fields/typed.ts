// What is typed into a field while it is not yet a value: it stays as it was typed, and what is wrong with it is said beside it.
// The document has only what reads.

import { useState } from "react";
import { same } from "../../model/pipeline.ts";

export type Reading<T> = { readonly value: T } | { readonly wrong: string };

export interface Typed {
  readonly text: string;
  readonly wrong: string | undefined;
  readonly type: (text: string) => void;
  readonly leave: () => void;
}

export function useTyped<T>(
  value: T,
  write: (value: T) => string,
  read: (text: string) => Reading<T>,
  commit: (value: T) => void,
): Typed {
  const [typed, setTyped] = useState<string>();
  const reading = typed === undefined ? undefined : read(typed);
  const isWrong = reading !== undefined && "wrong" in reading;
  // Something else has changed it meanwhile: undo, the code, another field.
  const isMine = reading !== undefined && (isWrong || same(reading.value, value));
  return {
    text: typed !== undefined && isMine ? typed : write(value),
    wrong: isWrong ? reading.wrong : undefined,
    type: (text) => {
      setTyped(text);
      const now = read(text);
      if ("value" in now) commit(now.value);
    },
    leave: () => {
      if (!isWrong) setTyped(undefined);
    },
  };
}
