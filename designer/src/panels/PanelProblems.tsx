// What is wrong with what a panel is about. It lies at the foot: what comes and goes while somebody types moves no field.

import type { Problem } from "../model/problems.ts";
import { panels } from "../text/panels.ts";
import { Icon } from "../ui/Icon.tsx";

const SHOWN = 4;

export function PanelProblems({ problems }: { problems: readonly Problem[] }) {
  return (
    <footer className="panel-foot" aria-live="off">
      {problems.length === 0 ? null : (
        <ul className="panel-problems">
          {problems.slice(0, SHOWN).map((one) => (
            <li key={`${one.code} ${one.path.join("/")} ${one.message}`} className={one.severity}>
              <Icon name="problem" size={12} />
              <span>
                <span className="unseen">
                  {one.severity === "error" ? panels.problems.error : panels.problems.warning}:{" "}
                </span>
                {one.message}. <span className="soft">{one.advice}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </footer>
  );
}
