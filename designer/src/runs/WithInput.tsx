import { useEffect, useMemo, useRef, useState } from "react";
import { ask } from "../api/ask.ts";
import type { JsonValue } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { useEditor } from "../editing/session.ts";
import { isBroken, textOf } from "../model/draft.ts";
import { mistakesByField } from "../model/input_mistakes.ts";
import type { Json, JsonObject, Path, Pipeline } from "../model/pipeline.ts";
import { sampleInput } from "../model/samples.ts";
import { loadYaml } from "../model/yaml.ts";
import { ValueForm } from "../panels/fields/ValueForm.tsx";
import { type Form, FormContext } from "../panels/form.ts";
import { go } from "../routes.ts";
import { draftOf } from "../state/editor.ts";
import { runs } from "../text/runs.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";

const told = runs.start;
const REFUSED = "invalid-input";

interface Props {
  place: { project: string; pipeline: string };
  close: () => void;
}

/** What is live: its number, and what it asks for. `null`: nothing is. */
type Live = { version: number; input: JsonObject | undefined } | null;

export function WithInput({ place, close }: Props) {
  const live = useLive(place);
  const [wantsDraft, setWantsDraft] = useState(false);
  const draft = useEditor(draftOf);
  const isDraft = wantsDraft || live === null;
  const schema = isDraft ? draft.pipeline.input : live?.input;
  return (
    <>
      <fieldset className="stack tight which">
        <legend className="unseen">{told.which}</legend>
        <label className="row">
          <input type="radio" name="which" checked={!isDraft} disabled={!live} onChange={() => setWantsDraft(false)} />
          {live ? told.live(live.version) : told.notLive}
        </label>
        <label className="row">
          <input type="radio" name="which" checked={isDraft} onChange={() => setWantsDraft(true)} />
          <span>
            {told.draft} <span className="faint small">{told.draftWhat}</span>
          </span>
        </label>
      </fieldset>
      {live === undefined ? null : (
        <Asking key={JSON.stringify(schema ?? null)} schema={schema} isDraft={isDraft} place={place} close={close} />
      )}
    </>
  );
}

function useLive({ project, pipeline }: Props["place"]): Live | undefined {
  const [live, setLive] = useState<Live>();
  useEffect(() => {
    let gone = false;
    const look = async (): Promise<Live> => {
      const versions = await ask("listVersions", { in: { project, pipeline } });
      const version = versions.ok ? versions.value.live : null;
      if (version === null) return null;
      const whole = await ask("showVersion", { in: { project, pipeline, number: String(version) } });
      if (!whole.ok) return { version, input: undefined };
      return { version, input: (whole.value.document as unknown as Pipeline).input };
    };
    void look().then((found) => {
      if (!gone) setLive(found);
    });
    return () => {
      gone = true;
    };
  }, [project, pipeline]);
  return live;
}

interface AskingProps extends Props {
  schema: JsonObject | undefined;
  isDraft: boolean;
}

function Asking({ schema, isDraft, place, close }: AskingProps) {
  const draft = useEditor(draftOf);
  const [input, setInput] = useState<Json | undefined>(() => (schema === undefined ? {} : sampleInput(schema)));
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  // Asking twice is asking once: until it was answered, or asks for something else.
  const request = useRef(crypto.randomUUID());
  const wrong = useMemo(() => mistakesByField(problem?.code === REFUSED ? (problem.problems ?? []) : []), [problem]);
  const form: Form = useMemo(
    () => ({
      where: undefined,
      known: {},
      scope: undefined,
      told: undefined,
      wrong: (path: Path) => wrong.get(path.join(".")),
      settle: () => undefined,
    }),
    [wrong],
  );
  const change = (value: Json | undefined) => {
    request.current = crypto.randomUUID();
    setInput(value);
  };
  const start = async () => {
    setBusy(true);
    setProblem(undefined);
    if (isDraft && !draft.source.isHere) await loadYaml();
    const what = isDraft ? { definition: textOf(draft) } : { pipeline: `${place.project}/${place.pipeline}` };
    const body = { ...what, input: (input ?? {}) as JsonValue };
    const answer = await ask("startRun", { body, key: request.current });
    setBusy(false);
    if (!answer.ok) {
      if (answer.problem.status !== 0) request.current = crypto.randomUUID();
      return setProblem(answer.problem);
    }
    close();
    go({ page: "run", run: answer.value.run });
  };
  const isImpossible = isDraft && isBroken(draft);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <section className="stack tight" aria-label={told.input}>
        <h3>{told.input}</h3>
        <FormContext value={form}>
          <ValueForm label={told.input} schema={schema} value={input} change={change} path={[]} told={undefined} />
        </FormContext>
      </section>
      {problem === undefined ? null : problem.code === REFUSED ? (
        <div className="notice wrong" role="alert">
          <Icon name="failed" />
          <div>
            <p>{told.refused}</p>
            <ul className="small">
              {[...wrong].map(([path, what]) => (
                <li key={path}>
                  {path === "" ? null : <span className="mono">{path}: </span>}
                  {what}
                </li>
              ))}
            </ul>
          </div>
        </div>
      ) : (
        <ProblemNotice problem={problem} />
      )}
      {isImpossible ? <p className="notice warning">{told.broken}</p> : null}
      <div className="row end-row">
        <button type="submit" className="button main" disabled={busy || isImpossible}>
          <Icon name="play" />
          {busy ? told.starting : told.go}
        </button>
      </div>
    </form>
  );
}
