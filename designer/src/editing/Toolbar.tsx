import { useReactFlow } from "@xyflow/react";
import type { Action, Context } from "../actions/action.ts";
import { action, can } from "../actions/actions.ts";
import { spelled } from "../actions/keys.ts";
import { type PipelinePart, written } from "../routes.ts";
import { canvas } from "../text/canvas.ts";
import { Icon } from "../ui/Icon.tsx";
import { useEditor, useSaving, useSession } from "./session.ts";

const TOOLS = ["undo", "redo", "arrange", "fit", "find"] as const;
const PARTS: readonly { part: PipelinePart; text: string }[] = [
  { part: "draw", text: canvas.toolbar.draw },
  { part: "runs", text: canvas.toolbar.runs },
  { part: "versions", text: canvas.toolbar.versions },
];

export function Toolbar({ place, part }: { place: { project: string; pipeline: string }; part: PipelinePart }) {
  const session = useSession();
  const flow = useReactFlow();
  // What may be done depends on the history and on what is selected.
  useEditor((now) => now.history);
  useEditor((now) => now.selection);
  const context: Context = { session, flow, place };
  return (
    <div className="toolbar">
      <h1 className="cut" title={`${place.project}/${place.pipeline}`}>
        <span className="faint">{place.project}/</span>
        {place.pipeline}
      </h1>
      <nav className="row parts" aria-label={canvas.toolbar.views}>
        {PARTS.map((one) => (
          <a
            key={one.part}
            href={written({ page: "pipeline", ...place, part: one.part })}
            aria-current={one.part === part ? "page" : undefined}
          >
            {one.text}
          </a>
        ))}
      </nav>
      {part === "draw" ? (
        <div className="row wide-only" role="toolbar" aria-label={canvas.toolbar.label}>
          {TOOLS.map((id) => (
            <Tool key={id} one={action(id)} context={context} />
          ))}
        </div>
      ) : null}
      <span className="grow" />
      <SavingMark />
      <Tool one={action("help")} context={context} />
      <button type="button" className="button" onClick={() => action("run").run(context)}>
        <Icon name="play" />
        {canvas.toolbar.run}
      </button>
      <a className="button main" href={written({ page: "pipeline", ...place, part: "publish" })}>
        <Icon name="publish" />
        {canvas.toolbar.publish}
      </a>
    </div>
  );
}

function Tool({ one, context }: { one: Action; context: Context }) {
  const text = one.now?.(context) ?? one.text;
  const keys = one.keys[0] === undefined ? "" : ` (${spelled(one.keys[0])})`;
  return (
    <button
      type="button"
      className="button plain icon"
      aria-label={text}
      title={`${text}${keys}`}
      disabled={!can(one, context)}
      onClick={() => one.run(context)}
    >
      {one.icon === undefined ? one.text : <Icon name={one.icon} />}
    </button>
  );
}

/** Compared with what the server has, never remembered: it says "saved" only where that is so. */
function SavingMark() {
  const saving = useSaving();
  const why = saving.kind === "refused" ? saving.message : undefined;
  return (
    <span
      className={`saving small ${saving.kind}`}
      data-testid="saving"
      data-state={saving.kind}
      title={why}
      aria-live="off"
    >
      {canvas.saving[saving.kind]}
    </span>
  );
}
