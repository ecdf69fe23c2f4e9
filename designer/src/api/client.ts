// The one way to the server. Every answer is a value: what it is, or the problem. A token that has expired is told once, to
// whoever shows the sign-in.

import { type Answer, offline, problemOf } from "./problem.ts";
import { token } from "./session.ts";

export interface Asked {
  body?: unknown;
  query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** The version it was made against. */
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  /** Asking twice with the same is asking once. */
  key?: string | undefined;
  signal?: AbortSignal | undefined;
  headers?: Readonly<Record<string, string>>;
}

const ROOT = new URL("./api", document.baseURI).href;
let strangers: () => void = () => {};

/** Told when the server no longer knows who we are. */
export function whenUnknown(heard: () => void): void {
  strangers = heard;
}

export async function call<T>(method: string, path: string, asked: Asked = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: "application/json", ...asked.headers };
  const mine = token();
  if (mine !== undefined) headers.authorization = `Bearer ${mine}`;
  if (asked.body !== undefined) headers["content-type"] = "application/json";
  if (asked.ifMatch !== undefined) headers["if-match"] = asked.ifMatch;
  if (asked.ifNoneMatch !== undefined) headers["if-none-match"] = asked.ifNoneMatch;
  if (asked.key !== undefined) headers["idempotency-key"] = asked.key;
  let told: Response;
  let body: unknown;
  try {
    told = await fetch(address(path, asked.query), {
      method,
      headers,
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
      ...(asked.signal === undefined ? {} : { signal: asked.signal }),
      cache: "no-store",
    });
    // A line may break, and somebody may have gone, in the middle of an answer, too.
    body = await read(told);
  } catch {
    return { ok: false, problem: offline };
  }
  const etag = told.headers.get("etag") ?? undefined;
  if (told.ok) return { ok: true, value: body as T, etag, status: told.status };
  if (told.status === 401) strangers();
  return { ok: false, problem: problemOf(told.status, body, etag) };
}

export const get = <T>(path: string, asked?: Asked): Promise<Answer<T>> => call<T>("GET", path, asked);
export const post = <T>(path: string, body: unknown = {}, asked: Asked = {}): Promise<Answer<T>> =>
  call<T>("POST", path, { ...asked, body });
export const put = <T>(path: string, body: unknown, asked: Asked = {}): Promise<Answer<T>> =>
  call<T>("PUT", path, { ...asked, body });
export const remove = <T>(path: string, asked?: Asked): Promise<Answer<T>> => call<T>("DELETE", path, asked);

/** What lies at a path, whatever it is: to be kept as a file. */
export async function fetchFile(path: string): Promise<Answer<Blob>> {
  const mine = token();
  try {
    const told = await fetch(address(path), mine === undefined ? {} : { headers: { authorization: `Bearer ${mine}` } });
    if (told.ok) return { ok: true, value: await told.blob(), etag: undefined, status: told.status };
    if (told.status === 401) strangers();
    return { ok: false, problem: problemOf(told.status, await read(told), undefined) };
  } catch {
    return { ok: false, problem: offline };
  }
}

export function address(path: string, query: Asked["query"] = {}): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  const told = asked.toString();
  return `${ROOT}${path}${told ? `?${told}` : ""}`;
}

/** A path made of parts, each spelled so that nothing in it leads elsewhere. */
export function path(parts: TemplateStringsArray, ...names: readonly string[]): string {
  return parts.reduce(
    (told, part, at) => told + part + (at < names.length ? encodeURIComponent(names[at] ?? "") : ""),
    "",
  );
}

async function read(told: Response): Promise<unknown> {
  const text = await told.text();
  if (text === "") return undefined;
  if (!(told.headers.get("content-type") ?? "").includes("json")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
