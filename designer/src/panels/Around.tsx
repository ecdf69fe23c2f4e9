// The form around a part of the document: what its expressions may name, and what is wrong in it.

import { type ReactNode, useMemo } from "react";
import { useSession } from "../editing/session.ts";
import type { Known, Where } from "../model/completion.ts";
import type { Json, JsonObject } from "../model/pipeline.ts";
import type { Problem } from "../model/problems.ts";
import { type Form, FormContext } from "./form.ts";
import { PanelProblems } from "./PanelProblems.tsx";

interface Props {
  where: Where | undefined;
  known: Known;
  scope: JsonObject | undefined;
  told?: Json | undefined;
  problems: readonly Problem[];
  children: ReactNode;
}

export function Around({ where, known, scope, told, problems, children }: Props) {
  const { editor } = useSession();
  const form = useMemo<Form>(() => {
    const messages = new Map(problems.map((one) => [one.path.join("\0"), one.message]));
    return {
      where,
      known,
      scope,
      told,
      wrong: (path) => messages.get(path.join("\0")),
      settle: () => editor.settle(),
    };
  }, [where, known, scope, told, problems, editor]);
  return (
    <FormContext value={form}>
      {children}
      <PanelProblems problems={problems} />
    </FormContext>
  );
}
