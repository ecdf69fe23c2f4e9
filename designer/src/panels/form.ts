// What every field of a form needs to know of where it stands: what expressions may name there, what the last run gives, what is
// wrong at a place of the document.

import { createContext, useContext } from "react";
import type { Known, Where } from "../model/completion.ts";
import type { Json, JsonObject, Path } from "../model/pipeline.ts";

export interface Form {
  /** Absent where no expression may stand. */
  readonly where: Where | undefined;
  readonly known: Known;
  /** What expressions are previewed over; absent while nothing has run. */
  readonly scope: JsonObject | undefined;
  /** What the server has worked out for the values of this form, with the same shape. */
  readonly told: Json | undefined;
  /** What is wrong at this place of the document, in words. */
  readonly wrong: (path: Path) => string | undefined;
  /** A field was left. */
  readonly settle: () => void;
}

const PLAIN: Form = {
  where: undefined,
  known: {},
  scope: undefined,
  told: undefined,
  wrong: () => undefined,
  settle: () => undefined,
};

export const FormContext = createContext<Form>(PLAIN);

export function useForm(): Form {
  return useContext(FormContext);
}
