import type { KeyboardEvent } from "react";

interface Props<T extends string> {
  label: string;
  tabs: readonly { id: T; text: string }[];
  chosen: T;
  choose: (id: T) => void;
}

/** One stop for the Tab key; arrows go from one to the next. The panel is whoever shows it under `panel-ID`. */
export function Tabs<T extends string>({ label, tabs, chosen, choose }: Props<T>) {
  const step = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    const at = tabs.findIndex((one) => one.id === chosen);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    choose(next.id);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} onKeyDown={step}>
      {tabs.map((one) => (
        <button
          key={one.id}
          type="button"
          role="tab"
          data-tab={one.id}
          aria-selected={one.id === chosen}
          tabIndex={one.id === chosen ? 0 : -1}
          onClick={() => choose(one.id)}
        >
          {one.text}
        </button>
      ))}
    </div>
  );
}
