// A new pipeline: a name, and what to start from. What a template uses of functions is put into the workspace first.

import { type FormEvent, useState } from "react";
import { ask } from "../api/ask.ts";
import type { Operations } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { useAsked } from "../api/useAsked.ts";
import { go } from "../routes.ts";
import { texts } from "../text/en.ts";
import { pages } from "../text/pages.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";

type Template = Operations["listTemplates"]["answer"]["templates"][number];

const told = pages.begin;

export default function NewPage({ project: given }: { project: string | undefined }) {
  const templates = useAsked("listTemplates", {});
  const projects = useAsked("listProjects", {});
  const [project, setProject] = useState(given);
  const [chosen, setChosen] = useState("hello");
  const [name, setName] = useState<string>();
  const [making, setMaking] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const there = projects.value?.projects.map((one) => one.project) ?? [];
  const where = project ?? there[0] ?? "";
  const taken = useAsked("listPipelines", { query: { project: where, most: 200 } });
  const called = name ?? free(chosen, taken.value?.pipelines.map((one) => one.pipeline) ?? []);

  const make = async (event: FormEvent) => {
    event.preventDefault();
    setMaking(true);
    setProblem(undefined);
    const template = templates.value?.templates.find((one) => one.id === chosen);
    const wrong = await made(where, called, template);
    setMaking(false);
    if (wrong === undefined) go({ page: "pipeline", project: where, pipeline: called, part: "draw" });
    else setProblem(wrong);
  };

  return (
    <main id="page" className="page" tabIndex={-1}>
      <form className="inner" onSubmit={make}>
        <div>
          <h1>{told.title}</h1>
          <p className="soft">{told.what}</p>
        </div>
        <div className="row wrap top">
          <div className="field grow">
            <label htmlFor="project">{told.project}</label>
            <input
              id="project"
              className="input"
              list="projects"
              required
              value={where}
              // What comes later is not put before what somebody is typing.
              onFocus={() => setProject(where)}
              onChange={(event) => setProject(event.target.value)}
            />
            <datalist id="projects">
              {there.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          </div>
          <div className="field grow">
            <label htmlFor="name">{told.name}</label>
            <input
              id="name"
              className="input"
              required
              value={called}
              aria-describedby="name-hint"
              onChange={(event) => setName(event.target.value)}
            />
            <span id="name-hint" className="hint">
              {told.nameHint}
            </span>
          </div>
        </div>
        <fieldset className="templates">
          <legend className="soft small">{told.from}</legend>
          {templates.value === undefined ? <p className="faint">{texts.loading}</p> : null}
          {templates.value?.templates.map((one) => (
            <Choice key={one.id} one={one} chosen={one.id === chosen} choose={() => setChosen(one.id)} />
          ))}
        </fieldset>
        {templates.problem === undefined ? null : <ProblemNotice problem={templates.problem} />}
        {problem === undefined ? null : <ProblemNotice problem={problem} />}
        <div className="row">
          <button type="submit" className="button main" disabled={making || where === "" || called === ""}>
            <Icon name="add" />
            {making ? told.making : told.make}
          </button>
        </div>
      </form>
    </main>
  );
}

function Choice({ one, chosen, choose }: { one: Template; chosen: boolean; choose: () => void }) {
  const names = Object.keys(one.functions);
  return (
    <label className="card choice" data-chosen={chosen}>
      <input type="radio" name="template" value={one.id} checked={chosen} onChange={choose} />
      <span className="grow">
        <strong>{one.id}</strong>
        <span className="soft small">{one.description}</span>
        <span className="faint small">
          {[
            pages.pipelines.tasks(one.tasks),
            ...one.triggers.map((kind) => pages.pipelines.triggers[kind] ?? kind),
            ...(names.length === 0 ? [] : [told.functions(names.join(", "))]),
          ].join(" · ")}
        </span>
      </span>
    </label>
  );
}

/** The template's own name, with a number where it is taken. */
function free(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number += 1) if (!taken.includes(`${wanted}-${number}`)) return `${wanted}-${number}`;
}

async function made(project: string, pipeline: string, template: Template | undefined): Promise<Problem | undefined> {
  for (const [name, files] of Object.entries(template?.functions ?? {})) {
    const put = await ask("writeFunction", { in: { name }, body: { files }, ifNoneMatch: "*" });
    // One that is there already is somebody's own: it is used as it is.
    if (!put.ok && put.problem.status !== 412 && put.problem.status !== 409) return put.problem;
  }
  const told = await ask("createPipeline", {
    body: { project, pipeline, ...(template === undefined ? {} : { template: template.id }) },
  });
  return told.ok ? undefined : told.problem;
}
