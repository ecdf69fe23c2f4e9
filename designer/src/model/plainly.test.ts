import { expect, it } from "vitest";
import { difference, isSame } from "./diff.ts";
import type { Pipeline } from "./pipeline.ts";
import { plainly } from "./plainly.ts";

const SHORT: Pipeline = {
  project: "p",
  pipeline: "q",
  triggers: { file: { s3: { bucket: "b" } }, night: { schedule: { cron: "0 2 * * *" } } },
  tasks: { a: { function: "f", retry: {}, for_each: "${input.all}" } },
};
const LONG: Pipeline = {
  project: "p",
  pipeline: "q",
  description: "",
  deadline: "24h",
  edges: [],
  triggers: {
    file: { s3: { bucket: "b", prefix: "", suffix: [] } },
    night: { schedule: { cron: "0 2 * * *", timezone: "UTC", overlap: "allow" } },
  },
  tasks: {
    a: {
      function: "f",
      join: "all",
      with: {},
      retry: { attempts: 3, delay: "1s", backoff: 2, max_delay: "60m", jitter: "full", on: [] },
      for_each: { items: "${input.all}", concurrency: 40 },
    },
  },
};

it("says the same of a default that is written out and of one that is left out", () => {
  expect(isSame(difference(plainly(SHORT), plainly(LONG)))).toBe(true);
});

it("keeps what is said", () => {
  const other = { ...LONG, tasks: { a: { ...LONG.tasks.a, retry: { attempts: 4 } } } };
  expect(plainly(other).tasks.a?.retry).toEqual({ attempts: 4 });
  expect(isSame(difference(plainly(SHORT), plainly(other)))).toBe(false);
});
