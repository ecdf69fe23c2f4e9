import type { ReactNode } from "react";
import type { JsonValue } from "../api/generated/schema.ts";

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="faint small">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Value({ name, value, wrong = false }: { name: string; value: JsonValue; wrong?: boolean }) {
  return (
    <section className="stack tight" aria-label={name}>
      <h3>{name}</h3>
      <pre className={`value small ${wrong ? "bad" : ""}`}>{JSON.stringify(value, null, 2)}</pre>
    </section>
  );
}
