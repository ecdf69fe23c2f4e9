import { texts } from "../text/en.ts";
import { dismiss, useAnnouncements } from "./announcer.ts";
import { Icon } from "./Icon.tsx";

export function Announcer() {
  const said = useAnnouncements((now) => now.said);
  const shown = useAnnouncements((now) => now.shown);
  return (
    <>
      <div className="unseen" role="status" aria-live="polite">
        {said?.text}
      </div>
      <div className="toasts">
        {shown.map((one) => (
          <div key={one.id} className={`toast ${one.kind}`}>
            <Icon name={one.kind === "wrong" ? "failed" : "succeeded"} />
            <div className="grow">
              <p>{one.text}</p>
              {one.advice === undefined ? null : <p className="soft small">{one.advice}</p>}
            </div>
            <button
              type="button"
              className="button plain icon"
              aria-label={texts.dismiss}
              onClick={() => dismiss(one.id)}
            >
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
