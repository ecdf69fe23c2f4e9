import { describe, expect, it } from "vitest";
import { placeAt } from "./yaml_place.ts";

/** The place of the `^` in a text. */
function at(marked: string) {
  const offset = marked.indexOf("^");
  const text = marked.replace("^", "");
  const found = placeAt(text, offset);
  return found && [found.at, found.path.join("."), text.slice(found.from, offset)];
}

describe("a place in a text", () => {
  it.each([
    ["pro^", ["key", "", "pro"]],
    ["project: a\ntasks:\n  one:\n    fun^", ["key", "tasks.one", "fun"]],
    ["project: a\ntasks:\n  one:\n    function: res^", ["value", "tasks.one.function", "res"]],
    [
      "tasks:\n  one:\n    function: a\n\n  # about two\n  two:\n    retry:\n      attempts: 3\n      ^",
      ["key", "tasks.two.retry", ""],
    ],
    ["tasks:\n  one:\n    function: a\n  ^", ["key", "tasks", ""]],
    ["edges:\n  - from: a\n    to: b\n  - from: b\n    on: f^", ["value", "edges.1.on", "f"]],
    ["edges:\n- from: a\n- fr^", ["key", "edges.1", "fr"]],
    ["edges:\n  - {from: a, to: b}\n  - {from: b, t^", ["key", "edges.1", "t"]],
    ["edges:\n  - {from: a, to: b}\n  - {from: b, to: c^}", ["value", "edges.1.to", "c"]],
    ["tasks:\n  one: {function: f, retry: {attempts: 3, jit^", ["key", "tasks.one.retry", "jit"]],
    ["tasks:\n  one:\n    retry: {attempts: 3,\n            jitter: f^", ["value", "tasks.one.retry.jitter", "f"]],
    ["triggers:\n  t: {s3: {bucket: b, suffix: [.png, .j^", ["value", "triggers.t.s3.suffix.1", ".j"]],
    ['tasks:\n  one:\n    with: {file: "${tasks.a.output.x}", wi^', ["key", "tasks.one.with", "wi"]],
    [
      "tasks:\n  one:\n    with:\n      parameters:\n        key: ${inp^",
      ["value", "tasks.one.with.parameters.key", "${inp"],
    ],
  ])("%s", (text, expected) => expect(at(text)).toEqual(expected));

  it("is none in a comment", () => {
    expect(at("tasks: # one^")).toBeUndefined();
  });
});
