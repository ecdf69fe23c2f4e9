import type { VersionTold } from "../api/generated/schema.ts";
import { useSession } from "../editing/session.ts";
import { versions as told } from "../text/publish.ts";
import { ago, moment } from "../ui/ago.ts";
import { takeVersion } from "./doing.ts";

interface Props {
  place: { project: string; pipeline: string };
  versions: readonly VersionTold[];
  live: number | null;
  showText: (number: number) => void;
  activate: (number: number) => void;
}

const BADGES: Readonly<Record<VersionTold["state"], string>> = {
  published: "",
  live: "succeeded",
  draining: "waiting",
  retiring: "waiting",
  retired: "",
};

/** The newest first. */
export function VersionTable({ place, versions, live, showText, activate }: Props) {
  const session = useSession();
  const sorted = [...versions].sort((one, other) => other.number - one.number);
  return (
    <div className="card">
      <table className="table folds versions-table">
        <thead>
          <tr>
            <th scope="col">{told.number}</th>
            <th scope="col">{told.state}</th>
            <th scope="col">{told.at}</th>
            <th scope="col">{told.flight}</th>
            <th scope="col">{told.note}</th>
            <th scope="col">{told.does}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((one) => (
            <tr key={one.number}>
              <th scope="row" data-label={told.number}>
                {one.number}
              </th>
              <td>
                <span className={`badge ${BADGES[one.state]}`}>{told.states[one.state]}</span>
              </td>
              <td title={moment(one.at)}>
                {ago(one.at)}
                {one.by === null ? null : <span className="soft"> · {one.by}</span>}
              </td>
              <td data-label={told.flight}>{one.in_flight}</td>
              <td className="soft">{one.note}</td>
              <td>
                <div className="row wrap">
                  <button type="button" className="button plain" onClick={() => showText(one.number)}>
                    {told.text}
                    <span className="unseen">({told.version(one.number)})</span>
                  </button>
                  <button
                    type="button"
                    className="button plain"
                    onClick={() => void takeVersion(session, place, one.number)}
                  >
                    {told.take}
                    <span className="unseen">({told.version(one.number)})</span>
                  </button>
                  {one.number === live ? null : (
                    <button type="button" className="button" onClick={() => activate(one.number)}>
                      {told.activate}
                      <span className="unseen">({told.version(one.number)})</span>
                    </button>
                  )}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
