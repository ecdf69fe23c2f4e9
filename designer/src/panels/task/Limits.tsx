import type { Memory } from "../../model/pipeline.ts";
import { panels } from "../../text/panels.ts";
import { CheckField, DurationField, SelectField } from "../fields/plain.tsx";
import { useForm } from "../form.ts";
import type { TaskPart } from "../TaskPanel.tsx";

const told = panels.task;
export const MEMORIES: readonly (readonly [Memory, string])[] = [
  ["small", told.memories.small],
  ["medium", told.memories.medium],
  ["large", told.memories.large],
  ["huge", told.memories.huge],
];

export function Limits({ name, task, set }: TaskPart) {
  const form = useForm();
  return (
    <>
      <DurationField
        label={told.timeout}
        placeholder="30s"
        value={task.timeout ?? undefined}
        change={(timeout) => set({ timeout })}
        wrong={form.wrong(["tasks", name, "timeout"])}
      />
      <SelectField<Memory | "">
        label={told.memory}
        value={task.memory ?? ""}
        options={[["", told.unlimited], ...MEMORIES]}
        change={(memory) => set({ memory: memory === "" ? undefined : memory })}
        wrong={form.wrong(["tasks", name, "memory"])}
      />
      <CheckField
        label={told.callback}
        hint={told.callbackHint}
        value={task.callback ?? false}
        change={(on) => set({ callback: on ? true : undefined })}
      />
    </>
  );
}
