import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pipelines } from "../testing/pipelines.ts";
import { ancestry } from "./ancestry.ts";
import { arrange } from "./arrange.ts";
import { nearest } from "./arrows.ts";
import { inColumns } from "./columns.ts";
import { ancestors, cycles, cycleWith, downstream, pathBetween, reaches, readingOrder, roots } from "./graph.ts";
import { complete, freePlace, NODE } from "./layout.ts";
import { edgesOf, type Pipeline } from "./pipeline.ts";

const graph = (...edges: string[]): Pipeline => ({
  project: "p",
  pipeline: "q",
  tasks: Object.fromEntries([...new Set(edges.join("").replaceAll(">", ""))].map((name) => [name, { function: "f" }])),
  edges: edges.filter((one) => one.includes(">")).map((one) => ({ from: one[0] as string, to: one[2] as string })),
});

describe("the graph", () => {
  it("knows who is before whom", () => {
    const one = graph("a>b", "b>c", "a>d", "e");
    expect([...downstream(one, "a")].sort()).toEqual(["b", "c", "d"]);
    expect([...ancestors(one, "c")].sort()).toEqual(["a", "b"]);
    expect(reaches(one, "a", "c")).toBe(true);
    expect(reaches(one, "c", "a")).toBe(false);
    expect(pathBetween(one, "a", "c")).toEqual(["a", "b", "c"]);
    expect(cycleWith(one, "c", "a")).toEqual(["c", "a", "b", "c"]);
    expect(roots(one)).toEqual(["a", "e"]);
  });

  it("tells one circle of each knot, and ends", () => {
    expect(cycles(graph("a>b", "b>c", "c>b", "d>d", "c>e"))).toEqual([["b", "c"], ["d"]]);
    expect(cycles(graph("a>b", "b>c", "c>a", "x>y", "y>x"))).toEqual([
      ["a", "b", "c"],
      ["x", "y"],
    ]);
  });

  it("is read in an order that edges allow, and the document decides the rest", () => {
    expect(readingOrder(graph("d", "c>a", "b"))).toEqual(["d", "c", "a", "b"]);
    fc.assert(
      fc.property(pipelines, (one) => {
        const order = readingOrder(one);
        expect([...order].sort()).toEqual(Object.keys(one.tasks).sort());
        for (const { from, to } of edgesOf(one)) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
      }),
    );
  });

  it("answers all pairs as it answers one", () => {
    fc.assert(
      fc.property(pipelines, (one) => {
        const comesBefore = ancestry(one);
        for (const name of Object.keys(one.tasks)) {
          const before = ancestors(one, name);
          for (const other of Object.keys(one.tasks)) expect(comesBefore(other, name)).toBe(before.has(other));
        }
      }),
    );
  });
});

describe("a layout", () => {
  const apart = (layout: Readonly<Record<string, { x: number; y: number }>>) => {
    const points = Object.values(layout);
    return points.every((one, at) =>
      points.every(
        (other, to) => at >= to || Math.abs(one.x - other.x) >= NODE.width || Math.abs(one.y - other.y) >= NODE.height,
      ),
    );
  };

  it("puts every task where no other is, later ones further on, always the same", () => {
    fc.assert(
      fc.property(pipelines, (one) => {
        for (const layout of [arrange(one), inColumns(one), complete(one, {})]) {
          expect(Object.keys(layout).sort()).toEqual(Object.keys(one.tasks).sort());
          expect(apart(layout)).toBe(true);
          for (const { from, to } of edgesOf(one)) expect(layout[from]?.x).toBeLessThan(layout[to]?.x as number);
        }
        expect(arrange(structuredClone(one))).toEqual(arrange(one));
      }),
    );
  });

  it("keeps the places there are", () => {
    fc.assert(
      fc.property(pipelines, fc.nat(), (one, at) => {
        const names = Object.keys(one.tasks);
        const kept = Object.fromEntries(
          names.slice(0, at % (names.length + 1)).map((name, i) => [name, { x: i * 300, y: 0 }]),
        );
        const layout = complete(one, { ...kept, gone: { x: 0, y: 0 } });
        expect(layout).toMatchObject(kept);
        expect(Object.keys(layout).sort()).toEqual(names.sort());
        expect(apart(layout)).toBe(true);
      }),
    );
    expect(freePlace({ a: { x: 0, y: 0 } }, { x: 10, y: 10 }).y).toBeGreaterThanOrEqual(NODE.height);
  });
});

describe("arrow keys", () => {
  const layout = {
    m: { x: 0, y: 0 },
    r: { x: 300, y: 20 },
    far: { x: 900, y: 0 },
    up: { x: 20, y: -200 },
    l: { x: -300, y: 0 },
  };
  it("go to the nearest task that lies there", () => {
    expect(nearest(layout, "m", "right")).toBe("r");
    expect(nearest(layout, "m", "left")).toBe("l");
    expect(nearest(layout, "m", "up")).toBe("up");
    expect(nearest(layout, "m", "down")).toBeUndefined();
    expect(nearest(layout, "nobody", "left")).toBeUndefined();
  });
});
