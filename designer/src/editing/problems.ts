// Problems by what they belong to: worked out once for each answer of a check, read by each task and edge for itself.

import type { Pipeline } from "../model/pipeline.ts";
import { type Problem, subjectOf } from "../model/problems.ts";
import { draftOf, type EditorState, problemsOf } from "../state/editor.ts";
import { useEditor } from "./session.ts";

type Grouped = ReadonlyMap<string, readonly Problem[]>;

const NONE: readonly Problem[] = [];
const grouped = new WeakMap<readonly Problem[], { pipeline: Pipeline; found: Grouped }>();

export function useProblemsOf(kind: "task" | "trigger" | "edge", name: string): readonly Problem[] {
  return useEditor((state) => groupsOf(state).get(`${kind} ${name}`) ?? NONE);
}

export function useProblems(): readonly Problem[] {
  return useEditor(problemsOf);
}

function groupsOf(state: EditorState): Grouped {
  const problems = problemsOf(state);
  const { pipeline } = draftOf(state);
  const known = grouped.get(problems);
  if (known !== undefined && known.pipeline === pipeline) return known.found;
  const found = new Map<string, Problem[]>();
  for (const one of problems) {
    const subject = subjectOf(pipeline, one.path);
    const key =
      subject.kind === "pipeline"
        ? "pipeline"
        : `${subject.kind} ${subject.kind === "edge" ? subject.key : subject.name}`;
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  grouped.set(problems, { pipeline, found });
  return found;
}
