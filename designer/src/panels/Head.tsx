// The head of a panel: what it is about, and what can be done with it.

import type { ReactNode } from "react";
import { Icon, type IconName } from "../ui/Icon.tsx";

interface Props {
  icon: IconName;
  kind: string;
  title: string;
  children?: ReactNode;
}

export function Head({ icon, kind, title, children }: Props) {
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
