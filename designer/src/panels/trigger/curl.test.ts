import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { curlFor, type Style } from "./curl.ts";

const URL = "http://127.0.0.1:1/api/hooks/a/b/c";

/** The command, with a curl that prints what it was given. */
function called(style: Style): string[] {
  const script = `curl() { printf '%s\\n' "$@"; }\n${curlFor(style, URL, "hook-key")}`;
  return execFileSync("bash", ["-c", script], { env: { ...process.env, HOOK_KEY: "s3cret" }, encoding: "utf8" }).split(
    "\n",
  );
}

const signed = (text: string) => createHmac("sha256", "s3cret").update(text).digest("hex");

it("signs as GitHub does", () => {
  const told = called("github");
  const body = told[told.indexOf("-d") + 1] ?? "";
  expect(told).toContain(`x-hub-signature-256: sha256=${signed(body)}`);
  expect(told).toContain(URL);
});

it("signs the time, the id and the body", () => {
  const told = called("plain");
  const value = (name: string) => told.find((one) => one.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
  const body = told[told.indexOf("-d") + 1] ?? "";
  expect(value("x-signature")).toBe(`sha256=${signed(`${value("x-timestamp")}.${value("x-delivery-id")}.${body}`)}`);
});

it("signs as Stripe does", () => {
  const told = called("stripe");
  const body = told[told.indexOf("-d") + 1] ?? "";
  const [, time = "", signature] =
    /t=(\d+),v1=(\w+)/.exec(told.find((one) => one.startsWith("stripe-signature")) ?? "") ?? [];
  expect(signature).toBe(signed(`${time}.${body}`));
});

it("never holds the secret itself", () => {
  expect(curlFor("plain", URL, "hook-key")).toContain("$HOOK_KEY");
});
