// What is pointed at from elsewhere: a problem's path, a step of a simulation, and, in a run, what was skipped.

import { useView } from "../editing/view.ts";

export function useLitTask(name: string): boolean {
  return useView((now) => now.lit?.tasks.has(name) ?? false);
}

export function useLitEdge(key: string): boolean {
  return useView((now) => now.lit?.edges.has(key) ?? false);
}
