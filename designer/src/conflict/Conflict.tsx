// Above the canvas, never in front of it: somebody else has changed this pipeline meanwhile, or the server is away. Both sides are
// kept until one decides.

import { lazy, Suspense } from "react";
import { useSaving, useSession } from "../editing/session.ts";
import { conflict } from "../text/conflict.ts";
import { Icon } from "../ui/Icon.tsx";
import { useHearing } from "./hearing.ts";
import "../styles/publish.css";
import { patiently } from "../ui/patiently.ts";

const Sides = lazy(patiently(async () => ({ default: (await import("./Sides.tsx")).Sides })));

export default function Conflict() {
  const saving = useSaving();
  const session = useSession();
  useHearing();
  switch (saving.kind) {
    case "conflict":
      return (
        <Suspense fallback={null}>
          <Sides theirs={saving.theirs} />
        </Suspense>
      );
    case "offline":
      return (
        <div className="notice warning conflict-bar" role="status">
          <Icon name="waiting" />
          <span className="grow">{conflict.offline}</span>
          <button type="button" className="button" onClick={() => void session.saving.flush()}>
            {conflict.again}
          </button>
        </div>
      );
    case "refused":
      return (
        <div className="notice wrong conflict-bar" role="alert">
          <Icon name="failed" />
          <span className="grow">
            {conflict.refused}: {saving.message}
          </span>
        </div>
      );
    default:
      return null;
  }
}
