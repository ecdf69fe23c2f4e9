// Times and lengths as people say them, in the reader's own language and zone.

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

let telling: Intl.RelativeTimeFormat | undefined;
let dating: Intl.DateTimeFormat | undefined;

export function ago(at: string, now: number = Date.now()): string {
  telling ??= new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
  const seconds = Math.round((Date.parse(at) - now) / 1_000);
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size || unit === "second") return telling.format(Math.trunc(seconds / size), unit);
  }
  return at;
}

export function moment(at: string): string {
  dating ??= new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return dating.format(new Date(at));
}

export function length(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
