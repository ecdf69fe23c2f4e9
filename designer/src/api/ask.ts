// Asking by an operation's name: what it takes and what it answers is checked against the server's own document.
//
//   const told = await ask("showRun", { in: { run }, query: { definition: true } });
//   if (told.ok) told.value.state

import { type Asked, call } from "./client.ts";
import { type Operations, PLACES } from "./generated/schema.ts";
import type { Answer } from "./problem.ts";

type Name = keyof Operations;
type Taken<T, K extends string> =
  T extends Record<string, never>
    ? { [key in K]?: undefined }
    : Record<string, never> extends T
      ? { [key in K]?: T }
      : { [key in K]: T };
type Body<T> = undefined extends T ? { body?: T } : { body: T };

export type Given<N extends Name> = Taken<Operations[N]["in"], "in"> &
  Partial<Taken<Operations[N]["query"], "query">> &
  Body<Operations[N]["body"]> &
  Pick<Asked, "ifMatch" | "ifNoneMatch" | "key" | "signal">;

export type Told<N extends Name> = Operations[N]["answer"];

export function ask<N extends Name>(name: N, given: Given<N>): Promise<Answer<Told<N>>> {
  const [method, path] = PLACES[name];
  const { in: parts, query, body, ifMatch, ifNoneMatch, key, signal } = given as Loose;
  const place = path.replace(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(String(parts?.[part] ?? "")));
  // A POST with nothing to say says an empty object: its route reads one.
  const sent = body ?? (method === "POST" ? {} : undefined);
  return call<Told<N>>(method, place, { query, body: sent, ifMatch, ifNoneMatch, key, signal });
}

interface Loose extends Asked {
  in?: Readonly<Record<string, unknown>>;
}
