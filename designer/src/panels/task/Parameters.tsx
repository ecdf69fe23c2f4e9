// A task's parameters, as a form made from what its function or its action says it takes; and what it would get, worked out by
// the server with what the last run gave.

import { lazy, Suspense } from "react";
import { useCatalogue } from "../../editing/catalogue.ts";
import type { JsonObject } from "../../model/pipeline.ts";
import { isMapping, shapeOf } from "../../model/schema.ts";
import { texts } from "../../text/en.ts";
import { panels } from "../../text/panels.ts";
import { Icon } from "../../ui/Icon.tsx";
import { patiently } from "../../ui/patiently.ts";
import { Section } from "../fields/Section.tsx";
import { ValueForm } from "../fields/ValueForm.tsx";
import { useBeside } from "../known.ts";
import type { TaskPart } from "../TaskPanel.tsx";
import type { Told } from "../told.ts";

const RawValue = lazy(patiently(() => import("../fields/RawValue.tsx")));

const told = panels.task;

export function Parameters({ name, task, set, answer }: TaskPart & { answer: Told }) {
  const found = useBeside((now) => (task.function === undefined ? undefined : now.functions[task.function]));
  const action = useCatalogue((now) => now.actions.find((one) => one.name === task.action));
  const schema = (task.function === undefined ? action?.parameters : found?.input) as JsonObject | undefined;
  const shape = schema === undefined ? undefined : shapeOf(schema, schema);
  const isNone = shape?.kind === "object" && shape.fields.length === 0 && shape.others === undefined;
  const isWaiting = task.function !== undefined && found === undefined;
  return (
    <>
      {found?.problem ? <p className="notice warning small">{told.broken(found.problem)}</p> : null}
      {schema === undefined && !isWaiting ? <p className="faint small">{told.noSchema}</p> : null}
      {isNone && Object.keys(task.with ?? {}).length === 0 ? (
        <p className="faint small">{told.noParameters}</p>
      ) : (
        <ValueForm
          label={told.parameters}
          schema={schema}
          value={task.with}
          change={(next) => set({ with: isMapping(next) && Object.keys(next).length > 0 ? next : undefined })}
          path={["tasks", name, "with"]}
          told={answer.parameters}
        />
      )}
      {answer.can ? (
        <Section id="task told" title={told.told} closed>
          {answer.parameters === undefined ? (
            <button type="button" className="button" onClick={answer.ask}>
              <Icon name="play" size={12} />
              {told.ask}
            </button>
          ) : (
            <Suspense fallback={<p className="faint small">{texts.loading}</p>}>
              <RawValue label={told.told} value={answer.parameters} change={() => undefined} readOnly />
            </Suspense>
          )}
        </Section>
      ) : null}
    </>
  );
}
