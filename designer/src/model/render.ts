/**
 * A value as YAML, in the style of the examples: what fits on a line stands on one, in braces; what is longer is a block;
 * a text that holds an expression stands in double quotes.
 */

import { Document, isCollection, type Node, Scalar } from "yaml";
import { type Json, ordered, type Path, PIPELINE_FIELDS, type Pipeline } from "./pipeline.ts";

export const LINE = 100;
const STYLE = { lineWidth: 0, flowCollectionPadding: false } as const;

export type Quote = "QUOTE_DOUBLE" | "QUOTE_SINGLE" | undefined;

/** On one line, fit to stand among the members of a flow collection. */
export function inline(value: Json, quote?: Quote): string {
  const yaml = new Document();
  const node = nodeFor(yaml, value, () => true, quote);
  const list = yaml.createNode([]) as unknown as { items: Node[]; flow: boolean };
  list.items.push(node);
  list.flow = true;
  yaml.contents = list as never;
  return yaml.toString(STYLE).trimEnd().slice(1, -1);
}

/** `key: value`, fit to stand among the members of a flow collection. */
export function inlinePair(key: string, value: Json): string {
  return inline({ [key]: value }).slice(1, -1);
}

/** `key: value` as a member of a block mapping whose keys begin at `column`. `open` forces a block for the value itself. */
export function blockPair(key: string, value: Json, column: number, open: boolean, quote?: Quote): string {
  return indented(
    block({ [key]: value }, (path) => path.length === 0 || (open && path.length === 1), column, quote),
    column,
  );
}

/** An item of a block list, without its dash, whose first character stands at `column`. */
export function blockItem(value: Json, column: number, open: boolean): string {
  return indented(
    block(value, (path) => open && path.length === 0, column),
    column,
  );
}

function block(value: Json, opened: (path: Path) => boolean, column: number, quote?: Quote): string {
  const yaml = new Document();
  yaml.contents = nodeFor(
    yaml,
    value,
    (part, path) => !opened(path) && fits(part, column + 2 * path.length + String(path.at(-1) ?? "").length),
    quote,
  ) as never;
  return yaml.toString(STYLE).trimEnd();
}

function indented(text: string, column: number): string {
  return text.replaceAll(/\n(?=[^\n])/g, `\n${" ".repeat(column)}`);
}

function fits(value: Json, before: number): boolean {
  return !hasLines(value) && before + inline(value).length <= LINE;
}

function hasLines(value: Json): boolean {
  if (typeof value === "string") return value.includes("\n");
  return value !== null && typeof value === "object" && Object.values(value).some(hasLines);
}

type IsFlow = (value: Json, path: Path) => boolean;

function nodeFor(yaml: Document, value: Json, isFlow: IsFlow, quote?: Quote): Node {
  const node = yaml.createNode(value, { aliasDuplicateObjects: false }) as Node;
  style(node, value, isFlow, [], quote);
  return node;
}

function style(node: unknown, value: Json, isFlow: IsFlow, path: Path, quote?: Quote): void {
  if (node instanceof Scalar) {
    if (typeof value !== "string") return;
    if (quote !== undefined && !value.includes("\n")) node.type = quote;
    else if (value.includes("${") && !value.includes("\n")) node.type = "QUOTE_DOUBLE";
  } else if (isCollection(node)) {
    node.flow = empty(value) || isFlow(value, path);
    const inside: IsFlow = node.flow ? () => true : isFlow;
    for (const [at, item] of (node.items as unknown[]).entries()) {
      const pair = item as { key?: Scalar; value?: unknown };
      const step = Array.isArray(value) ? at : String(pair.key?.value);
      const child = Array.isArray(value) ? item : pair.value;
      style(
        child,
        (value as Record<string | number, Json>)[step] as Json,
        inside,
        [...path, step],
        path.length === 0 ? quote : undefined,
      );
    }
  }
}

function empty(value: Json): boolean {
  return value !== null && typeof value === "object" && Object.keys(value).length === 0;
}

/** What stands open in a document of ours, however short it is: people add to it. */
export function standsOpen(path: Path): boolean {
  return path.length === 1 && ["tasks", "edges", "triggers", "functions"].includes(String(path[0]));
}

/** A whole document, as we would write it. */
export function compose(pipeline: Pipeline): string {
  const members = ordered(pipeline as unknown as Record<string, Json>, PIPELINE_FIELDS);
  const lines = members.map(([key, value]) => blockPair(key, value, 0, standsOpen([key]) && !empty(value)));
  return `${lines.join("\n")}\n`;
}
