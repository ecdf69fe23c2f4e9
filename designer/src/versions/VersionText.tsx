import { lazy, Suspense } from "react";
import { useAsked } from "../api/useAsked.ts";
import { texts } from "../text/en.ts";
import { versions as told } from "../text/publish.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { patiently } from "../ui/patiently.ts";
import { exportAs } from "./doing.ts";

const CodeEditor = lazy(patiently(() => import("../code/CodeEditor.tsx")));

interface Props {
  place: { project: string; pipeline: string };
  version: number;
  hide: () => void;
}

/** What a version says, as it was written. */
export function VersionText({ place, version, hide }: Props) {
  const found = useAsked("showVersion", { in: { ...place, number: String(version) } });
  const title = told.textOf(version);
  return (
    <section className="stack tight" aria-label={title}>
      <div className="row wrap">
        <h3 className="grow">{title}</h3>
        <button type="button" className="button" onClick={() => void exportAs(place, "yaml", version)}>
          {told.export}
        </button>
        <button type="button" className="button plain icon" aria-label={told.hide} title={told.hide} onClick={hide}>
          <Icon name="close" />
        </button>
      </div>
      {found.problem === undefined ? null : <ProblemNotice problem={found.problem} />}
      {found.value?.as_written === false ? <p className="faint small">{told.notAsWritten}</p> : null}
      <div className="text-view">
        <Suspense fallback={<p className="faint">{texts.loading}</p>}>
          {found.value === undefined ? null : (
            <CodeEditor label={title} language="yaml" value={found.value.text} readOnly />
          )}
        </Suspense>
      </div>
    </section>
  );
}
