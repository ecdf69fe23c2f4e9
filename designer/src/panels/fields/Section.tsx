// A part of a panel that opens and closes; each person's choice is kept.

import type { ReactNode } from "react";
import { prefer, usePreferences } from "../../state/preferences.ts";

interface Props {
  id: string;
  title: string;
  aside?: ReactNode;
  closed?: boolean;
  children: ReactNode;
}

export function Section({ id, title, aside, closed, children }: Props) {
  const key = `section ${id}`;
  const open = usePreferences((now) => now.open[key] ?? !closed);
  return (
    <details
      className="section"
      open={open}
      onToggle={(event) => {
        const now = event.currentTarget.open;
        if (now !== open) prefer({ open: { ...usePreferences.getState().open, [key]: now } });
      }}
    >
      <summary>
        <h3>{title}</h3>
        {aside}
      </summary>
      <div className="section-body">{children}</div>
    </details>
  );
}
