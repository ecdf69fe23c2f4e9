// What is wrong with what a panel is about. It lies at the foot: what comes and goes while somebody types moves no field.

import { useSession } from "../editing/session.ts";
import type { Problem } from "../model/problems.ts";
import { panels } from "../text/panels.ts";
import { Icon } from "../ui/Icon.tsx";

const SHOWN = 2;

export function PanelProblems({ problems }: { problems: readonly Problem[] }) {
  const { view } = useSession();
  const open = () => view.setState({ drawer: "problems" });
  const more = problems.length - SHOWN;
  return (
    <footer className="panel-foot">
      {problems.length === 0 ? null : (
        <ul className="panel-problems">
          {problems.slice(0, SHOWN).map((one) => (
            <li key={`${one.code} ${one.path.join("/")} ${one.message}`}>
              <button
                type="button"
                className={`panel-problem ${one.severity}`}
                title={`${one.message}. ${one.advice}`}
                onClick={open}
              >
                <Icon name="problem" size={12} />
                <span>
                  <span className="unseen">
                    {one.severity === "error" ? panels.problems.error : panels.problems.warning}:{" "}
                  </span>
                  {one.message}. <span className="soft">{one.advice}</span>
                </span>
              </button>
            </li>
          ))}
          {more > 0 ? (
            <li>
              <button type="button" className="tiny" onClick={open}>
                {panels.problems.more(more)}
              </button>
            </li>
          ) : null}
        </ul>
      )}
    </footer>
  );
}
