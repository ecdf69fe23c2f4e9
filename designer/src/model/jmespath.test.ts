import { describe, expect, it } from "vitest";
import server from "../testing/server.json" with { type: "json" };
import { isMisread, parse } from "./jmespath.ts";
import { references } from "./references.ts";

describe("an expression", () => {
  it.each(server.expressions)("$text reads what the server says it reads", ({ text, reads }) => {
    const tree = parse(text);
    if (reads === null) expect(isMisread(tree)).toBe(true);
    else {
      if (isMisread(tree)) throw new Error(tree.misread);
      const found = references(tree).map(({ path, hasDefault }) => ({
        path: path.map(({ name }) => name),
        default: hasDefault,
      }));
      expect(found).toEqual(reads);
    }
  });

  it("tells where it stops making sense", () => {
    expect(parse("tasks.a..b")).toMatchObject({ at: 8 });
    expect(parse("tasks.")).toMatchObject({ misread: "the expression stops in the middle" });
  });

  it("ends however deep it is", () => {
    expect(isMisread(parse("(".repeat(4000)))).toBe(true);
    expect(isMisread(parse("!".repeat(4000) + "a"))).toBe(true);
  });
});
