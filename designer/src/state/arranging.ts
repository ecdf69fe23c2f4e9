/**
 * Working out a layout away from the main thread. The engine comes when it is first needed; where a browser has no workers, or
 * will not start one, the work is done here. A new question makes an older one pointless: it is answered with nothing.
 */

import type { Direction } from "../model/arrange.ts";
import type { Layout } from "../model/layout.ts";
import type { LayoutAnswer, LayoutQuestion } from "../model/layout.worker.ts";
import type { Pipeline } from "../model/pipeline.ts";

/** What is used of a `Worker`. */
export interface Engine {
  postMessage(question: LayoutQuestion): void;
  onmessage: ((event: { data: LayoutAnswer }) => void) | null;
  onerror: ((event: unknown) => void) | null;
}

export interface Arranging {
  arrange(pipeline: Pipeline, direction?: Direction): Promise<Layout | undefined>;
}

export function createArranging(start: () => Engine = startWorker): Arranging {
  let engine: Engine | undefined;
  let asked = 0;
  let waiting: { id: number; resolve: (layout: Layout | undefined) => void; here: () => Promise<Layout> } | undefined;

  const begin = (): Engine => {
    const made = start();
    made.onmessage = ({ data }) => {
      if (waiting?.id !== data.id) return;
      waiting.resolve(data.layout);
      waiting = undefined;
    };
    made.onerror = () => {
      engine = undefined;
      const left = waiting;
      waiting = undefined;
      left?.here().then(left.resolve, () => left.resolve(undefined));
    };
    return made;
  };

  return {
    arrange: (pipeline, direction = "right") => {
      waiting?.resolve(undefined);
      waiting = undefined;
      const { project, pipeline: name, tasks, edges } = pipeline;
      asked += 1;
      const question: LayoutQuestion = {
        id: asked,
        pipeline: { project, pipeline: name, tasks, ...(edges && { edges }) },
        direction,
      };
      const here = async () => (await import("../model/arrange.ts")).arrange(pipeline, direction);
      return new Promise((resolve) => {
        waiting = { id: question.id, resolve, here };
        try {
          engine ??= begin();
          engine.postMessage(question);
        } catch {
          waiting = undefined;
          here().then(resolve, () => resolve(undefined));
        }
      });
    },
  };
}

function startWorker(): Engine {
  return new Worker(new URL("../model/layout.worker.ts", import.meta.url), { type: "module" }) as unknown as Engine;
}
