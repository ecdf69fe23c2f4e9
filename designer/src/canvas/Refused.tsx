import { useEffect, useRef } from "react";
import { Icon } from "../ui/Icon.tsx";

/** Why a connection may not end here, beside the pointer. */
export function Refused({ why }: { why: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const follow = (event: PointerEvent) => {
      if (box.current === null) return;
      box.current.style.left = `${event.clientX + 16}px`;
      box.current.style.top = `${event.clientY + 16}px`;
    };
    window.addEventListener("pointermove", follow);
    return () => window.removeEventListener("pointermove", follow);
  }, []);
  return (
    <div ref={box} className="refused" role="status">
      <Icon name="failed" />
      {why}
    </div>
  );
}
