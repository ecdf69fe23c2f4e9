// Below the canvas: what would happen, step by step, with nothing executed; and one task tried for real.

import { useReactFlow } from "@xyflow/react";
import { useEffect, useState } from "react";
import { usePipeline, useSession } from "../editing/session.ts";
import { draftOf } from "../state/editor.ts";
import { simulate } from "../text/simulate.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";
import { Tabs } from "../ui/Tabs.tsx";
import { Beginning } from "./Beginning.tsx";
import { Outcomes } from "./Outcomes.tsx";
import { Steps } from "./Steps.tsx";
import { canSimulate, clear, go, simulateNow, simulatingOf, useSimulating } from "./store.ts";
import { TryTask } from "./TryTask.tsx";
import "../styles/runs.css";

type Way = keyof typeof simulate.tabs;

const MOST_FITTED = 60;

const TABS: readonly { id: Way; text: string }[] = [
  { id: "simulate", text: simulate.tabs.simulate },
  { id: "test", text: simulate.tabs.test },
];

export default function Simulate() {
  const session = useSession();
  const flow = useReactFlow();
  const [way, setWay] = useState<Way>("simulate");
  useEffect(() => {
    // The drawer takes room from the canvas: all of it is to be seen, where that can still be read.
    const tasks = Object.keys(draftOf(session.editor.getState()).pipeline.tasks).length;
    if (tasks > MOST_FITTED) return;
    const frame = requestAnimationFrame(() => void flow.fitView({ padding: 0.15, maxZoom: 1 }));
    return () => cancelAnimationFrame(frame);
  }, [flow, session]);
  useEffect(() => {
    // What was simulated before the drawer was closed is shown again.
    const { told, at } = simulatingOf(session).getState();
    if (told !== undefined) go(session, at);
    return () => clear(session);
  }, [session]);
  return (
    <div className="simulate">
      <Tabs label={simulate.label} tabs={TABS} chosen={way} choose={setWay} />
      {way === "simulate" ? <Whole /> : <TryTask />}
    </div>
  );
}

function Whole() {
  const session = useSession();
  const pipeline = usePipeline();
  const now = useSimulating(session);
  const isStale = now.told !== undefined && now.of !== pipeline;
  useEffect(() => {
    if (isStale) clear(session);
  }, [isStale, session]);
  return (
    <div className="simulate-parts">
      <section className="stack tight at-start" aria-label={simulate.start}>
        <div className="row wrap">
          <button
            type="button"
            className="button main"
            disabled={!canSimulate(now, pipeline)}
            onClick={() => void simulateNow(session)}
          >
            <Icon name="play" />
            {now.going ? simulate.going : simulate.go}
          </button>
          <span className="faint small">{simulate.what}</span>
        </div>
        <Beginning />
      </section>
      <Outcomes />
      <section className="stack tight at-steps" aria-label={simulate.steps}>
        {now.problem === undefined ? null : <ProblemNotice problem={now.problem} />}
        {isStale ? (
          <p className="notice warning">{simulate.stale}</p>
        ) : now.told === undefined ? (
          <p className="faint">{simulate.before}</p>
        ) : (
          <Steps told={now.told} at={now.at} />
        )}
      </section>
    </div>
  );
}
