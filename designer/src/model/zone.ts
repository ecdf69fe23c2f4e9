/** Clocks on walls: what they show at a moment, and when they show it. A wall's time is told as if it were UTC. */

const formats = new Map<string, Intl.DateTimeFormat>();
const HOUR_MS = 3_600_000;
const offsets = new Map<string, number>();
const REMEMBERED = 20_000;

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, format);
  return format;
}

/** How far the wall is ahead. Clocks change on quarters of an hour, so one answer does for each. */
function offsetOf(zone: string, moment: number): number {
  const quarter = Math.floor(moment / (HOUR_MS / 4)) * (HOUR_MS / 4);
  const key = `${zone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(quarter)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter;
  if (offsets.size >= REMEMBERED) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

export function wallOf(zone: string, moment: number): number {
  return zone === "UTC" ? moment : moment + offsetOf(zone, moment);
}

/** The first moment at which the wall shows this time; where it never does, the moment after the gap. */
export function whenWallSays(zone: string, wall: number): number {
  if (zone === "UTC") return wall;
  for (let shown = wall; shown < wall + 25 * HOUR_MS; shown += 60_000) {
    const moments = [-24, 24].map((hours) => shown - offsetOf(zone, shown + hours * HOUR_MS));
    const real = moments.filter((moment) => wallOf(zone, moment) === shown);
    if (real.length > 0) return Math.min(...real);
  }
  return wall;
}
