import { ViewportPortal } from "@xyflow/react";
import { useView } from "../editing/view.ts";
import { NODE } from "../model/place.ts";

const BEYOND = 20;

/** The lines that what is being dragged stands on with others. */
export function Guides() {
  const guides = useView((now) => now.guides);
  if (guides.length === 0) return null;
  return (
    <ViewportPortal>
      {guides.map(({ axis, at, from, to }) => {
        const size = (axis === "x" ? NODE.height : NODE.width) + 2 * BEYOND + to - from;
        const style =
          axis === "x"
            ? { transform: `translate(${at}px, ${from - BEYOND}px)`, height: size }
            : { transform: `translate(${from - BEYOND}px, ${at}px)`, width: size };
        return <div key={`${axis}${at}`} className={`guide ${axis}`} style={style} />;
      })}
    </ViewportPortal>
  );
}
