// Below the canvas: problems, the code, a simulation. As high as its user has made it.

import { lazy, type PointerEvent, Suspense } from "react";
import { prefer, usePreferences } from "../state/preferences.ts";
import { canvas } from "../text/canvas.ts";
import { texts } from "../text/en.ts";
import { Icon } from "../ui/Icon.tsx";
import { patiently } from "../ui/patiently.ts";
import { Tabs } from "../ui/Tabs.tsx";
import { useProblems } from "./problems.ts";
import { useSession } from "./session.ts";
import { useView, type Drawer as Which } from "./view.ts";

const Problems = lazy(patiently(() => import("../panels/Problems.tsx")));
const Code = lazy(patiently(() => import("../panels/Code.tsx")));
const Simulate = lazy(patiently(() => import("../simulate/Simulate.tsx")));

const USUAL = 280;
const LEAST = 120;
const SIZE = "drawer";

export function Drawer() {
  const { view } = useSession();
  const open = useView((now) => now.drawer);
  const problems = useProblems();
  const height = usePreferences((now) => now.sizes[SIZE] ?? USUAL);
  const count = problems.length === 0 ? "" : ` (${problems.length})`;
  const tabs: readonly { id: Which; text: string }[] = [
    { id: "problems", text: `${canvas.drawers.problems}${count}` },
    { id: "code", text: canvas.drawers.code },
    { id: "simulate", text: canvas.drawers.simulate },
  ];
  return (
    <section className="drawer" aria-label={canvas.drawers.label} style={open === undefined ? undefined : { height }}>
      {open === undefined ? null : <Grip height={height} />}
      <div className="row">
        <div className="grow">
          <Tabs
            label={canvas.drawers.label}
            tabs={tabs}
            chosen={open ?? ("" as Which)}
            choose={(drawer) => view.setState({ drawer })}
          />
        </div>
        {open === undefined ? null : (
          <button
            type="button"
            className="button plain icon"
            aria-label={canvas.drawers.hide}
            title={canvas.drawers.hide}
            onClick={() => view.setState({ drawer: undefined })}
          >
            <Icon name="down" />
          </button>
        )}
      </div>
      {open === undefined ? null : (
        <div className="drawer-body" role="tabpanel" aria-label={canvas.drawers[open]}>
          <Suspense fallback={<p className="faint pad">{texts.loading}</p>}>
            {open === "problems" ? <Problems /> : null}
            {open === "code" ? <Code /> : null}
            {open === "simulate" ? <Simulate /> : null}
          </Suspense>
        </div>
      )}
    </section>
  );
}

function Grip({ height }: { height: number }) {
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const { clientY: from } = event;
    const element = event.currentTarget;
    element.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => size(height + from - moved.clientY);
    const end = () => element.removeEventListener("pointermove", move);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", end, { once: true });
    element.addEventListener("pointercancel", end, { once: true });
  };
  return <div className="grip" onPointerDown={drag} aria-hidden="true" />;
}

function size(height: number): void {
  const most = window.innerHeight * 0.7;
  prefer({
    sizes: { ...usePreferences.getState().sizes, [SIZE]: Math.round(Math.min(Math.max(height, LEAST), most)) },
  });
}
