import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";

interface Told {
  detail: string;
  advice?: string;
  where?: string;
  problems?: readonly { what: string; where?: string; advice?: string }[];
}

/** A no, with what to do: and every mistake of it at once. */
export function ProblemNotice({ problem, children }: { problem: Told; children?: ReactNode }) {
  return (
    <div className="notice wrong" role="alert">
      <Icon name="failed" />
      <div className="grow stack tight">
        <p>
          {problem.where ? <span className="mono">{problem.where}: </span> : null}
          {problem.detail}
        </p>
        {problem.advice ? <p className="soft small">{problem.advice}</p> : null}
        {problem.problems === undefined || problem.problems.length === 0 ? null : (
          <ul className="small">
            {problem.problems.map((one) => (
              <li key={`${one.where} ${one.what}`}>
                {one.where ? <span className="mono">{one.where}: </span> : null}
                {one.what}
                {one.advice ? <span className="soft"> {one.advice}</span> : null}
              </li>
            ))}
          </ul>
        )}
        {children}
      </div>
    </div>
  );
}
