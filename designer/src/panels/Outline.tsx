// The drawing as a list, in the order one reads it: the way in for whoever does not see the canvas. Everything that can be done to a
// task on the canvas can be done to it here, by the same keys.

import { useProblems } from "../editing/problems.ts";
import { useEditor, usePipeline, useSession } from "../editing/session.ts";
import { graphOf, readingOrder } from "../model/graph.ts";
import { edgeKey, kindOf, type Pipeline, workOf } from "../model/pipeline.ts";
import { subjectOf } from "../model/problems.ts";
import { selectEdges, selectTasks } from "../model/selection.ts";
import { canvas } from "../text/canvas.ts";
import { Icon } from "../ui/Icon.tsx";

export function Outline() {
  const pipeline = usePipeline();
  const order = readingOrder(pipeline);
  return (
    // The canvas keys work here, too (`canvas-keys`).
    <nav className="outline canvas-keys" aria-label={canvas.outline.title}>
      <h2>{canvas.outline.title}</h2>
      {order.length === 0 ? <p className="faint small">{canvas.outline.none}</p> : null}
      <ol>
        {order.map((name) => (
          <Entry key={name} name={name} pipeline={pipeline} />
        ))}
      </ol>
    </nav>
  );
}

function Entry({ name, pipeline }: { name: string; pipeline: Pipeline }) {
  const { editor, view } = useSession();
  const selected = useEditor((now) => now.selection.tasks.has(name));
  const chosen = useEditor((now) => now.selection.edges);
  const problems = useProblems().filter((one) => {
    const subject = subjectOf(pipeline, one.path);
    return subject.kind === "task" && subject.name === name;
  });
  const leading = graphOf(pipeline).outgoing.get(name) ?? [];
  return (
    <li>
      <button
        type="button"
        className="outline-task"
        aria-current={selected ? "true" : undefined}
        onFocus={() => {
          if (!selected) editor.select(selectTasks(name));
        }}
        onClick={() => {
          editor.select(selectTasks(name));
          view.setState({ shown: { task: name } });
        }}
      >
        <span className="grow cut">{name}</span>
        <span className="faint small cut">{workOf(pipeline.tasks[name] ?? {})}</span>
        {problems.length === 0 ? null : (
          <span className="task-problems error">
            <Icon name="problem" size={12} />
            <span className="unseen">{canvas.mistakes(problems.length)}</span>
          </span>
        )}
      </button>
      {leading.length === 0 ? null : (
        <ul aria-label={canvas.outline.edges}>
          {leading.map((edge) => (
            <li key={edgeKey(edge)}>
              <button
                type="button"
                className={`outline-edge ${kindOf(edge)}`}
                aria-current={chosen.has(edgeKey(edge)) ? "true" : undefined}
                onClick={() => editor.select(selectEdges(edgeKey(edge)))}
              >
                {canvas.kinds[kindOf(edge)]} → {edge.to}
              </button>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
