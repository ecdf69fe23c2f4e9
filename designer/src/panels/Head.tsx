// The head of a panel: what it is about, what can be done with it, and what is wrong with it.

import type { ReactNode } from "react";
import type { Problem } from "../model/problems.ts";
import { panels } from "../text/panels.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";

interface Props {
  icon: IconName;
  kind: string;
  title: string;
  problems: readonly Problem[];
  children?: ReactNode;
}

const SHOWN = 4;

export function Head({ icon, kind, title, problems, children }: Props) {
  return (
    <header className="panel-head">
      <div className="row">
        <span className="panel-icon">
          <Icon name={icon} />
        </span>
        <div className="grow">
          <p className="small faint">{kind}</p>
          <h2 className="cut" title={title}>
            {title}
          </h2>
        </div>
        {children}
      </div>
      {problems.length === 0 ? null : (
        <ul className="panel-problems">
          {problems.slice(0, SHOWN).map((one) => (
            <li key={`${one.code} ${one.path.join("/")}`} className={one.severity}>
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
    </header>
  );
}

export function RemoveButton({ label, remove }: { label: string; remove: () => void }) {
  return (
    <button type="button" className="button plain icon" aria-label={label} title={label} onClick={remove}>
      <Icon name="remove" />
    </button>
  );
}
