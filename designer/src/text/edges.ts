// Texts of the panel of an edge.

export const edgeTexts = {
  kind: "Which outcome makes it live",
  kinds: {
    success: (task: string) => `when ${task} has succeeded`,
    failure: (task: string) => `when ${task} has failed, after its last attempt`,
    completion: (task: string) => `when ${task} has ended, either way`,
  },
  from: "From",
  to: "To",
  open: (task: string) => `Open ${task}`,
} as const;
