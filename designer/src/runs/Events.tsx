// A run's events as they come, each as the CloudEvent that went over the bus.

import { useEffect, useState } from "react";
import { ask } from "../api/ask.ts";
import type { JsonValue } from "../api/generated/schema.ts";
import { runs } from "../text/runs.ts";
import { moment } from "../ui/ago.ts";

const told = runs.view;
const WAIT_S = 20;
const AGAIN_MS = 3_000;
const A_PAGE = 200;
const SHOWN = 100;

type CloudEvent = { [name: string]: JsonValue };

export function Events({ run }: { run: string }) {
  const [events, setEvents] = useState<readonly CloudEvent[]>([]);
  const [most, setMost] = useState(SHOWN);
  useEffect(() => {
    const gone = new AbortController();
    setEvents([]);
    const listen = async () => {
      let after: string | undefined;
      while (!gone.signal.aborted) {
        const wait = after === undefined ? 0 : WAIT_S;
        const page = await ask("listRunEvents", {
          in: { run },
          query: { after, wait, most: A_PAGE },
          signal: gone.signal,
        });
        if (gone.signal.aborted) return;
        if (!page.ok) {
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
          continue;
        }
        after = page.value.next;
        const { events: more, ended } = page.value;
        if (more.length > 0) setEvents((now) => [...now, ...more]);
        else if (ended) return;
      }
    };
    void listen();
    return () => gone.abort();
  }, [run]);
  if (events.length === 0) return <p className="faint">{told.noEvents}</p>;
  return (
    <div className="stack tight">
      <ol className="card">
        {events.slice(0, most).map((one) => (
          <li key={String(one.id)}>
            <details className="fold">
              <summary className="event-row">
                <span className="mono grow">{String(one.type)}</span>
                <span className="cut">{one.task === undefined || one.task === null ? "" : String(one.task)}</span>
                <span className="faint small" title={moment(String(one.time))}>
                  {String(one.time).slice(11, 23)}
                </span>
              </summary>
              <div className="fold-body">
                <pre className="value small">{JSON.stringify(one, null, 2)}</pre>
              </div>
            </details>
          </li>
        ))}
      </ol>
      {events.length > most ? (
        <button type="button" className="button" onClick={() => setMost(most + SHOWN)}>
          {told.moreEvents}
        </button>
      ) : null}
    </div>
  );
}
