// A command that calls a webhook, signed as it wants it. The secret stands in it as a variable of the shell, never as itself.

export type Style = "plain" | "github" | "stripe" | "none";

export function curlFor(style: Style, url: string, secret: string): string {
  const name = secret === "" ? "SECRET" : secret.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_");
  const hmac = (text: string) =>
    `$(printf '%s' "${text}" | openssl dgst -sha256 -hmac "$${name}" -hex | sed 's/^.* //')`;
  const call = (...headers: readonly string[]) =>
    [`curl -X POST '${url}'`, "-H 'content-type: application/json'", ...headers, `-d "$BODY"`].join(" \\\n  ");
  const body = `BODY='{"hello": "world"}'`;
  switch (style) {
    case "none":
      return [body, call()].join("\n");
    case "github":
      return [body, `SIGNATURE=${hmac("$BODY")}`, call(`-H "x-hub-signature-256: sha256=$SIGNATURE"`)].join("\n");
    case "stripe":
      return [
        body,
        "TIME=$(date +%s)",
        `SIGNATURE=${hmac("$TIME.$BODY")}`,
        call(`-H "stripe-signature: t=$TIME,v1=$SIGNATURE"`),
      ].join("\n");
    case "plain":
      return [
        body,
        "TIME=$(date +%s) ID=$(date +%s%N)",
        `SIGNATURE=${hmac("$TIME.$ID.$BODY")}`,
        call(`-H "x-timestamp: $TIME" -H "x-delivery-id: $ID"`, `-H "x-signature: sha256=$SIGNATURE"`),
      ].join("\n");
  }
}
