// What is pointed at from elsewhere: a problem's path, a step of a simulation, and, in a run, what was skipped.

import { useView } from "../editing/view.ts";
import type { Mark } from "../model/merged.ts";

export function useLitTask(name: string): boolean {
  return useView((now) => now.lit?.tasks.has(name) ?? false);
}

export function useLitEdge(key: string): boolean {
  return useView((now) => now.lit?.edges.has(key) ?? false);
}

/** Of two drawings as one: whether it came, went or changed. */
export function useMarkOfTask(name: string): Mark | undefined {
  return useView((now) => now.marks?.tasks.get(name));
}

export function useMarkOfEdge(key: string): Mark | undefined {
  return useView((now) => now.marks?.edges.get(key));
}
