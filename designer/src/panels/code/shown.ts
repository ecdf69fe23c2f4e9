// The place of the text that was last asked for, for the code view when it opens.

import { create } from "zustand";
import type { Problem } from "../../model/problems.ts";

export const useShown = create<{ problem: Problem | undefined }>(() => ({ problem: undefined }));

export function show(problem: Problem): void {
  useShown.setState({ problem });
}
