/** Who may import whom. What is pure stays pure: the model knows no React, no network and no store. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

const SRC = new URL(".", import.meta.url).pathname;

/** The rooms of ours that a room may import, itself aside. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  model: [],
  text: [],
  ui: ["text"],
  api: ["model"],
  state: ["model", "api"],
  testing: ["model"],
};
/** What of others a room may import; a room that is not named may import all. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  model: /^(yaml|@dagrejs\/dagre)$/,
  state: /^zustand(\/.*)?$/,
  api: /^(react|zustand(\/.*)?)$/,
  text: /^$/,
};

const IMPORT = /^(?:(?:import|export)\s[^"=;(]*?\bfrom\s+|import\s+)"([^"]+)"|\bimport\("([^"]+)"/gm;

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
const rooms = files.filter((file) => !/\.test\.tsx?$/.test(file) && (file.split("/")[0] ?? "") in MAY);

it.each(rooms)("%s imports only what its room may", (file) => {
  const room = file.split("/")[0] ?? "";
  const text = readFileSync(join(SRC, file), "utf8");
  for (const [, named, lazily] of text.matchAll(IMPORT)) {
    const target = named ?? lazily ?? "";
    if (target.startsWith(".")) {
      const other = relative(SRC, join(SRC, dirname(file), target)).split("/")[0] ?? "";
      expect([room, ...(MAY[room] ?? [])], `${file} imports ${target}`).toContain(other);
    } else if (PACKAGES[room]) expect(target, `${file} imports ${target}`).toMatch(PACKAGES[room]);
  }
  if (room === "model") expect(text, `${file} reaches out`).not.toMatch(/\b(fetch|localStorage|document\.|window\.)\b/);
});

// What is generated from the server's documents is as long as they are.
const GENERATED = /^(.*\.d|api\/generated\/schema)\.ts$/;
it.each(files.filter((file) => !GENERATED.test(file)))("%s has at most 300 lines", (file) => {
  expect(readFileSync(join(SRC, file), "utf8").split("\n").length).toBeLessThanOrEqual(301);
});

/** What a file brings along when it is loaded: types bring nothing, and what is imported lazily comes later. */
function brings(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(join(SRC, file), "utf8");
  for (const [whole, named] of text.matchAll(IMPORT)) {
    if (named === undefined || /^(import|export)\s+type\b/.test(whole)) continue;
    if (named.startsWith(".")) brings(join(dirname(file), named), found);
    else found.add(named);
  }
  return found;
}

it.each([
  "state/editor.ts",
  "state/saving.ts",
  "state/arranging.ts",
  "model/edits/clipboard.ts",
  "model/edits/tasks.ts",
  "model/problems.ts",
])("%s comes without YAML and without the layout engine, which are large", (file) => {
  const packages = [...brings(file)].filter((one) => !one.endsWith(".ts"));
  expect(packages.filter((one) => /^(yaml|@dagrejs)/.test(one))).toEqual([]);
});
