/**
 * When a schedule fires: cron of five fields as the server reads it (`schemas/schedule.py`): names, ranges, lists, steps, `L`,
 * `LW`, `FRI#2`, `5L`. With both days given either will do, unless one begins with `*`.
 *
 * Where clocks are put forward or back: a schedule at given hours fires once, after the gap where its time falls into one;
 * a schedule whose minute or hour begins with `*` fires whenever the clock on the wall says so.
 */

import { wallOf, whenWallSays } from "./zone.ts";

export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 and 7 are Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** The n-th such weekday of the month; 0 for the last. */
  readonly nth: readonly { readonly weekday: number; readonly n: number }[];
  readonly lastDay: boolean;
  readonly lastWorkday: boolean;
  readonly bothDays: boolean;
  /** It fires by the clock on the wall, also twice in an hour that comes twice. */
  readonly everyHour: boolean;
  readonly parts: readonly string[];
}

const RANGES = [range(0, 59), range(0, 23), range(1, 31), range(1, 12), range(0, 7)] as const;
const NAMES: readonly (readonly string[])[] = [
  [],
  [],
  [],
  "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" "),
  "SUN MON TUE WED THU FRI SAT".split(" "),
];
const [DAY, MONTH, WEEKDAY] = [2, 3, 4] as const;
const LAST = "L";
const LAST_WORKDAY = "LW";
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

type Item = number | string;

/** Absent when the text is no cron expression. */
export function readCron(text: string): Cron | undefined {
  const parts = text.trim().toUpperCase().split(/\s+/);
  if (parts.length !== 5) return undefined;
  const read = parts.map((part, field) => itemsOf(part, field));
  if (read.some((items) => items === undefined)) return undefined;
  const fields = read as Item[][];
  const numbers = (field: number) => new Set((fields[field] ?? []).filter((item) => typeof item === "number"));
  const special = (fields[WEEKDAY] ?? []).filter((item) => typeof item === "string");
  const cron: Cron = {
    minutes: numbers(0),
    hours: numbers(1),
    days: numbers(DAY),
    months: numbers(MONTH),
    weekdays: numbers(WEEKDAY),
    nth: special.map((item) => ({ weekday: Number(item[0]), n: item.endsWith(LAST) ? 0 : Number(item.slice(2)) })),
    lastDay: fields[DAY]?.includes(LAST) ?? false,
    lastWorkday: fields[DAY]?.includes(LAST_WORKDAY) ?? false,
    bothDays: [DAY, WEEKDAY].some((field) => parts[field]?.startsWith("*")),
    everyHour: [0, 1].some((field) => parts[field]?.startsWith("*")),
    parts,
  };
  return comes(cron) ? cron : undefined;
}

function itemsOf(part: string, field: number): Item[] | undefined {
  if (part === "*") return [...(RANGES[field] ?? [])];
  if (part.includes(",")) return together(part.split(",").map((term) => itemsOf(term, field)));
  if (field === WEEKDAY && /^\w+L$/.test(part)) return special(part.slice(0, -1), LAST, field);
  if (field === WEEKDAY && part.includes("#")) {
    const [weekday = "", nth = ""] = part.split("#", 2);
    return /^[1-5]$/.test(nth) ? special(weekday, `#${nth}`, field) : undefined;
  }
  if (part.includes("/")) return stepped(part, field);
  if (part.includes("-")) {
    const [first, last] = part.split("-", 2).map((one) => numberOf(one, field));
    return first === undefined || last === undefined || last < first ? undefined : range(first, last);
  }
  if (field === DAY && (part === LAST || part === LAST_WORKDAY)) return [part];
  const one = numberOf(part, field);
  return one === undefined ? undefined : [one];
}

function together(terms: readonly (Item[] | undefined)[]): Item[] | undefined {
  const items: Item[] = [];
  for (const term of terms) {
    if (term === undefined) return undefined;
    items.push(...term);
  }
  return [...new Set(items)];
}

