/** What this machine keeps of a draft until the server has it. A storage that is full or forbidden keeps nothing, and says nothing. */

import type { Layout } from "../model/layout.ts";
import type { Place } from "./editor.ts";

export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Kept {
  readonly text: string;
  readonly layout: Layout;
  /** Of the server's state that it was made from. */
  readonly etag: string | undefined;
}

const keyOf = (target: string, { project, pipeline }: Place) => `murmuration/draft/${target}/${project}/${pipeline}`;

export function keep(storage: Storage, target: string, place: Place, draft: Kept): void {
  try {
    storage.setItem(keyOf(target, place), JSON.stringify(draft));
  } catch {
    // The draft is still in memory and is still sent.
  }
}

export function kept(storage: Storage, target: string, place: Place): Kept | undefined {
  try {
    const text = storage.getItem(keyOf(target, place));
    const value = text === null ? undefined : (JSON.parse(text) as Partial<Kept>);
    return typeof value?.text === "string"
      ? { text: value.text, layout: value.layout ?? {}, etag: value.etag }
      : undefined;
  } catch {
    return undefined;
  }
}

export function clearKept(storage: Storage, target: string, place: Place): void {
  try {
    storage.removeItem(keyOf(target, place));
  } catch {
    // It is found again at the next start, and is then what the server has.
  }
}
