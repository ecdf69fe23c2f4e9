/** A schedule in words: "at 02:00 on Monday to Friday". */

import type { Cron } from "./cron.ts";
import { words } from "./words.ts";

const say = words.cron;

export function cronInWords(cron: Cron): string {
  return [timeOfDay(cron), days(cron), months(cron)].filter((part) => part !== "").join(" ");
}

function timeOfDay({ minutes, hours, parts: [minutePart = "", hourPart = ""] }: Cron): string {
  const [minute, hour] = [sorted(minutes), sorted(hours)];
  if (minute.length === 60 && hour.length === 24) return say.everyMinute();
  const step = /^\*\/(\d+)$/.exec(minutePart)?.[1];
  if (step && hour.length === 24) return say.everyMinutes(Number(step));
  if (minute.length === 1 && hour.length === 24)
    return minute[0] === 0 ? say.everyHour() : say.pastHour(minute[0] ?? 0);
  const hourStep = /^\*\/(\d+)$/.exec(hourPart)?.[1];
  if (minute.length === 1 && hourStep) return say.everyHours(Number(hourStep), minute[0] ?? 0);
  if (minute.length * hour.length <= 6) {
    return say.at(
      hour.flatMap((h) => minute.map((m) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`)),
    );
  }
  const often =
    minute.length === 60
      ? say.everyMinute()
      : step
        ? say.everyMinutes(Number(step))
        : say.atMinutes(runs(minute).map(say.run));
  return hour.length === 24 ? often : say.duringHours(often, runs(hour).map(say.run));
}

function days(cron: Cron): string {
  const dates = [
    ...(cron.days.size === 31 ? [] : runs(sorted(cron.days)).map(say.run)),
    ...(cron.lastDay ? [say.lastDay()] : []),
    ...(cron.lastWorkday ? [say.lastWorkday()] : []),
  ];
  const plain = sorted(new Set([...cron.weekdays].map((day) => day % 7)));
  const weekdays = [
    ...(plain.length === 7 ? [] : runs(mondayFirst(plain)).map(([first, last]) => say.weekdays(first % 7, last % 7))),
    ...cron.nth.map(({ weekday, n }) => say.nth(weekday, n)),
  ];
  if (dates.length === 0 && weekdays.length === 0) return cron.minutes.size * cron.hours.size > 6 ? "" : say.everyDay();
  if (dates.length === 0) return say.on(weekdays);
  if (weekdays.length === 0) return say.onDates(dates);
  return cron.bothDays ? say.onDatesIf(dates, weekdays) : say.onDatesOr(dates, weekdays);
}

function months({ months: found }: Cron): string {
  return found.size === 12 ? "" : say.inMonths(runs(sorted(found)));
}

function sorted(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((one, other) => one - other);
}

/** A week begins on Monday, so that Saturday and Sunday stand together. */
function mondayFirst(days: readonly number[]): number[] {
  return days.map((day) => (day === 0 ? 7 : day)).sort((one, other) => one - other);
}

export type Run = readonly [first: number, last: number];

/** Numbers that follow each other, told by the first and the last. */
function runs(numbers: readonly number[]): Run[] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found;
}
