import type { Heard as HeardTold, ImpactMatched } from "../api/generated/schema.ts";
import { publish } from "../text/publish.ts";

const told = publish.events;

/** Which events of the archive would start a run now, and which would not any more. */
export function Heard({ heard, triggers }: { heard: HeardTold; triggers: readonly string[] }) {
  return (
    <div className="stack tight">
      <p className="soft">{triggers.length === 0 ? told.noTriggers : told.triggers(triggers.join(", "))}</p>
      <Matched matched={heard.newly} text={told.newly} mark="mark-added" />
      <Matched matched={heard.no_longer} text={told.noLonger} mark="mark-removed" />
      {heard.newly.count + heard.no_longer.count === 0 && heard.looked_at > 0 ? <p>{told.same}</p> : null}
      <p className="faint small">{told.looked(heard.looked_at, heard.kept)}</p>
    </div>
  );
}

function Matched({ matched, text, mark }: { matched: ImpactMatched; text: (n: number) => string; mark: string }) {
  if (matched.count === 0) return null;
  return (
    <details className="card fold">
      <summary>
        <span className={`badge ${mark}`}>{text(matched.count)}</span>
      </summary>
      <div className="fold-body">
        {matched.samples.map((one) => (
          <section key={`${one.trigger} ${JSON.stringify(one.event)}`} className="stack tight">
            <h4 className="soft small">{told.sample(one.trigger)}</h4>
            <pre className="value small">{JSON.stringify(one.event, null, 2)}</pre>
          </section>
        ))}
      </div>
    </details>
  );
}
