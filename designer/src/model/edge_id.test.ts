import { expect, it } from "vitest";
import server from "../testing/server.json" with { type: "json" };
import { edgeId, keysById } from "./edge_id.ts";
import { type Edge, edgeKey } from "./pipeline.ts";
import { sha256 } from "./sha256.ts";

it.each(server.edges)("$id is what the server calls it", ({ id, edge }) => {
  expect(edgeId(edge as unknown as Edge)).toBe(id);
});

it("finds an edge by its id", () => {
  const edge: Edge = { from: "a", to: "b" };
  const found = keysById({ project: "p", pipeline: "q", tasks: {}, edges: [edge] });
  expect(found.get(edgeId(edge))).toBe(edgeKey(edge));
});

it.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["a".repeat(1000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"],
])("is the hash that everybody knows", (text, hash) => expect(sha256(text)).toBe(hash));
