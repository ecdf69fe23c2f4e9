// A list to choose from by typing: arrows go through it, Enter takes, Escape leaves. For the quick add, the keyboard's way to
// connect, the search for a task and the command palette.

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

export interface Choice {
  id: string;
  text: string;
  hint?: string;
  icon?: ReactNode;
  group?: string;
}

interface Props {
  label: string;
  choices: readonly Choice[];
  typed: string;
  type: (text: string) => void;
  take: (id: string) => void;
  leave: () => void;
  none: string;
  children?: ReactNode;
}

export function Chooser({ label, choices, typed, type, take, leave, none, children }: Props) {
  const [at, setAt] = useState(0);
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const chosen = choices[Math.min(at, choices.length - 1)];

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    document.getElementById(`${list}-${chosen?.id}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen?.id, list]);

  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((now) => (Math.min(now, choices.length - 1) + step + choices.length) % Math.max(choices.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (chosen !== undefined) take(chosen.id);
    } else if (event.key === "Escape") {
      event.preventDefault();
      leave();
    }
  };

  return (
    <div className="chooser">
      {children}
      <input
        ref={input}
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={chosen === undefined ? undefined : `${list}-${chosen.id}`}
        aria-autocomplete="list"
        placeholder={label}
        autoComplete="off"
        value={typed}
        onChange={(event) => {
          setAt(0);
          type(event.target.value);
        }}
        onKeyDown={press}
      />
      <div className="menu" role="listbox" id={list} aria-label={label}>
        {choices.length === 0 ? <p className="faint small pad">{none}</p> : null}
        {choices.map((one, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and names the option
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the input's
          <div
            key={one.id}
            id={`${list}-${one.id}`}
            role="option"
            aria-selected={one.id === chosen?.id}
            onPointerMove={() => setAt(index)}
            onClick={() => take(one.id)}
          >
            {one.icon}
            <span className="cut">{one.text}</span>
            {one.hint === undefined ? null : <span className="faint small cut grow end">{one.hint}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}
