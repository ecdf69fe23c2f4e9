import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edgeKey, type Pipeline } from "./pipeline.ts";
import { fold, merge, NO_RUN, type RunEvent } from "./run.ts";
import { type RunTold, viewOf } from "./run_document.ts";
import { edgeStates, timeline } from "./timeline.ts";

const time = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const ms = (second: number) => Date.parse(time(second));
const task = (type: string, name: string, attempt: number, second: number, data = {}): RunEvent => ({
  type: `task.${type}`,
  task: name,
  attempt,
  time: time(second),
  data,
});

const EVENTS: RunEvent[] = [
  { type: "run.requested", time: time(0), data: { input: { a: 1 }, trigger: "now" } },
  { type: "run.started", time: time(1), data: { input: { a: 1 } } },
  task("started", "a", 1, 2),
  task("retrying", "a", 1, 3, { error: { type: "E" }, due: time(5) }),
  task("requested", "a", 2, 5),
  task("started", "a", 2, 6),
  task("succeeded", "a", 2, 8, { status: "succeeded", output: { n: 1 } }),
  task("completed", "a", 2, 8, { status: "succeeded", output: { n: 1 } }),
  task("failed", "b", 1, 11, { status: "failed", error: { type: "E", message: "no" } }),
  task("skipped", "c", 0, 11, { status: "skipped" }),
  { type: "run.failed", time: time(12), data: { tasks: ["b"] } },
];

const PIPELINE: Pipeline = {
  project: "p",
  pipeline: "q",
  tasks: { a: { function: "f" }, b: { function: "f" }, c: { function: "f" } },
  edges: [
    { from: "a", to: "b", when: { n: [1] } },
    { from: "b", to: "c" },
    { from: "a", to: "c", on: "failure" },
  ],
};

describe("a run", () => {
  it("is pictured task by task, attempt by attempt", () => {
    const view = fold(NO_RUN, EVENTS);
    expect(view).toMatchObject({ state: "failed", started: ms(1), ended: ms(12), input: { a: 1 }, trigger: "now" });
    expect(view.tasks.a).toMatchObject({ state: "succeeded", attempt: 2, output: { n: 1 } });
    expect(view.tasks.a?.attempts.map((one) => [one.number, one.state, one.started])).toEqual([
      [1, "retrying", ms(2)],
      [2, "succeeded", ms(6)],
    ]);
    expect(view.tasks.b).toMatchObject({ state: "failed", error: { type: "E", message: "no" } });
    expect(view.tasks.c?.state).toBe("skipped");
  });

  it("is the same picture in whatever order and however often events come", () => {
    const whole = fold(NO_RUN, EVENTS);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...EVENTS, ...EVENTS], { minLength: EVENTS.length * 2 }),
        fc.nat(),
        (events, cut) => {
          const at = cut % events.length;
          expect(fold(fold(NO_RUN, events.slice(0, at)), events.slice(at))).toEqual(whole);
        },
      ),
    );
  });

  it("leaves the tasks alone that an event is not about", () => {
    const view = fold(NO_RUN, EVENTS);
    const next = fold(view, [task("started", "d", 1, 20), EVENTS[2] as RunEvent]);
    expect(next.tasks.a).toBe(view.tasks.a);
    expect(fold(view, EVENTS).tasks).toBe(view.tasks);
  });
});

describe("a timeline", () => {
  it("has a bar for each attempt, in reading order, and guesses where no start was told", () => {
    const rows = timeline(PIPELINE, fold(NO_RUN, EVENTS));
    expect(rows.map(({ task: name, bars }) => [name, bars.map((bar) => [bar.from, bar.to, bar.isGuess])])).toEqual([
      [
        "a",
        [
          [ms(2), ms(3), false],
          [ms(6), ms(8), false],
        ],
      ],
      ["b", [[ms(8), ms(11), true]]],
      ["c", []],
    ]);
  });

  it("leaves a bar open while an attempt goes on", () => {
    const rows = timeline(PIPELINE, fold(NO_RUN, EVENTS.slice(0, 6)));
    expect(rows[0]?.bars.at(-1)).toMatchObject({ state: "running", from: ms(6), to: undefined });
  });

  it("knows which edges carried something", () => {
    const states = (count: number) => {
      const found = edgeStates(PIPELINE, fold(NO_RUN, EVENTS.slice(0, count)));
      return PIPELINE.edges?.map((edge) => found.get(edgeKey(edge)));
    };
    expect(states(2)).toEqual(["undecided", "undecided", "undecided"]);
    expect(states(8)).toEqual(["unsure", "undecided", "dead"]);
    expect(states(11)).toEqual(["live", "dead", "dead"]);
  });
});

describe("the server's own picture", () => {
  const none = { opened: null, started: null, ended: null, output: null, error: null, why: null, attempts: [] };
  const told: RunTold = {
    state: "running",
    trigger: "now",
    started: time(1),
    ended: null,
    input: { a: 1 },
    tasks: [
      {
        ...none,
        task: "a",
        state: "succeeded",
        attempt: 1,
        started: time(2),
        ended: time(8),
        output: { n: 1 },
        attempts: [{ attempt: 1, state: "succeeded", at: time(8), started: null, error: null }],
      },
      { ...none, task: "b", state: "pending", attempt: 0, why: "waits for a" },
      { ...none, task: "c", state: "skipped", attempt: 0, ended: time(9), why: "a did not fail" },
    ],
    edges: [
      { from: "a", to: "b", on: "success", when: { n: [1] }, live: true },
      { from: "b", to: "c", on: "success", when: null, live: null },
      { from: "a", to: "c", on: "failure", when: null, live: false },
    ],
  };

  it("knows what no event says: who was skipped and why, and which edges are live", () => {
    const view = viewOf(told);
    expect(view.tasks.c).toMatchObject({ state: "skipped", why: "a did not fail" });
    expect(view.tasks.a).toMatchObject({ state: "succeeded", output: { n: 1 } });
    expect(view.tasks.a?.attempts[0]).toMatchObject({ started: ms(2), at: ms(8) });
    expect([...edgeStates(PIPELINE, view).values()]).toEqual(["live", "undecided", "dead"]);
  });

  it("takes nothing back that was heard since, and goes on from there", () => {
    const heard = fold(NO_RUN, [task("failed", "b", 1, 11, { error: { type: "E" } })]);
    const view = merge(viewOf(told), heard);
    expect(view.tasks.b).toMatchObject({ state: "failed", error: { type: "E" } });
    expect(view.tasks.c?.state).toBe("skipped");
    expect(merge(viewOf(told), view).tasks.c).toBe(view.tasks.c);
    expect(fold(view, [{ type: "run.failed", time: time(12) }]).state).toBe("failed");
  });
});
