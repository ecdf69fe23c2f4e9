// The network, as far as saving drafts needs it: the server's answers in the words of `state/saving.ts`.

import { ask } from "../api/ask.ts";
import type { Operations } from "../api/generated/schema.ts";
import { OFFLINE, type Problem as Told } from "../api/problem.ts";
import type { Layout } from "../model/layout.ts";
import type { Problem } from "../model/problems.ts";
import type { Answer, Drafts, Theirs } from "../state/saving.ts";

type Found = Operations["showDraft"]["answer"]["problems"][number];

const CONFLICT = 412;

export const drafts: Drafts = {
  save: async (place, { text, layout }, etag): Promise<Answer> => {
    const body = { text, layout: layout as Record<string, { x: number; y: number }> };
    let ifMatch = etag;
    if (ifMatch === undefined) {
      const begun = await ask("createPipeline", { body: { ...place, text } });
      if (!begun.ok) return refusedOr(begun.problem);
      ifMatch = begun.etag ?? begun.value.etag;
    }
    const told = await ask("saveDraft", { in: { ...place }, body, ifMatch });
    if (told.ok) {
      return { kind: "saved", etag: told.etag ?? told.value.etag, problems: told.value.problems.map(problemOf) };
    }
    const { problem } = told;
    if (problem.status === CONFLICT) return { kind: "conflict", theirs: theirsOf(problem.current, problem.etag) };
    return refusedOr(problem);
  },
};

function refusedOr(problem: Told): Answer {
  if (problem.code === OFFLINE || problem.status >= 500 || problem.status === 401) return { kind: "offline" };
  return { kind: "refused", message: [problem.detail, problem.advice].filter(Boolean).join(". ") };
}

export function problemOf(found: Found): Problem {
  const { code, what: message, advice, path, severity, counterexample } = found;
  const { line, column, end_line: endLine, end_column: endColumn } = found;
  return {
    code,
    message,
    advice,
    path,
    severity: severity === "error" ? "error" : "warning",
    place: { line, column, endLine, endColumn },
    ...(counterexample && { counterexample }),
  };
}

function theirsOf(current: unknown, etag: string | undefined): Theirs {
  const told = (typeof current === "object" && current !== null ? current : {}) as {
    text?: string;
    layout?: Layout;
    etag?: string;
    by?: string;
    at?: string;
  };
  return { text: told.text ?? "", layout: told.layout ?? {}, etag: etag ?? told.etag, author: told.by, at: told.at };
}
