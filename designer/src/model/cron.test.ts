import { describe, expect, it } from "vitest";
import server from "../testing/server.json" with { type: "json" };
import { nextTimes, readCron } from "./cron.ts";
import { cronInWords } from "./cron_words.ts";

describe("a schedule", () => {
  it.each(server.cron)("$cron in $zone after $after fires when the server says", ({ cron, zone, after, times }) => {
    const read = readCron(cron);
    if (times === null) expect(read).toBeUndefined();
    else {
      const found = nextTimes(read as NonNullable<typeof read>, zone, Date.parse(after), times.length);
      expect(found.map((time) => new Date(time).toISOString().replace(".000", ""))).toEqual(times);
    }
  });

  it.each([
    ["0 2 * * *", "at 02:00 every day"],
    ["*/5 * * * *", "every 5 minutes"],
    ["0 * * * *", "every hour"],
    ["* * * * *", "every minute"],
    ["30 */6 * * *", "every 6 hours, at minute 30 every day"],
    ["0 9 * * MON-FRI", "at 09:00 on Monday to Friday"],
    ["0 9,17 * * 6,0", "at 09:00 and 17:00 on Saturday to Sunday"],
    ["15 10 1,15 * *", "at 10:15 on day 1 and 15 of the month"],
    ["0 0 L * *", "at 00:00 on day the last of the month"],
    ["0 12 * * FRI#2", "at 12:00 on the second Friday"],
    ["0 0 13 * 5", "at 00:00 on day 13 of the month and on Friday"],
    ["*/10 9-17 * 6-8 *", "every 10 minutes of the hours 9 to 17 in June to August"],
  ])("%s is %s", (text, told) => expect(cronInWords(readCron(text) as never)).toBe(told));
});
