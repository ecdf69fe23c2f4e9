// What differs between two pipelines, as a list: each thing that came, went or changed, with what it was and what it is.

import { useMemo } from "react";
import type { Difference } from "../model/diff.ts";
import { type Row, rowsOf } from "../model/difference_rows.ts";
import type { Json } from "../model/pipeline.ts";
import { publish } from "../text/publish.ts";

interface Props {
  difference: Difference;
  /** Brings it into sight on the drawing beside. */
  show?: ((task: string) => void) | undefined;
}

export function Differences({ difference, show }: Props) {
  const rows = useMemo(() => rowsOf(difference), [difference]);
  if (rows.length === 0) return <p className="faint">{publish.noDifference}</p>;
  return (
    <ul className="differences">
      {rows.map((row) => (
        <li key={row.key} className={row.mark}>
          <One row={row} show={show} />
        </li>
      ))}
    </ul>
  );
}

function One({ row, show }: { row: Row; show: Props["show"] }) {
  const { task } = row;
  const name =
    show === undefined || task === undefined ? (
      <strong className="mono">{row.name}</strong>
    ) : (
      <button type="button" className="plain-link mono" onClick={() => show(task)}>
        {row.name}
      </button>
    );
  return (
    <>
      <p className="row wrap">
        <span className={`badge mark-${row.mark}`}>{publish.marks[row.mark]}</span>
        <span className="soft small">{publish.kinds[row.what]}</span>
        {name}
      </p>
      {row.changes.length === 0 ? null : (
        <dl className="changes">
          {row.changes.map((change) => (
            <div key={change.path.join("/")}>
              <dt className="mono small soft">{change.path.join(".") || publish.whole}</dt>
              <dd>
                <Side label={publish.before} value={change.before} kind="removed" />
                <Side label={publish.after} value={change.after} kind="added" />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function Side({ label, value, kind }: { label: string; value: Json | undefined; kind: "added" | "removed" }) {
  return (
    <span className={`side ${kind}`}>
      <span className="unseen">{label}: </span>
      {value === undefined ? <em className="faint">{publish.absent}</em> : <code>{spelled(value)}</code>}
    </span>
  );
}

function spelled(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
}
