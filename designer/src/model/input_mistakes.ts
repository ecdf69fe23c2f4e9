/** What is wrong with an input that was refused, by the field that it is about: as a form shows it. What is about none is of the whole. */

export interface Misfit {
  readonly what: string;
  readonly where?: string;
}

const AT = /^(.*) at ([\w.[\]-]+)$/s;
const MISSING = /^"([^"]+)" is a required property$/;

/** By the path's parts, joined by dots; the empty path is the whole. */
export function mistakesByField(found: readonly Misfit[]): ReadonlyMap<string, string> {
  const told = new Map<string, string>();
  for (const { what } of found) {
    const at = AT.exec(what);
    const [said, place] = at === null ? [what, ""] : [at[1] ?? what, dotted(at[2] ?? "")];
    const missing = MISSING.exec(said)?.[1];
    const path = missing === undefined ? place : place === "" ? missing : `${place}.${missing}`;
    told.set(path, told.has(path) ? `${told.get(path)}; ${said}` : said);
  }
  return told;
}

/** `items[0].name` is `items.0.name`. */
function dotted(path: string): string {
  return path.replace(/\[(\d+)\]/g, ".$1").replace(/^\./, "");
}
