import { describe, expect, it } from "vitest";
import { BURST_MS, begin, endBurst, LIMIT, record, redo, redoLabel, undo, undoLabel } from "./history.ts";

const at = (time: number, burst?: string) => ({ label: `step ${time}`, at: time, burst });

describe("a history", () => {
  it("goes back and forth, and says what it undoes", () => {
    const two = record(record(begin(0), 1, at(1)), 2, at(2));
    expect(undoLabel(two)).toBe("step 2");
    const one = undo(two);
    expect([one.present, undoLabel(one), redoLabel(one)]).toEqual([1, "step 1", "step 2"]);
    expect(redo(one).present).toBe(2);
    expect(undo(undo(undo(two))).present).toBe(0);
    expect(redo(two)).toBe(two);
  });

  it("forgets what was undone when something else is done", () => {
    const other = record(undo(record(begin(0), 1, at(1))), 5, at(2));
    expect(redo(other)).toBe(other);
    expect(undo(other).present).toBe(0);
  });

  it("takes a burst as one step, until it pauses, ends or is undone", () => {
    const first = record(begin(0), 1, at(0, "typing"));
    expect(undo(record(first, 2, at(BURST_MS, "typing"))).present).toBe(0);
    expect(undo(record(first, 2, at(BURST_MS + 1, "typing"))).present).toBe(1);
    expect(undo(record(first, 2, at(1, "moving"))).present).toBe(1);
    expect(undo(record(endBurst(first), 2, at(1, "typing"))).present).toBe(1);
    expect(undo(record(undo(first), 2, at(1, "typing"))).present).toBe(0);
  });

  it("is no step when nothing changes, and keeps so many", () => {
    const start = begin(0);
    expect(record(start, 0, at(1))).toBe(start);
    let history = start;
    for (let step = 1; step <= LIMIT + 5; step += 1) history = record(history, step, at(step));
    expect(history.past.length).toBe(LIMIT);
  });
});
