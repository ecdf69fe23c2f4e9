// The EventBridge rules that come, stay and go: each in words first, and as it is put.

import type { RulesTold, RuleTold } from "../api/generated/schema.ts";
import { publish } from "../text/publish.ts";

const told = publish.rules;
const GROUPS = ["added", "removed", "later", "kept"] as const;
const MARKS = { added: "mark-added", removed: "mark-removed", later: "mark-changed", kept: "" } as const;

interface Props {
  rules: Omit<RulesTold, "later"> & Partial<Pick<RulesTold, "later">>;
  plan?: string;
  why?: string;
}

export function Rules({ rules, plan, why }: Props) {
  const groups = GROUPS.map((group) => ({ group, found: rules[group] ?? [] })).filter((one) => one.found.length > 0);
  return (
    <div className="stack tight">
      {plan === undefined ? null : (
        <p className="soft">
          {told.plan[plan] ?? plan} {why ? told.why(why) : null}
        </p>
      )}
      {groups.length === 0 ? <p className="faint">{told.none}</p> : null}
      {groups.map(({ group, found }) => (
        <details key={group} className="card fold" open={group !== "kept" && found.length <= 12}>
          <summary>
            <span className={`badge ${MARKS[group]}`}>{told[group](found.length)}</span>
          </summary>
          {found.map((rule) => (
            <Rule key={`${rule.bus} ${rule.name}`} rule={rule} />
          ))}
        </details>
      ))}
    </div>
  );
}

function Rule({ rule }: { rule: RuleTold }) {
  const names = rule.targets.map((target) => String(target.Id ?? target.Arn ?? ""));
  return (
    <details className="fold">
      <summary>{told.hears(plain(rule.hears))}</summary>
      <div className="fold-body">
        <p className="small">
          {names.length === 0 ? told.nowhere : told.leads(names.join(", "))}{" "}
          <span className="faint">
            <span className="mono">{rule.name}</span> {told.bus(rule.bus)}
            {rule.owner === null ? "" : `, ${told.owner[rule.owner]}`}
          </span>
        </p>
        {rule.pattern === null ? null : <Json label={told.pattern} value={rule.pattern} />}
        {rule.targets.length === 0 ? null : <Json label={told.targets} value={rule.targets} />}
      </div>
    </details>
  );
}

function Json({ label, value }: { label: string; value: unknown }) {
  return (
    <section className="stack tight" aria-label={label}>
      <h4 className="soft small">{label}</h4>
      <pre className="value small">{JSON.stringify(value, null, 2)}</pre>
    </section>
  );
}

/** The server marks names as code; here they are read. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}
