/**
 * What an expression reads of its scope. Only what is evaluated against the whole scope counts: in
 * `tasks.a.output.items[?size > 1]`, `tasks.a.output.items` is read and `size` is not. Told the same as by the server.
 */

import type { Node, Span } from "./jmespath.ts";

export interface Step extends Span {
  readonly name: string | number;
}

export interface Reference {
  /** From the scope on, as far as it is plain: `tasks`, `a`, `output`. Empty when the whole scope is read. */
  readonly path: readonly Step[];
  /** Something stands in for it when it is missing. */
  readonly hasDefault: boolean;
}

export function references(node: Node): readonly Reference[] {
  return [...reads(node, false)];
}

export function rootOf(reference: Reference): string {
  const first = reference.path[0]?.name;
  return typeof first === "string" ? first : "@";
}

/** The task it reads, where it says which. */
export function readTask(reference: Reference): Step | undefined {
  const [root, task] = reference.path;
  return root?.name === "tasks" && typeof task?.name === "string" ? task : undefined;
}

function* reads(node: Node, hasDefault: boolean): Generator<Reference> {
  switch (node.type) {
    case "literal":
    case "reference":
      return;
    case "or":
      yield* reads(node.left, true);
      yield* reads(node.right, hasDefault);
      return;
    case "and":
    case "compare":
      yield* reads(node.left, hasDefault);
      yield* reads(node.right, hasDefault);
      return;
    case "call": {
      const standsIn = node.name === "not_null";
      for (const [at, arg] of node.args.entries()) {
        yield* reads(arg, standsIn && (hasDefault || at < node.args.length - 1));
      }
      return;
    }
    case "list":
      for (const item of node.items) yield* reads(item, false);
      return;
    case "map":
      for (const [, member] of node.members) yield* reads(member, false);
      return;
    case "not":
      yield* reads(node.child, false);
      return;
    default: {
      const begins = beginning(node);
      if ("path" in begins) yield { path: begins.path, hasDefault };
      else yield* reads(begins, hasDefault);
    }
  }
}

interface Beginning {
  readonly path: readonly Step[];
  /** The node is this way and nothing else, so what follows continues it. */
  readonly whole: boolean;
}

/** The names and indexes a node starts with; or the node it starts with, when that is none. */
function beginning(node: Node): Beginning | Node {
  switch (node.type) {
    case "field":
      return { path: [{ name: node.name, from: node.from, to: node.to }], whole: true };
    case "index":
      return { path: [{ name: node.index, from: -1, to: -1 }], whole: true };
    case "current":
    case "identity":
      return { path: [], whole: true };
    case "sub": {
      const left = beginning(node.left);
      if (!("path" in left) || !left.whole) return left;
      const right = beginning(node.right);
      return "path" in right ? { path: [...left.path, ...right.path], whole: right.whole } : { ...left, whole: false };
    }
    case "projection":
    case "values":
    case "filter":
    case "pipe":
      return partly(beginning(node.left));
    case "flatten":
      return partly(beginning(node.child));
    default:
      return node;
  }
}

function partly(begins: Beginning | Node): Beginning | Node {
  return "path" in begins ? { path: begins.path, whole: false } : begins;
}
