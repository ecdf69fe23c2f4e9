/** A text, or whatever it is, as a file that the browser keeps. */
export function saveAs(name: string, what: string | Blob): void {
  const kept = typeof what === "string" ? new Blob([what], { type: "text/plain;charset=utf-8" }) : what;
  const url = URL.createObjectURL(kept);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
