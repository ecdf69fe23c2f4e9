import type { ReactNode } from "react";
import { pages } from "../text/pages.ts";
import { Members } from "./Members.tsx";
import { Values } from "./Values.tsx";

const told = pages.project;

/** What the pipelines of a project share. */
export default function ProjectPage({ project }: { project: string }) {
  return (
    <main id="page" className="page" tabIndex={-1}>
      <div className="inner">
        <h1>{told.title(project)}</h1>
        <Section title={told.variables}>
          <Values project={project} kind="variable" />
        </Section>
        <Section title={told.secrets} what={told.secretsWhat}>
          <Values project={project} kind="secret" />
        </Section>
        <Section title={told.members}>
          <Members project={project} />
        </Section>
      </div>
    </main>
  );
}

function Section({ title, what, children }: { title: string; what?: string; children: ReactNode }) {
  return (
    <section className="stack tight" aria-label={title}>
      <h2>{title}</h2>
      {what === undefined ? null : <p className="soft small">{what}</p>}
      {children}
    </section>
  );
}
