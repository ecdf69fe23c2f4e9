// One edge: on which outcome it is live, from where to where, and under which condition.

import { useMemo } from "react";
import { useProblemsOf } from "../editing/problems.ts";
import { usePipeline, useSession } from "../editing/session.ts";
import { edge as edgeOf, moveEdge, removeEdges, setEdgeCondition, setEdgeKind, whyNot } from "../model/edits/edges.ts";
import { EDGE_KINDS, type Edge, edgeKey, edgesOf, type JsonObject, kindOf, type Pipeline } from "../model/pipeline.ts";
import type { Edit, Sketch } from "../model/plan.ts";
import { withEdges } from "../model/plan.ts";
import { selectTasks } from "../model/selection.ts";
import { canvas } from "../text/canvas.ts";
import { edgeTexts as told } from "../text/edges.ts";
import { panels } from "../text/panels.ts";
import { conditions } from "../text/triggers.ts";
import { tell } from "../ui/announcer.ts";
import { Icon } from "../ui/Icon.tsx";
import { Around } from "./Around.tsx";
import { Condition } from "./condition/Condition.tsx";
import { heardSchema } from "./condition/heard.ts";
import { KindMark } from "./condition/KindMark.tsx";
import { SelectField } from "./fields/plain.tsx";
import { Section } from "./fields/Section.tsx";
import { Head, RemoveButton } from "./Head.tsx";
import { useBeside, useKnown } from "./known.ts";
import { heardOf } from "./seen.ts";

export function EdgePanel({ edge, at }: { edge: Edge; at: number }) {
  const { editor, view } = useSession();
  const pipeline = usePipeline();
  const known = useKnown();
  const run = useBeside((now) => now.run);
  const key = edgeKey(edge);
  const kind = kindOf(edge);
  const problems = useProblemsOf("edge", key);
  const edit = (made: (sketch: Sketch) => Edit) => {
    const no = editor.edit(made);
    if (no !== undefined) tell(no.refused, "wrong");
  };
  const heard = run === undefined ? undefined : heardOf(run, edge.from, kind);
  const work = pipeline.tasks[edge.from];
  const output = known.outputs?.[work?.function ?? work?.action ?? ""];
  const schema = useMemo(() => heardSchema(kind, output), [kind, output]);
  const set = (when: JsonObject | undefined) => void editor.edit((sketch) => setEdgeCondition(sketch, key, when));
  const between = `${edge.from} → ${edge.to}`;
  return (
    <Around where={undefined} known={known} scope={undefined} problems={problems}>
      <Head icon="next" kind={panels.kinds.edge} title={between}>
        <RemoveButton
          label={`${panels.remove} ${between}`}
          remove={() => edit((sketch) => removeEdges(sketch, new Set([key])))}
        />
      </Head>
      <div className="section-body first">
        <fieldset className="edge-kinds">
          <legend className="label small">{told.kind}</legend>
          {EDGE_KINDS.map((one) => (
            <label key={one} className={`edge-kind ${one}`}>
              <input
                type="radio"
                name="edge-kind"
                value={one}
                checked={kind === one}
                onChange={() => edit((sketch) => setEdgeKind(sketch, key, one))}
              />
              <KindMark kind={one} />
              <span>
                {canvas.kinds[one]}
                <span className="small faint block">{told.kinds[one](edge.from)}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="pair">
          <SelectField
            label={told.from}
            value={edge.from}
            options={choices(pipeline, edge, "from")}
            change={(from) => edit((sketch) => moveEdge(sketch, key, { from }))}
          />
          <SelectField
            label={told.to}
            value={edge.to}
            options={choices(pipeline, edge, "to")}
            change={(to) => edit((sketch) => moveEdge(sketch, key, { to }))}
          />
        </div>
        <div className="row wrap">
          <button
            type="button"
            className="button"
            onClick={() => view.setState({ prompt: { kind: "add", into: key } })}
          >
            <Icon name="add" />
            {canvas.insert}
          </button>
          <button type="button" className="button plain" onClick={() => editor.select(selectTasks(edge.from))}>
            {told.open(edge.from)}
          </button>
        </div>
      </div>
      <Section id="edge condition" title={conditions.title}>
        <p className="faint small">{conditions.looksAt[kind](edge.from)}</p>
        <Condition
          key={kind}
          pattern={edge.when ?? undefined}
          change={set}
          schema={schema}
          samples={heard === undefined ? NONE : [{ id: "last", text: conditions.test.last, value: heard }]}
          nothing={run === undefined ? conditions.test.never : conditions.test.none(edge.from)}
          path={["edges", at, "when"]}
          none={conditions.always}
        />
      </Section>
    </Around>
  );
}

const NONE = [] as const;

/** The tasks that this end may be at: as for a new edge, and where it is. */
function choices(pipeline: Pipeline, edge: Edge, end: "from" | "to"): readonly (readonly [string, string])[] {
  const key = edgeKey(edge);
  const others = withEdges(
    pipeline,
    edgesOf(pipeline).filter((one) => edgeKey(one) !== key),
  );
  const may = (name: string) => {
    const ends = { from: edge.from, to: edge.to, [end]: name };
    return name === edge[end] || whyNot(others, edgeOf(ends.from, ends.to, kindOf(edge), edge.when)) === undefined;
  };
  const names = Object.keys(pipeline.tasks).filter(may);
  return (names.includes(edge[end]) ? names : [edge[end], ...names]).map((name) => [name, name] as const);
}
