// The session: whose token is sent. Locally `murmur up` opens the page with #token=..., which is taken out of the address at once
// and kept for this tab. On AWS people sign in with Cognito: a code and its proof (PKCE), exchanged for tokens.

const KEPT = "murmuration.token";
const PROOF = "murmuration.proof";
const RENEWAL = "murmuration.renewal";

/** Where people sign in, as /auth/config tells it. Locally there is only the target. */
export interface SignIn {
  target: string;
  version: string;
  /** The hosted page's, with https. */
  domain?: string | null;
  client?: string | null;
  redirect?: string | null;
  scopes?: readonly string[] | null;
}

export function token(): string | undefined {
  return sessionStorage.getItem(KEPT) ?? undefined;
}

export function keep(given: string | undefined): void {
  if (given === undefined) sessionStorage.removeItem(KEPT);
  else sessionStorage.setItem(KEPT, given);
}

/** Takes a token out of the address, where there is one. The place that it stood for stays. */
export function takeFromAddress(): boolean {
  const found = /[#&]token=([^&]+)/.exec(window.location.hash);
  if (found?.[1] === undefined) return false;
  keep(decodeURIComponent(found[1]));
  const rest = window.location.hash.replace(/[#&]?token=[^&]+/, "");
  window.history.replaceState(
    null,
    "",
    `${window.location.pathname}${window.location.search}${rest === "#" ? "" : rest}`,
  );
  return true;
}

export async function signIn(where: SignIn): Promise<void> {
  const proof = random(64);
  const state = random(24);
  sessionStorage.setItem(PROOF, JSON.stringify({ proof, state, hash: window.location.hash }));
  const asked = new URLSearchParams({
    response_type: "code",
    client_id: where.client ?? "",
    redirect_uri: where.redirect ?? "",
    scope: (where.scopes ?? ["openid", "email", "profile"]).join(" "),
    state,
    code_challenge: await challenge(proof),
    code_challenge_method: "S256",
  });
  window.location.assign(`${where.domain}/oauth2/authorize?${asked}`);
}

/** Back from the hosted page: the code becomes a token. False where this is no such return. */
export async function takeCode(where: SignIn): Promise<boolean> {
  const asked = new URLSearchParams(window.location.search);
  const code = asked.get("code");
  const kept = sessionStorage.getItem(PROOF);
  if (code === null || kept === null) return false;
  const { proof, state, hash } = JSON.parse(kept) as { proof: string; state: string; hash: string };
  sessionStorage.removeItem(PROOF);
  window.history.replaceState(null, "", `${window.location.pathname}${hash}`);
  if (asked.get("state") !== state) return false;
  return exchange(where, {
    grant_type: "authorization_code",
    code,
    code_verifier: proof,
    redirect_uri: where.redirect ?? "",
  });
}

export async function renew(where: SignIn): Promise<boolean> {
  const renewal = sessionStorage.getItem(RENEWAL);
  return renewal === null ? false : exchange(where, { grant_type: "refresh_token", refresh_token: renewal });
}

async function exchange(where: SignIn, asked: Record<string, string>): Promise<boolean> {
  try {
    const told = await fetch(`${where.domain}/oauth2/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ client_id: where.client ?? "", ...asked }),
    });
    if (!told.ok) return false;
    const got = (await told.json()) as { id_token?: string; access_token?: string; refresh_token?: string };
    keep(got.id_token ?? got.access_token);
    if (got.refresh_token !== undefined) sessionStorage.setItem(RENEWAL, got.refresh_token);
    return true;
  } catch {
    return false;
  }
}

function random(bytes: number): string {
  return encoded(crypto.getRandomValues(new Uint8Array(bytes)));
}

async function challenge(proof: string): Promise<string> {
  return encoded(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(proof))));
}

function encoded(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
