// What a person likes, kept in this browser: the appearance, which panels are open and how wide they are.

import { create } from "zustand";

export type Theme = "system" | "light" | "dark";

interface Preferences {
  theme: Theme;
  /** By name: widths in pixels, and whether something is open. */
  sizes: Readonly<Record<string, number>>;
  open: Readonly<Record<string, boolean>>;
}

const KEPT = "murmuration.preferences";
const PLAIN: Preferences = { theme: "system", sizes: {}, open: {} };

export const usePreferences = create<Preferences>(() => kept());

export function prefer(change: Partial<Preferences>): void {
  usePreferences.setState(change);
  const { theme, sizes, open } = usePreferences.getState();
  try {
    localStorage.setItem(KEPT, JSON.stringify({ theme, sizes, open }));
  } catch {
    // A browser that keeps nothing forgets what one likes, and nothing else.
  }
  if (change.theme !== undefined) dress();
}

export function dress(): void {
  const { theme } = usePreferences.getState();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function kept(): Preferences {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return typeof found === "object" && found !== null ? { ...PLAIN, ...found } : PLAIN;
  } catch {
    return PLAIN;
  }
}
