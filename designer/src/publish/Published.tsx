import { useSession } from "../editing/session.ts";
import { triggersOf } from "../model/pipeline.ts";
import { written } from "../routes.ts";
import { draftOf } from "../state/editor.ts";
import { publish } from "../text/publish.ts";
import { Icon } from "../ui/Icon.tsx";

const told = publish.done;

interface Place {
  project: string;
  pipeline: string;
}

/** It is live: what one may want to do next. */
export function Published({ place, version }: { place: Place; version: number }) {
  const { editor, view } = useSession();
  const { pipeline } = draftOf(editor.getState());
  const triggers = Object.entries(triggersOf(pipeline));
  const part = (name: "draw" | "runs") => written({ page: "pipeline", ...place, part: name });
  const first = triggers[0]?.[0];
  return (
    <section className="card pad stack" aria-label={told.next}>
      <h3>{told.title(version)}</h3>
      <div className="row wrap">
        <button type="button" className="button main" onClick={() => view.setState({ dialog: "run" })}>
          <Icon name="play" />
          {told.run}
        </button>
        {triggers.some(([, one]) => one.s3 !== undefined) ? (
          <button type="button" className="button" onClick={() => view.setState({ dialog: "drop" })}>
            <Icon name="upload" />
            {told.drop}
          </button>
        ) : null}
        {first === undefined ? null : (
          <a
            className="button"
            href={part("draw")}
            onClick={() => view.setState({ opened: { kind: "trigger", name: first } })}
          >
            <Icon name="trigger" />
            {told.triggers}
          </a>
        )}
        <a className="button" href={part("runs")}>
          <Icon name="history" />
          {told.runs}
        </a>
        <a className="button plain" href={part("draw")}>
          {told.draw}
        </a>
      </div>
    </section>
  );
}
