import { publish } from "../text/publish.ts";

const told = publish.flight;

export function InFlight({ runs, drains }: { runs: { [version: string]: number }; drains: readonly string[] }) {
  const some = Object.entries(runs).filter(([, count]) => count > 0);
  return (
    <div className="stack tight">
      {some.length === 0 ? (
        <p className="soft">{told.none}</p>
      ) : (
        <ul>
          {some.map(([version, count]) => (
            <li key={version}>{told.some(count, version)}</li>
          ))}
        </ul>
      )}
      <p className="faint small">
        {some.length === 0 ? null : told.stay} {drains.length === 0 ? null : told.drains(drains.join(", "))}
      </p>
    </div>
  );
}
