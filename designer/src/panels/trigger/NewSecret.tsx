import { useState } from "react";
import { ask } from "../../api/ask.ts";
import type { Problem } from "../../api/problem.ts";
import { check } from "../../editing/check.ts";
import { useSession } from "../../editing/session.ts";
import { triggers } from "../../text/triggers.ts";
import { tell } from "../../ui/announcer.ts";
import { ProblemNotice } from "../../ui/ProblemNotice.tsx";
import { Field } from "../fields/Field.tsx";
import { Section } from "../fields/Section.tsx";
import { learnSecrets } from "../known.ts";

const told = triggers.webhook;

interface Props {
  project: string;
  /** The name that is asked for and not there. */
  wanted: string;
  made: (name: string) => void;
}

/** A secret of the project, made where it is needed. Its value leaves this page once and is never shown again. */
export function NewSecret({ project, wanted, made }: Props) {
  const { editor } = useSession();
  const [name, setName] = useState(wanted);
  const [value, setValue] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const create = async () => {
    const answer = await ask("putSecret", { in: { project, name }, body: { value } });
    if (!answer.ok) return setProblem(answer.problem);
    setProblem(undefined);
    setName("");
    setValue("");
    await learnSecrets(project);
    made(name);
    void check(editor);
    tell(told.made(name));
  };
  return (
    <Section id="trigger secret" title={told.newSecret} closed>
      <Field label={told.newName}>
        {(names) => (
          <input
            {...names}
            className="input mono"
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label={told.newValue}>
        {(names) => (
          <input
            {...names}
            className="input"
            type="password"
            autoComplete="new-password"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        )}
      </Field>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      <button type="button" className="button" disabled={name === "" || value === ""} onClick={() => void create()}>
        {told.create}
      </button>
    </Section>
  );
}
