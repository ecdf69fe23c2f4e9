/** Every text of the model that a person reads, in one place, so that it can be said in another language. */

import type { EdgeKind } from "./pipeline.ts";

const ON: Readonly<Record<EdgeKind, string>> = {
  success: "on success",
  failure: "on failure",
  completion: "on completion",
};

const tasks = (names: readonly string[]): string => (names.length === 1 ? String(names[0]) : `${names.length} tasks`);
const edges = (count: number): string => (count === 1 ? "an edge" : `${count} edges`);

const COMPARED = { "<": "less than ", "<=": "at most ", "=": "", ">=": "at least ", ">": "more than " } as const;
const UNLIKE = {
  prefix: "does not begin with",
  suffix: "does not end with",
  "equals-ignore-case": "is in no case",
  wildcard: "does not look like",
} as const;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], word = "and"): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${word} ${items.at(-1)}`;
}

export const words = {
  on: (kind: EdgeKind): string => ON[kind],

  did: {
    add: (name: string) => `Add ${name}`,
    addAndConnect: (name: string, from: string) => `Add ${name} after ${from}`,
    insert: (name: string) => `Insert ${name}`,
    connect: (from: string, to: string, kind: EdgeKind) => `Connect ${from} to ${to} ${ON[kind]}`,
    connectMany: (count: number) => `Connect ${edges(count)}`,
    changeKind: (from: string, to: string, kind: EdgeKind) => `Make ${from} to ${to} ${ON[kind]}`,
    changeCondition: (from: string, to: string) => `Change the condition from ${from} to ${to}`,
    moveEdge: (from: string, to: string) => `Connect ${from} to ${to} instead`,
    removeTasks: (names: readonly string[]) => `Remove ${tasks(names)}`,
    removeEdges: (count: number) => `Remove ${edges(count)}`,
    removeBoth: (names: readonly string[], count: number) => `Remove ${tasks(names)} and ${edges(count)}`,
    reconnect: (names: readonly string[]) => `Remove ${tasks(names)} and connect what is around`,
    rename: (from: string, to: string) => `Rename ${from} to ${to}`,
    duplicate: (names: readonly string[]) => `Duplicate ${tasks(names)}`,
    paste: (names: readonly string[]) => `Paste ${tasks(names)}`,
    setTask: (name: string, field: string) => `Change ${field} of ${name}`,
    setTasks: (names: readonly string[], field: string) => `Change ${field} of ${tasks(names)}`,
    setPipeline: (field: string) => `Change the pipeline's ${field}`,
    addTrigger: (name: string) => `Add the trigger ${name}`,
    setTrigger: (name: string) => `Change the trigger ${name}`,
    renameTrigger: (from: string, to: string) => `Rename the trigger ${from} to ${to}`,
    removeTriggers: (names: readonly string[]) => `Remove the trigger ${names.join(", ")}`,
    move: (names: readonly string[]) => `Move ${tasks(names)}`,
    arrange: () => "Arrange all tasks",
    align: (names: readonly string[]) => `Align ${tasks(names)}`,
    distribute: (names: readonly string[]) => `Space out ${tasks(names)}`,
    write: () => "Edit the text",
    takeBack: () => "Take back the text",
    restore: () => "Bring back what was not sent",
    theirs: () => "Take what is on the server",
    undo: () => "Undid:",
    redo: () => "Redid:",
  },

  refused: {
    name: (name: string) =>
      `"${name}" cannot be a name: write a letter, then letters, digits, - or _, at most 64 characters`,
    taken: (name: string) => `there is already a task ${name}`,
    triggerTaken: (name: string) => `there is already a trigger ${name}`,
    noTask: (name: string) => `there is no task ${name}`,
    noTrigger: (name: string) => `there is no trigger ${name}`,
    noEdge: () => "this edge is not there any more",
    connected: (name: string) => `${name} is already connected to other tasks`,
    itself: (name: string) => `${name} cannot wait for itself; to try it again after a failure give it a retry`,
    cycle: (path: readonly string[]) => `these tasks would wait for each other: ${path.join(" → ")}`,
    twice: (from: string, to: string, kind: EdgeKind) => `${from} is already connected to ${to} ${ON[kind]}`,
    nothing: () => "nothing is selected",
    few: (count: number) => `select at least ${count} tasks`,
    noChange: () => "nothing changes",
    clipboard: () => "the clipboard holds no tasks",
    broken: () => "the text does not read as a pipeline now: mend it, or take its last good state back",
    required: (field: string) => `a pipeline always has its ${field}`,
    source: () => "a trigger has exactly one source",
    work: () => "a task is either a function or an action",
  },

  scope: {
    input: () => "the run's input",
    tasks: () => "what tasks before this one gave",
    output: (work: string) => `what ${work || "it"} gave`,
    error: () => "why it failed",
    status: () => "succeeded, failed or skipped",
    run: () => "this run",
    trigger: () => "what started the run",
    variables: () => "the project's variables",
    variable: () => "a variable of the project",
    secrets: () => "the project's secrets",
    secret: () => "a secret of the project",
    item: () => "the item of for_each",
    event: () => "of the event",
  },

  condition: {
    when: (condition: string) => `when ${condition}`,
    and: "and",
    or: "or",
    pattern: () => "the pattern matches",
    nothing: () => "null",
    is: (value: string) => `is ${value}`,
    isFolded: (value: string) => `is ${value} in any case`,
    isNot: (values: readonly string[]) => `is not ${listed(values, "or")}`,
    number: (bounds: readonly (readonly ["<" | "<=" | "=" | ">=" | ">", number])[]) =>
      `is ${listed(bounds.map(([compare, number]) => `${COMPARED[compare]}${number}`))}`,
    beginsWith: (value: string, folded: boolean) => `begins with ${value}${folded ? " in any case" : ""}`,
    endsWith: (value: string, folded: boolean) => `ends with ${value}${folded ? " in any case" : ""}`,
    looksLike: (value: string) => `looks like ${value}`,
    within: (value: string) => `is an address in ${value}`,
    exists: (exists: boolean) => (exists ? "is there" : "is missing"),
    notLike: (how: "prefix" | "suffix" | "equals-ignore-case" | "wildcard", values: readonly string[]) =>
      `${UNLIKE[how]} ${listed(values, "or")}`,
  },

  cron: {
    everyMinute: () => "every minute",
    everyMinutes: (step: number) => (step === 1 ? "every minute" : `every ${step} minutes`),
    everyHour: () => "every hour",
    pastHour: (minute: number) => `at minute ${minute} of every hour`,
    everyHours: (step: number, minute: number) => `every ${step} hours${minute === 0 ? "" : `, at minute ${minute}`}`,
    at: (times: readonly string[]) => `at ${listed(times)}`,
    atMinutes: (minutes: readonly string[]) => `at minutes ${listed(minutes)}`,
    duringHours: (often: string, hours: readonly string[]) => `${often} of the hours ${listed(hours)}`,
    run: ([first, last]: readonly [number, number]): string =>
      first === last ? `${first}` : last === first + 1 ? `${first} and ${last}` : `${first} to ${last}`,
    everyDay: () => "every day",
    lastDay: () => "the last",
    lastWorkday: () => "the last working day",
    weekdays: (first: number, last: number): string =>
      first === last ? String(WEEKDAYS[first]) : `${WEEKDAYS[first]} to ${WEEKDAYS[last]}`,
    nth: (weekday: number, n: number) =>
      `the ${["last", "first", "second", "third", "fourth", "fifth"][n]} ${WEEKDAYS[weekday]}`,
    on: (weekdays: readonly string[]) => `on ${listed(weekdays)}`,
    onDates: (dates: readonly string[]) => `on day ${listed(dates)} of the month`,
    onDatesIf: (dates: readonly string[], weekdays: readonly string[]) =>
      `on day ${listed(dates)} of the month if it is ${listed(weekdays, "or")}`,
    onDatesOr: (dates: readonly string[], weekdays: readonly string[]) =>
      `on day ${listed(dates)} of the month and on ${listed(weekdays)}`,
    inMonths: (runs: readonly (readonly [number, number])[]) =>
      `in ${listed(runs.map(([first, last]) => (first === last ? String(MONTHS[first - 1]) : `${MONTHS[first - 1]} to ${MONTHS[last - 1]}`)))}`,
  },

  text: {
    empty: () => "the document is empty",
    tooDeep: () => "the document nests deeper than can be read",
    notMapping: () => "a pipeline is a mapping, with project, pipeline and tasks",
    missing: (key: string) => `${key} is missing`,
    expected: (what: string) => `this should be ${what}`,
  },

  problem: {
    unknownTask: (name: string) => [`there is no task "${name}"`, `Add the task ${name}, or remove the edge`] as const,
    selfEdge: (name: string) =>
      [`${name} would wait for itself`, "To try a failed task again give it a retry"] as const,
    duplicateEdge: (from: string, to: string) =>
      [`the edge from ${from} to ${to} stands twice`, "Remove one, or change what it hears"] as const,
    cycle: (path: readonly string[]) =>
      [`these tasks wait for each other: ${path.join(" → ")}`, "Remove one of these edges"] as const,
    unreachable: (name: string) =>
      [
        `${name} can never run: every way to it leads through tasks that wait for themselves`,
        "Mend the circle above it",
      ] as const,
    contradicting: (name: string, from: string) =>
      [
        `${name} waits for both the success and the failure of ${from}, which never come together`,
        "Make its join any, or settled, or remove one of the edges",
      ] as const,
    tooMany: (name: string, needed: number, edges: number) =>
      [
        `${name} waits for ${needed} live edges, and only ${edges} can be live at once`,
        "Make at_least smaller, or add edges",
      ] as const,
    badName: (name: string) =>
      [`"${name}" cannot be a name`, "Write a letter, then letters, digits, - or _, at most 64 characters"] as const,
    work: (name: string) => [`${name} is neither a function nor an action, or is both`, "Choose what it runs"] as const,
    source: (name: string, count: number) =>
      [`a trigger has exactly one source, and ${name} has ${count || "none"}`, "Choose what starts a run"] as const,
    noTasks: () => ["the pipeline has no task yet", "Add the first task"] as const,
    misread: (misread: string) => [misread, "It is JMESPath: tasks.NAME.output.FIELD, items[0]"] as const,
    noSuchTask: (name: string) =>
      [`there is no task "${name}" to read`, "Name a task that comes before this one"] as const,
    notAncestor: (name: string, other: string) =>
      [`${name} runs without waiting for ${other}`, `Connect ${other} to ${name}, or name a task before it`] as const,
    noRoot: (root: string) =>
      [`there is no "${root}" to read here`, "There is input, tasks, run, trigger, secrets, variables"] as const,
    noItem: (name: string) => [`there is no item: ${name} does not run once for each`, "Give it for_each"] as const,
  },
} as const;
