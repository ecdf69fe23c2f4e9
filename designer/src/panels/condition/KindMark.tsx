import type { EdgeKind } from "../../model/pipeline.ts";

const SHAPES: Readonly<Record<EdgeKind, string>> = {
  success: "M14 2 L24 7 L14 12 z",
  failure: "M13 7 L18 2 L23 7 L18 12 z",
  completion: "M14 2.5 H23 V11.5 H14 z",
};

/** A kind of edge as it is drawn: its colour, and the shape at its end. */
export function KindMark({ kind }: { kind: EdgeKind }) {
  return (
    <svg
      className={`kind-mark ${kind}`}
      width="26"
      height="14"
      viewBox="0 0 26 14"
      aria-hidden="true"
      focusable="false"
    >
      <path d="M1 7 H14" className="line" />
      <path d={SHAPES[kind]} className="end" />
    </svg>
  );
}
