// Brings what a problem belongs to into sight: the task, the edge, the trigger, or the line of the text.

import type { Session } from "../editing/session.ts";
import { litBy } from "../model/counterexample.ts";
import { edgeKey, edgesOf, type Pipeline } from "../model/pipeline.ts";
import { type Problem, subjectOf } from "../model/problems.ts";
import { NOTHING, selectEdges, selectTasks } from "../model/selection.ts";
import { show } from "./code/shown.ts";

export function reveal({ editor, view }: Session, pipeline: Pipeline, problem: Problem): void {
  const subject = subjectOf(pipeline, problem.path);
  const lit = problem.counterexample === undefined ? undefined : litBy(pipeline, problem.counterexample);
  view.setState({ lit });
  show(problem);
  switch (subject.kind) {
    case "task":
      editor.select(selectTasks(subject.name));
      view.setState({ shown: { task: subject.name, quietly: true } });
      return;
    case "edge": {
      editor.select(selectEdges(subject.key));
      const to = edgesOf(pipeline).find((one) => edgeKey(one) === subject.key)?.to;
      if (to !== undefined) view.setState({ shown: { task: to, quietly: true } });
      return;
    }
    case "trigger":
      editor.select(NOTHING);
      view.setState({ opened: { kind: "trigger", name: subject.name } });
      return;
    case "pipeline":
      editor.select(NOTHING);
      view.setState({
        opened: { kind: "pipeline" },
        drawer: problem.path.length === 0 ? "code" : view.getState().drawer,
      });
  }
}
