// Places in the designer, as what follows the #: every page, task and run has an address that can be sent to somebody.
//
//   #/                                            pipelines, by project
//   #/new                                         templates
//   #/p/PROJECT/PIPELINE[?task=&edge=&panel=]     the canvas
//   #/p/PROJECT/PIPELINE/versions|publish|runs|simulate
//   #/runs[?state=&q=]                            all runs
//   #/runs/RUN[?task=]                            one run, on the canvas
//   #/functions/NAME                              a function's source
//   #/projects/PROJECT                            variables, secrets, members, notifications

import { useSyncExternalStore } from "react";

export type PipelinePart = "draw" | "versions" | "publish" | "runs" | "simulate";

export type Place =
  | { page: "pipelines" }
  | { page: "new"; project: string | undefined }
  | { page: "pipeline"; project: string; pipeline: string; part: PipelinePart }
  | { page: "runs" }
  | { page: "run"; run: string }
  | { page: "functions"; name: string | undefined }
  | { page: "project"; project: string }
  | { page: "nowhere"; path: string };

export interface Route {
  place: Place;
  asked: Readonly<Record<string, string>>;
}

const PARTS: readonly PipelinePart[] = ["draw", "versions", "publish", "runs", "simulate"];

export function read(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  const parts = path.split("/").filter(Boolean).map(decoded);
  return { place: placeOf(parts, path), asked: Object.fromEntries(new URLSearchParams(query)) };
}

function placeOf(parts: readonly string[], path: string): Place {
  const [first, second, third, fourth] = parts;
  if (first === undefined) return { page: "pipelines" };
  if (first === "new") return { page: "new", project: second };
  if (first === "p" && second !== undefined && third !== undefined) {
    const part = PARTS.find((one) => one === (fourth ?? "draw"));
    if (part !== undefined) return { page: "pipeline", project: second, pipeline: third, part };
  }
  if (first === "runs") return second === undefined ? { page: "runs" } : { page: "run", run: second };
  if (first === "functions") return { page: "functions", name: second };
  if (first === "projects" && second !== undefined) return { page: "project", project: second };
  return { page: "nowhere", path };
}

export function written(place: Place, asked: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined && value !== "") query.set(name, value);
  const told = query.toString();
  return `#${pathOf(place)}${told ? `?${told}` : ""}`;
}

function pathOf(place: Place): string {
  switch (place.page) {
    case "pipelines":
      return "/";
    case "new":
      return place.project === undefined ? "/new" : `/new/${encodeURIComponent(place.project)}`;
    case "pipeline": {
      const root = `/p/${encodeURIComponent(place.project)}/${encodeURIComponent(place.pipeline)}`;
      return place.part === "draw" ? root : `${root}/${place.part}`;
    }
    case "runs":
      return "/runs";
    case "run":
      return `/runs/${encodeURIComponent(place.run)}`;
    case "functions":
      return place.name === undefined ? "/functions" : `/functions/${encodeURIComponent(place.name)}`;
    case "project":
      return `/projects/${encodeURIComponent(place.project)}`;
    case "nowhere":
      return place.path;
  }
}

export function go(place: Place, asked: Readonly<Record<string, string | undefined>> = {}): void {
  window.location.hash = written(place, asked);
}

/** The same place with other questions: no new step for the browser's way back. */
export function ask(asked: Readonly<Record<string, string | undefined>>): void {
  const now = read(window.location.hash);
  window.history.replaceState(null, "", written(now.place, { ...now.asked, ...asked }));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(listen, () => window.location.hash);
  return read(hash);
}

function listen(heard: () => void): () => void {
  window.addEventListener("hashchange", heard);
  return () => window.removeEventListener("hashchange", heard);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
