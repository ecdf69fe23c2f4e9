import type { QuotaTold } from "../api/generated/schema.ts";
import { publish } from "../text/publish.ts";

const told = publish.quota;

/** How full the bus is afterwards. */
export function Quota({ quota }: { quota: QuotaTold }) {
  return (
    <div className="beside-each">
      <Bar
        used={quota.after}
        limit={quota.limit}
        text={told.rules(quota.after, quota.limit, quota.left)}
        hint={told.change(quota.after - quota.used)}
      />
      <Bar
        used={quota.wildcards}
        limit={quota.wildcard_limit}
        text={told.wildcards(quota.wildcards, quota.wildcard_limit)}
      />
    </div>
  );
}

function Bar({ used, limit, text, hint }: { used: number; limit: number; text: string; hint?: string }) {
  const share = limit === 0 ? 0 : Math.min(1, used / limit);
  return (
    <div className="stack tight">
      <p className="row small">
        <span className="grow">{text}</span>
        {hint === undefined ? null : <span className="faint">{hint}</span>}
      </p>
      <div className="bar-track" aria-hidden="true">
        <div className={`bar-fill ours ${share > 0.95 ? "full" : ""}`} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