function special(weekday: string, what: string, field: number): Item[] | undefined {
  const day = numberOf(weekday, field);
  return day === undefined ? undefined : [`${day % 7}${what}`];
}

function stepped(part: string, field: number): Item[] | undefined {
  const at = part.indexOf("/");
  const step = /^[0-9]+$/.test(part.slice(at + 1)) ? Number(part.slice(at + 1)) : 0;
  const items = itemsOf(part.slice(0, at), field);
  if (step === 0 || items === undefined) return undefined;
  if (typeof items[0] === "string") return items;
  const numbers = (items as number[]).toSorted((one, other) => one - other);
  const from = numbers.length === 1 ? range(numbers[0] as number, RANGES[field]?.at(-1) ?? 0) : numbers;
  return from.filter((_, place) => place % step === 0);
}

function numberOf(text: string, field: number): number | undefined {
  const named = NAMES[field]?.indexOf(text) ?? -1;
  if (named >= 0) return field === MONTH ? named + 1 : named;
  if (!/^[0-9]+$/.test(text)) return undefined;
  return RANGES[field]?.includes(Number(text)) ? Number(text) : undefined;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** Some day of such a month may be meant at all: there is no 31 February. */
function comes(cron: Cron): boolean {
  if (!cron.bothDays || cron.lastDay || cron.lastWorkday) return true;
  const most = Math.max(...[...cron.months].map((month) => LONGEST_MONTHS[month - 1] ?? 0));
  return Math.min(...cron.days) <= most;
}

function isDay(cron: Cron, day: Date): boolean {
  if (!cron.months.has(day.getUTCMonth() + 1)) return false;
  const [date, weekday] = [day.getUTCDate(), day.getUTCDay()];
  const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0));
  const lastDate = last.getUTCDate();
  const workday = lastDate - Math.max(0, ((last.getUTCDay() + 6) % 7) - 4);
  const byDate = cron.days.has(date) || (cron.lastDay && date === lastDate) || (cron.lastWorkday && date === workday);
  const byWeekday =
    cron.weekdays.has(weekday) ||
    (weekday === 0 && cron.weekdays.has(7)) ||
    cron.nth.some(
      (one) => one.weekday === weekday && (one.n === 0 ? date + 7 > lastDate : Math.ceil(date / 7) === one.n),
    );
  return cron.bothDays ? byDate && byWeekday : byDate || byWeekday;
}

/** So far ahead is looked: every date that ever comes comes within it. */
const DAYS_AHEAD = 366 * 41;

/** The next times after a moment, in milliseconds; fewer than asked for only where no more ever come. */
export function nextTimes(cron: Cron, zone: string, after: number, count: number): readonly number[] {
  const found: number[] = [];
  const today = Math.floor(wallOf(zone, after) / DAY_MS) * DAY_MS;
  for (let ahead = 0; ahead < DAYS_AHEAD && found.length < count; ahead += 1) {
    const day = today + ahead * DAY_MS;
    if (!isDay(cron, new Date(day))) continue;
    for (const time of cron.everyHour && zone !== "UTC" ? byTheWall(cron, zone, day) : byTheList(cron, zone, day)) {
      if (time > (found.at(-1) ?? after)) found.push(time);
      if (found.length === count) break;
    }
  }
  return found;
}

function* byTheList(cron: Cron, zone: string, day: number): Generator<number> {
  for (const hour of [...cron.hours].sort((one, other) => one - other)) {
    for (const minute of [...cron.minutes].sort((one, other) => one - other)) {
      yield whenWallSays(zone, day + (hour * 60 + minute) * MINUTE_MS);
    }
  }
}

function* byTheWall(cron: Cron, zone: string, day: number): Generator<number> {
  const end = whenWallSays(zone, day + DAY_MS);
  for (let time = whenWallSays(zone, day); time < end; time += MINUTE_MS) {
    const wall = new Date(wallOf(zone, time));
    if (cron.hours.has(wall.getUTCHours()) && cron.minutes.has(wall.getUTCMinutes())) yield time;
  }
}
