// A file into a bucket: the server says where to, and the browser sends it there; then the run that it starts is looked for.

import { ask } from "../api/ask.ts";
import { type Answer, offline, type Problem } from "../api/problem.ts";
import { runs } from "../text/runs.ts";

interface Place {
  project: string;
  pipeline: string;
}

const LOOK_MS = 700;
const MOST_LOOKS = 40;
const RECENT = 50;

export async function upload(
  bucket: string,
  key: string,
  file: File,
  progress: (share: number) => void,
): Promise<Answer<undefined>> {
  const content_type = file.type || "application/octet-stream";
  const told = await ask("uploadObject", { in: { bucket }, body: { key, content_type, size: file.size } });
  if (!told.ok) return told;
  const { url, method, headers } = told.value;
  return send(url, method, headers, file, progress);
}

/** By XMLHttpRequest: `fetch` tells nothing of how much has been sent. */
function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  file: File,
  progress: (share: number) => void,
): Promise<Answer<undefined>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progress(total === 0 ? 1 : loaded / total);
    request.onload = () => {
      const { status } = request;
      if (status >= 200 && status < 300) resolve({ ok: true, value: undefined, etag: undefined, status });
      else resolve({ ok: false, problem: refused(status) });
    };
    request.onerror = () => resolve({ ok: false, problem: { ...offline, detail: runs.start.away, advice: "" } });
    request.send(file);
  });
}

function refused(status: number): Problem {
  return { status, code: "not-stored", detail: runs.start.stored(status) };
}

/** The runs of a pipeline that there are already: what is started next is none of them. */
export async function runsNow(place: Place): Promise<ReadonlySet<string>> {
  const told = await ask("listRuns", { query: { pipeline: `${place.project}/${place.pipeline}`, most: RECENT } });
  return new Set(told.ok ? told.value.runs.map((one) => one.run) : []);
}

/** The first run that was not there before; absent where none starts for a while. */
export async function newRun(
  place: Place,
  before: ReadonlySet<string>,
  gone: AbortSignal,
): Promise<string | undefined> {
  for (let look = 0; look < MOST_LOOKS && !gone.aborted; look += 1) {
    const now = await runsNow(place);
    const found = [...now].find((run) => !before.has(run));
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return undefined;
}
