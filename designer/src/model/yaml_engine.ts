/** What `yaml.ts` brings when it is needed. */

import { blockPair, compose } from "./render.ts";
import { read } from "./source.ts";
import { write } from "./writing.ts";

export const engine = { read, write, compose, blockPair } as const;
export type Engine = typeof engine;
