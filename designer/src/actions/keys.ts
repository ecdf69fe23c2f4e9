// Keys as people write them: "mod+shift+z", "alt+ArrowLeft", "?". `mod` is Command on a Mac and Control elsewhere.

const MAC = /Mac|iPhone|iPad/.test(typeof navigator === "undefined" ? "" : navigator.platform);

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export function matches(spelled: string, event: Pressed, mac: boolean = MAC): boolean {
  const parts = spelled.split("+");
  const key = spelled.endsWith("++") ? "+" : (parts.at(-1) ?? "");
  const mod = mac ? event.metaKey : event.ctrlKey;
  if (mod !== parts.includes("mod") || event.altKey !== parts.includes("alt")) return false;
  // A sign such as ? needs Shift on some keyboards and not on others: only letters and named keys ask for it.
  const asksShift = /^[a-z]$/i.test(key) || key.length > 1;
  if (asksShift && event.shiftKey !== parts.includes("shift")) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

/** Keys that are typed into something are not ours. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

const SPELLED: Readonly<Record<string, string>> = {
  mod: MAC ? "⌘" : "Ctrl",
  shift: "Shift",
  alt: MAC ? "⌥" : "Alt",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Delete: "Del",
  Backspace: "⌫",
  Escape: "Esc",
};

export function spelled(keys: string): string {
  return keys
    .split("+")
    .map((part) => SPELLED[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" ");
}
