// A function's files, written as a whole: what is saved is what the next attempt runs. Two people never overwrite each other
// silently: who saves second is shown that it changed, and chooses.

import { lazy, Suspense, useEffect, useState } from "react";
import { ask } from "../api/ask.ts";
import type { Operations } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import type { Mark } from "../code/CodeEditor.tsx";
import { go } from "../routes.ts";
import { texts } from "../text/en.ts";
import { pages } from "../text/pages.ts";
import { tell } from "../ui/announcer.ts";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { patiently } from "../ui/patiently.ts";
import { Tabs } from "../ui/Tabs.tsx";
import { TestCall } from "./TestCall.tsx";

const CodeEditor = lazy(patiently(() => import("../code/CodeEditor.tsx")));

type Document = Operations["showFunction"]["answer"];
type Texts = Readonly<Record<string, string>>;

const told = pages.functions;
const HANDLER = "handler.py";
const CONFLICT = 412;

export default function FunctionEditor({ name, changed }: { name: string; changed: () => void }) {
  const [there, setThere] = useState<{ document: Document; etag: string | undefined }>();
  const [files, setFiles] = useState<Texts>({});
  const [open, setOpen] = useState(HANDLER);
  const [problem, setProblem] = useState<Problem>();
  const [saving, setSaving] = useState(false);

  const take = (document: Document, etag: string | undefined) => {
    setThere({ document, etag });
    setFiles(textsOf(document));
    setProblem(undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked when it opens; saving answers with what is there
  useEffect(() => {
    void load();
  }, [name]);

  const load = async () => {
    const answer = await ask("showFunction", { in: { name } });
    if (answer.ok) take(answer.value, answer.etag);
    else setProblem(answer.problem);
  };
  const save = async (over = false) => {
    setSaving(true);
    const now = over ? await ask("showFunction", { in: { name } }) : undefined;
    const ifMatch = now?.ok ? now.etag : there?.etag;
    const answer = await ask("writeFunction", { in: { name }, body: { files }, ifMatch });
    setSaving(false);
    if (!answer.ok) {
      setProblem(answer.problem);
      return;
    }
    take(answer.value, answer.etag);
    tell(told.saved);
    changed();
  };
  const drop = async () => {
    const answer = await ask("removeFunction", { in: { name }, ifMatch: there?.etag });
    if (!answer.ok) setProblem(answer.problem);
    else {
      changed();
      go({ page: "functions", name: undefined });
    }
  };

  if (there === undefined) {
    return problem === undefined ? <p className="faint">{texts.loading}</p> : <ProblemNotice problem={problem} />;
  }
  const names = Object.keys(files);
  const shown = files[open] === undefined ? (names[0] ?? HANDLER) : open;
  const unsaved = JSON.stringify(files) !== JSON.stringify(textsOf(there.document));
  return (
    <section className="editing" aria-label={name}>
      <div className="row wrap">
        <h2 className="grow">
          {name} {unsaved ? <span className="badge waiting">{told.unsaved}</span> : null}
        </h2>
        <button type="button" className="button plain danger" onClick={() => void drop()}>
          {told.remove}
        </button>
        <button type="button" className="button main" disabled={!unsaved || saving} onClick={() => void save()}>
          {texts.save}
        </button>
      </div>
      {problem === undefined ? null : (
        <ProblemNotice problem={problem.status === CONFLICT ? { detail: told.conflict } : problem}>
          {problem.status === CONFLICT ? (
            <div className="row">
              <button type="button" className="button" onClick={() => void load()}>
                {told.theirs}
              </button>
              <button type="button" className="button" onClick={() => void save(true)}>
                {told.mine}
              </button>
            </div>
          ) : null}
        </ProblemNotice>
      )}
      {names.length > 1 ? (
        <Tabs label={told.file} tabs={names.map((id) => ({ id, text: id }))} chosen={shown} choose={setOpen} />
      ) : null}
      <div className="text">
        <Suspense fallback={<p className="faint">{texts.loading}</p>}>
          <CodeEditor
            key={shown}
            label={`${name}/${shown}`}
            language={shown.endsWith(".py") ? "python" : "text"}
            value={files[shown] ?? ""}
            change={(text) => setFiles({ ...files, [shown]: text })}
            marks={marksOf(there.document, shown, files[shown] ?? "")}
          />
        </Suspense>
      </div>
      <TestCall name={name} input={there.document.input} />
    </section>
  );
}

function textsOf(document: Document): Texts {
  return Object.fromEntries(document.files.flatMap((one) => (one.text === null ? [] : [[one.path, one.text]])));
}

/** What cannot be read stands at `handler.py:3:7`. */
function marksOf(document: Document, file: string, text: string): Mark[] {
  return document.mistakes.flatMap((one) => {
    const [path, line, column] = (one.where ?? "").split(":");
    if (path !== undefined && !path.endsWith(file)) return [];
    const lines = text.split("\n");
    const at = Math.min(Math.max(Number(line ?? 1) - 1, 0), Math.max(lines.length - 1, 0));
    const from =
      lines.slice(0, at).reduce((sum, before) => sum + before.length + 1, 0) + Math.max(Number(column ?? 1) - 1, 0);
    return [{ from, to: from + 1, severity: "error" as const, text: one.what }];
  });
}
