// What the server says no with (RFC 9457), as a value: nothing here throws what a page forgets to catch.

export interface Mistake {
  code: string;
  what: string;
  where?: string;
  advice?: string;
}

export interface Problem {
  status: number;
  code: string;
  detail: string;
  where?: string;
  advice?: string;
  problems?: readonly Mistake[];
  /** Of a conflict: the version that is there now, and what it is. */
  etag?: string | undefined;
  current?: unknown;
}

export type Answer<T> =
  | { ok: true; value: T; etag: string | undefined; status: number }
  | { ok: false; problem: Problem };

/** The server did not answer at all. */
export const OFFLINE = "offline";

export const offline: Problem = {
  status: 0,
  code: OFFLINE,
  detail: "The server does not answer.",
  advice: "What you do is kept here and sent when it is back.",
};

export function problemOf(status: number, body: unknown, etag: string | undefined): Problem {
  const told = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string): string | undefined => (typeof told[name] === "string" ? told[name] : undefined);
  return {
    status,
    code: text("code") ?? "unforeseen",
    detail: text("detail") ?? `The server answered ${status}.`,
    ...(text("where") === undefined ? {} : { where: text("where") as string }),
    ...(text("advice") === undefined ? {} : { advice: text("advice") as string }),
    ...(told.current === undefined ? {} : { current: told.current }),
    ...(Array.isArray(told.problems) ? { problems: told.problems as readonly Mistake[] } : {}),
    etag,
  };
}
