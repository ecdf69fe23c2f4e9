// What a task has printed, line by line, as it prints.

import { useEffect, useState } from "react";
import { ask } from "../api/ask.ts";
import type { LineDocument } from "../api/generated/schema.ts";
import { runs } from "../text/runs.ts";

const WAIT_S = 20;
const AGAIN_MS = 3_000;

export function Log({ run, task }: { run: string; task: string }) {
  const [lines, setLines] = useState<readonly LineDocument[]>([]);
  const [known, setKnown] = useState(false);
  useEffect(() => {
    const gone = new AbortController();
    setLines([]);
    setKnown(false);
    const listen = async () => {
      let after: string | undefined;
      while (!gone.signal.aborted) {
        const wait = after === undefined ? 0 : WAIT_S;
        const told = await ask("listRunLogs", { in: { run }, query: { task, after, wait }, signal: gone.signal });
        if (gone.signal.aborted) return;
        if (!told.ok) {
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
          continue;
        }
        setKnown(true);
        after = told.value.next;
        if (told.value.logs.length > 0) setLines((now) => [...now, ...told.value.logs]);
        if (told.value.ended) return;
      }
    };
    void listen();
    return () => gone.abort();
  }, [run, task]);
  return (
    <section className="stack tight" aria-label={runs.view.log}>
      <h3>{runs.view.log}</h3>
      {lines.length === 0 ? (
        <p className="faint small">{known ? runs.view.noLog : ""}</p>
      ) : (
        <ol className="log">
          {lines.map((one) => (
            <li key={one.seq} className={`line ${(one.level ?? one.stream).toLowerCase()}`}>
              <span className="faint" title={one.at}>
                {one.at.slice(11, 19)}
              </span>{" "}
              {one.text}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
