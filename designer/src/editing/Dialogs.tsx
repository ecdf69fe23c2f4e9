// The few things that stand in front of all else: every command, every key, and what a run starts with.

import { useReactFlow } from "@xyflow/react";
import { lazy, Suspense, useState } from "react";
import type { Context } from "../actions/action.ts";
import { ACTIONS, can } from "../actions/actions.ts";
import { spelled } from "../actions/keys.ts";
import { actionTexts } from "../text/actions.ts";
import { canvas } from "../text/canvas.ts";
import { Chooser } from "../ui/Chooser.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon } from "../ui/Icon.tsx";
import { patiently } from "../ui/patiently.ts";
import { useSession } from "./session.ts";
import { useView } from "./view.ts";

const StartRun = lazy(patiently(() => import("../runs/StartRun.tsx")));

const GROUPS = ["add", "edit", "move", "select", "see", "run"] as const;

export function Dialogs({ place }: { place: Context["place"] }) {
  const session = useSession();
  const flow = useReactFlow();
  const open = useView((now) => now.dialog);
  const close = () => session.view.setState({ dialog: undefined });
  const context: Context = { session, flow, place };
  switch (open) {
    case undefined:
      return null;
    case "help":
      return <Help close={close} />;
    case "palette":
      return <Commands context={context} close={close} />;
    case "run":
    case "drop":
      return (
        <Suspense fallback={null}>
          <StartRun {...place} begin={open} close={close} />
        </Suspense>
      );
  }
}

function Commands({ context, close }: { context: Context; close: () => void }) {
  const [typed, setTyped] = useState("");
  const wanted = typed.toLowerCase();
  const found = ACTIONS.filter((one) => can(one, context) && one.text.toLowerCase().includes(wanted));
  return (
    <Dialog title={actionTexts.palette} close={close}>
      <Chooser
        label={actionTexts.palette}
        choices={found.map((one) => ({
          id: one.id,
          text: one.now?.(context) ?? one.text,
          ...(one.keys[0] === undefined ? {} : { hint: spelled(one.keys[0]) }),
          ...(one.icon === undefined ? {} : { icon: <Icon name={one.icon} /> }),
        }))}
        typed={typed}
        type={setTyped}
        take={(id) => {
          close();
          // After the dialog has given the focus back: the action may want it.
          requestAnimationFrame(() => found.find((one) => one.id === id)?.run(context));
        }}
        leave={close}
        none={canvas.palette.none}
      />
    </Dialog>
  );
}

function Help({ close }: { close: () => void }) {
  return (
    <Dialog title={actionTexts.helpTitle} close={close}>
      <p className="soft">{actionTexts.helpWhat}</p>
      <div className="keys">
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{actionTexts.groups[group]}</h3>
            <dl>
              {ACTIONS.filter((one) => one.group === group && one.keys.length > 0).map((one) => (
                <div key={one.id} className="row">
                  <dt className="grow">{one.text}</dt>
                  <dd>
                    {one.keys.map((key) => (
                      <kbd key={key}>{spelled(key)}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
