// Several things at once: what all selected tasks have in common, and where they stand.

import { usePipeline, useSession } from "../editing/session.ts";
import { align, distribute, type Side } from "../model/edits/alignment.ts";
import { remove } from "../model/edits/removal.ts";
import { setTasks, type TaskFields } from "../model/edits/tasks.ts";
import { type Memory, same, type Task } from "../model/pipeline.ts";
import type { Edit, Sketch } from "../model/plan.ts";
import type { Selection } from "../model/selection.ts";
import { panels } from "../text/panels.ts";
import { tell } from "../ui/announcer.ts";
import { DurationField, NumberField, SelectField } from "./fields/plain.tsx";
import { Head, RemoveButton } from "./Head.tsx";
import { MEMORIES } from "./task/Limits.tsx";

const told = panels.many;
const SIDES: readonly Side[] = ["left", "center", "right", "top", "middle", "bottom"];
const MIXED = "mixed";

export function ManyPanel({ selection }: { selection: Selection }) {
  const { editor } = useSession();
  const pipeline = usePipeline();
  const names = [...selection.tasks];
  const tasks = names.flatMap((name) => pipeline.tasks[name] ?? []);
  const edit = (made: (sketch: Sketch) => Edit) => {
    const no = editor.edit(made);
    if (no !== undefined) tell(no.refused, "wrong");
  };
  const set = (fields: TaskFields | ((task: Task) => TaskFields)) =>
    void editor.edit((sketch) => setTasks(sketch, names, fields));
  const timeout = common(tasks, (one) => one.timeout);
  const attempts = common(tasks, (one) => one.retry?.attempts);
  const memory = common(tasks, (one) => one.memory);
  return (
    <>
      <Head icon="pipeline" kind={panels.kinds.tasks} title={told.title(selection.tasks.size + selection.edges.size)}>
        <RemoveButton label={told.remove} remove={() => edit((sketch) => remove(sketch, selection))} />
      </Head>
      {names.length === 0 ? null : (
        <div className="section-body first">
          <h3>{told.common}</h3>
          <DurationField
            label={panels.task.timeout}
            placeholder={timeout.mixed ? told.mixed : "30s"}
            value={timeout.value ?? undefined}
            change={(next) => set({ timeout: next })}
          />
          <NumberField
            label={told.retry}
            whole
            least={1}
            most={100}
            placeholder={attempts.mixed ? told.mixed : panels.none}
            value={attempts.value}
            change={(next) =>
              set((task) => ({ retry: next === undefined ? undefined : { ...task.retry, attempts: next } }))
            }
          />
          <SelectField<Memory | "" | typeof MIXED>
            label={panels.task.memory}
            value={memory.mixed ? MIXED : (memory.value ?? "")}
            options={[
              ...(memory.mixed ? [[MIXED, told.mixed] as const] : []),
              ["", panels.task.unlimited],
              ...MEMORIES,
            ]}
            change={(next) => {
              if (next !== MIXED) set({ memory: next === "" ? undefined : next });
            }}
          />
          {names.length < 2 ? null : (
            <>
              <h3>{told.align}</h3>
              <div className="row wrap">
                {SIDES.map((side) => (
                  <button
                    key={side}
                    type="button"
                    className="button"
                    onClick={() => edit((sketch) => align(sketch, names, side))}
                  >
                    {told.sides[side]}
                  </button>
                ))}
              </div>
              <h3>{told.distribute}</h3>
              <div className="row wrap">
                {(["x", "y"] as const).map((axis) => (
                  <button
                    key={axis}
                    type="button"
                    className="button"
                    disabled={names.length < 3}
                    onClick={() => edit((sketch) => distribute(sketch, names, axis))}
                  >
                    {told.axes[axis]}
                  </button>
                ))}
              </div>
            </>
          )}
        </div>
      )}
    </>
  );
}

function common<T>(tasks: readonly Task[], of: (task: Task) => T): { value: T | undefined; mixed: boolean } {
  const first = tasks[0] === undefined ? undefined : of(tasks[0]);
  const mixed = tasks.some((one) => !same(of(one) ?? null, first ?? null));
  return { value: mixed ? undefined : first, mixed };
}
