// Who is signed in, where, and what he may do. Asked once, and again when the server no longer knows him.

import { create } from "zustand";
import { get, whenUnknown } from "./client.ts";
import { keep, renew, type SignIn, takeCode, takeFromAddress } from "./session.ts";

interface Verified {
  name: string;
  roles: Readonly<Record<string, string>>;
  /** By project of his, what is allowed there; `*` is every other one. */
  operations?: Readonly<Record<string, readonly string[]>>;
}

type Standing = "asking" | "in" | "out" | "offline";

interface Who {
  standing: Standing;
  where: SignIn | undefined;
  who: Verified | undefined;
  refused: boolean;
}

export const useWho = create<Who>(() => ({ standing: "asking", where: undefined, who: undefined, refused: false }));

let renewing = false;

export async function begin(): Promise<void> {
  takeFromAddress();
  const where = await get<SignIn>("/auth/config");
  if (!where.ok) {
    useWho.setState({ standing: "offline" });
    return;
  }
  useWho.setState({ where: where.value });
  if (where.value.domain) await takeCode(where.value);
  whenUnknown(() => void strange());
  await verify();
}

export async function enter(token: string): Promise<void> {
  keep(token);
  await verify();
  useWho.setState((now) => ({ refused: now.standing === "out" }));
}

/** May it be done in that project, as far as the server has said. Where it has said nothing the server decides. */
export function may(who: Verified | undefined, operation: string, project = "*"): boolean {
  const told = who?.operations;
  if (told === undefined) return true;
  // A project that is not named is like all others: `*`.
  return (told[project] ?? told["*"] ?? []).includes(operation);
}

async function verify(): Promise<void> {
  const told = await get<Verified>("/auth/verify");
  if (told.ok) useWho.setState({ standing: "in", who: told.value });
  else if (told.problem.status === 0) useWho.setState({ standing: "offline" });
  else useWho.setState({ standing: "out", who: undefined });
}

/** A token has expired: another one is fetched where that can be, and nothing that is on the page is lost. */
async function strange(): Promise<void> {
  if (renewing) return;
  renewing = true;
  try {
    const where = useWho.getState().where;
    if (where?.domain && (await renew(where))) return;
    useWho.setState({ standing: "out" });
  } finally {
    renewing = false;
  }
}
