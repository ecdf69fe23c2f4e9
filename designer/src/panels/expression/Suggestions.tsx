// The names that may stand where the cursor is, below their field or above it where there is no room.

import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import type { Candidate } from "../../model/completion.ts";

interface Props {
  id: string;
  label: string;
  under: HTMLElement | null;
  candidates: readonly Candidate[];
  at: number;
  point: (index: number) => void;
  take: (index: number) => void;
}

const HEIGHT = 240;

export function Suggestions({ id, label, under, candidates, at, point, take }: Props) {
  const place = usePlace(under);
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [id, at]);
  if (place === undefined) return null;
  return createPortal(
    <div className="menu suggestions" role="listbox" id={id} aria-label={label} style={place}>
      {candidates.map((one, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the option
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's
        <div
          key={one.label}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          onPointerMove={() => point(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(index)}
        >
          <span className="mono">{one.label}</span>
          <span className="faint small cut grow end">{one.detail}</span>
        </div>
      ))}
    </div>,
    document.body,
  );
}

function usePlace(under: HTMLElement | null): React.CSSProperties | undefined {
  const [, again] = useState(0);
  useEffect(() => {
    const moved = () => again((now) => now + 1);
    window.addEventListener("scroll", moved, { capture: true, passive: true });
    window.addEventListener("resize", moved);
    return () => {
      window.removeEventListener("scroll", moved, { capture: true });
      window.removeEventListener("resize", moved);
    };
  }, []);
  if (under === null) return undefined;
  const box = under.getBoundingClientRect();
  const common = { left: box.left, width: Math.max(box.width, 224), maxHeight: HEIGHT };
  const isAbove = box.bottom + HEIGHT > window.innerHeight && box.top > window.innerHeight - box.bottom;
  return isAbove ? { ...common, bottom: window.innerHeight - box.top + 2 } : { ...common, top: box.bottom + 2 };
}
