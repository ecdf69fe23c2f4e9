// One task: what it runs and with what, when it starts, what happens when it fails, and how long it may take.

import { useMemo } from "react";
import { useProblemsOf } from "../editing/problems.ts";
import { usePipeline, useSession } from "../editing/session.ts";
import { itemOf, type Where } from "../model/completion.ts";
import { remove } from "../model/edits/removal.ts";
import { renameTask, setTask, type TaskFields } from "../model/edits/tasks.ts";
import type { JsonObject, Task } from "../model/pipeline.ts";
import { workOf } from "../model/pipeline.ts";
import { selectTasks } from "../model/selection.ts";
import { panels } from "../text/panels.ts";
import { Around } from "./Around.tsx";
import { NameField, TextField } from "./fields/plain.tsx";
import { Section } from "./fields/Section.tsx";
import { Head, RemoveButton } from "./Head.tsx";
import { useKnown } from "./known.ts";
import { Limits } from "./task/Limits.tsx";
import { Parameters } from "./task/Parameters.tsx";
import { Retrying } from "./task/Retrying.tsx";
import { Starting } from "./task/Starting.tsx";
import { Work } from "./task/Work.tsx";
import { useTold } from "./told.ts";

const told = panels.task;

export interface TaskPart {
  name: string;
  task: Task;
  set: (fields: TaskFields) => void;
}

export function TaskPanel({ name, task }: { name: string; task: Task }) {
  const { editor } = useSession();
  const pipeline = usePipeline();
  const known = useKnown();
  const problems = useProblemsOf("task", name);
  const answer = useTold(name, task);
  const where = useMemo<Where>(() => ({ kind: "task", name, field: "with" }), [name]);
  const scope = useMemo<JsonObject | undefined>(() => {
    if (known.scope === undefined) return undefined;
    const item = itemOf(task.for_each, known.scope);
    return item === undefined ? known.scope : { ...known.scope, item };
  }, [known, task.for_each]);
  const set = (fields: TaskFields) => void editor.edit((sketch) => setTask(sketch, name, fields));
  const part: TaskPart = { name, task, set };
  return (
    <Around where={where} known={known} scope={scope} told={answer.parameters} problems={problems}>
      <Head icon={task.function ? "function" : "action"} kind={`${panels.kinds.task}: ${workOf(task)}`} title={name}>
        <RemoveButton
          label={`${panels.remove} ${name}`}
          remove={() => void editor.edit((sketch) => remove(sketch, selectTasks(name)))}
        />
      </Head>
      <div className="section-body first">
        <NameField
          label={panels.name}
          value={name}
          take={(next) => editor.edit((sketch) => renameTask(sketch, name, next))?.refused}
        />
        <TextField
          label={panels.description}
          rows={2}
          value={task.description}
          change={(description) => set({ description })}
        />
        <Work {...part} />
      </div>
      <Section id="task parameters" title={told.parameters}>
        <Parameters {...part} answer={answer} />
      </Section>
      <Section id="task start" title={told.start}>
        <Starting {...part} pipeline={pipeline} />
      </Section>
      <Section id="task retry" title={told.failing}>
        <Retrying {...part} />
      </Section>
      <Section id="task limits" title={told.limits}>
        <Limits {...part} />
      </Section>
    </Around>
  );
}
