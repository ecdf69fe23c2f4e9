// What a screen reader is told of each edit, and what everybody sees for a moment at the foot of the page.

import { create } from "zustand";

export interface Told {
  id: number;
  text: string;
  kind: "said" | "done" | "wrong";
  advice?: string | undefined;
}

interface Announcing {
  /** For screen readers alone. */
  said: Told | undefined;
  /** For everybody. */
  shown: readonly Told[];
}

export const useAnnouncements = create<Announcing>(() => ({ said: undefined, shown: [] }));

const SHOWN_MS = 6_000;
let last = 0;

export function announce(text: string): void {
  last += 1;
  useAnnouncements.setState({ said: { id: last, text, kind: "said" } });
}

export function tell(text: string, kind: "done" | "wrong" = "done", advice?: string): void {
  last += 1;
  const told: Told = { id: last, text, kind, advice };
  useAnnouncements.setState((now) => ({ said: told, shown: [...now.shown.slice(-2), told] }));
  if (kind === "done") setTimeout(() => dismiss(told.id), SHOWN_MS);
}

export function dismiss(id: number): void {
  useAnnouncements.setState((now) => ({ shown: now.shown.filter((one) => one.id !== id) }));
}
