// The lines of a condition: a field, how it is compared, with what. A line that is not whole yet is kept here and not written.

import { useId, useState } from "react";
import { type Clause, writeCondition } from "../../model/condition.ts";
import { type Alternative, clauseOf, type Drafted, draftedOf } from "../../model/operators.ts";
import { type JsonObject, same } from "../../model/pipeline.ts";
import { conditions as told } from "../../text/triggers.ts";
import { Icon } from "../../ui/Icon.tsx";
import { useForm } from "../form.ts";
import type { Suggested } from "./heard.ts";
import { TestFields } from "./TestFields.tsx";

interface Props {
  clauses: readonly Clause[];
  change: (pattern: JsonObject | undefined) => void;
  suggested: readonly Suggested[];
  /** The fields that do not hold for what it is tried on. */
  failed: ReadonlySet<string> | undefined;
}

const FRESH: Drafted = { path: "", tests: [{ operator: "is", values: [] }] };

export function Clauses({ clauses, change, suggested, failed }: Props) {
  const form = useForm();
  const [typed, setTyped] = useState<readonly Drafted[]>();
  const written = typed === undefined ? undefined : wholeOf(typed);
  // What is being made stands as long as the document says what is whole of it.
  const isMine = typed !== undefined && (written === undefined || same(written, clauses));
  const lines = isMine ? typed : clauses.length === 0 ? [FRESH] : clauses.map(draftedOf);
  const put = (next: readonly Drafted[]) => {
    setTyped(next);
    const whole = wholeOf(next);
    if (whole === undefined) return;
    const pattern = whole.length === 0 ? undefined : writeCondition(whole);
    if (whole.length === 0 || pattern !== undefined) change(pattern);
  };
  const isUnfinished = lines.some((one) => clauseOf(one) === undefined);
  return (
    <div className="stack tight-3">
      {lines.map((line, at) => (
        <Line
          // biome-ignore lint/suspicious/noArrayIndexKey: a line has no name but its place
          key={at}
          at={at}
          line={line}
          suggested={suggested}
          holds={failed === undefined || clauseOf(line) === undefined ? undefined : !failed.has(line.path)}
          change={(next) => put(lines.with(at, next))}
          remove={() => {
            put(lines.toSpliced(at, 1));
            form.settle();
          }}
        />
      ))}
      <div className="row">
        <button type="button" className="tiny" onClick={() => setTyped([...lines, FRESH])}>
          <Icon name="add" size={12} />
          {told.addClause}
        </button>
      </div>
      {isMine && written === undefined ? (
        <p className="wrong small">{told.clash}</p>
      ) : isUnfinished ? (
        <p className="faint small">{told.unfinished}</p>
      ) : null}
    </div>
  );
}

/** The lines that are whole; absent where two of them cannot stand together. */
function wholeOf(lines: readonly Drafted[]): readonly Clause[] | undefined {
  const whole = lines.map(clauseOf).filter((one) => one !== undefined);
  return whole.length > 0 && writeCondition(whole) === undefined ? undefined : whole;
}

interface LineProps {
  at: number;
  line: Drafted;
  suggested: readonly Suggested[];
  holds: boolean | undefined;
  change: (line: Drafted) => void;
  remove: () => void;
}

function Line({ at, line, suggested, holds, change, remove }: LineProps) {
  const list = useId();
  const form = useForm();
  const found = suggested.find((one) => one.path === line.path);
  const test = (index: number, next: Alternative) => change({ ...line, tests: line.tests.with(index, next) });
  return (
    // biome-ignore lint/a11y/useSemanticElements: lines of a sentence, with a name for each
    <div className="clause" role="group" aria-label={told.clause(at + 1)}>
      <div className="row">
        <input
          className="input mono grow"
          aria-label={told.field}
          placeholder={told.field}
          list={list}
          autoComplete="off"
          spellCheck={false}
          value={line.path}
          onChange={(event) => change({ ...line, path: event.target.value })}
          onBlur={form.settle}
        />
        <datalist id={list}>
          {suggested.map((one) => (
            <option key={one.path} value={one.path}>
              {one.detail}
            </option>
          ))}
        </datalist>
        <span
          className="holds"
          role="img"
          aria-label={holds === undefined ? undefined : holds ? told.test.holds : told.test.fails}
          data-holds={holds}
        >
          {holds === undefined ? null : <Icon name={holds ? "succeeded" : "failed"} size={14} />}
        </span>
        <button type="button" className="tiny" aria-label={`${told.clear}: ${told.clause(at + 1)}`} onClick={remove}>
          <Icon name="close" size={12} />
        </button>
      </div>
      {line.tests.map((one, index) => (
        <TestFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a test has no name but its place
          key={index}
          test={one}
          first={index === 0}
          values={found?.values ?? []}
          change={(next) => test(index, next)}
          remove={
            line.tests.length === 1 ? undefined : () => change({ ...line, tests: line.tests.toSpliced(index, 1) })
          }
        />
      ))}
      <button
        type="button"
        className="tiny"
        onClick={() =>
          change({ ...line, tests: [...line.tests, { operator: line.tests.at(-1)?.operator ?? "is", values: [] }] })
        }
      >
        <Icon name="add" size={12} />
        {told.addTest}
      </button>
    </div>
  );
}
