/**
 * What to replace in a text so that it says something else. Walks the document's tree and both values together and goes as
 * deep as they agree; mappings are compared by key (a key that changed in its place was renamed), lists by item.
 */

import { isCollection, isMap, isScalar, isSeq } from "yaml";
import { dashOf, deepEnd, firstOf, type Member, membersOf, Unforeseen, valueSpan } from "./members.ts";
import { type Json, type Path, same } from "./pipeline.ts";
import { blockItem, blockPair, inline, inlinePair, type Quote, standsOpen } from "./render.ts";
import type { Reading } from "./source.ts";
import { changes, type Step } from "./steps.ts";

export { Unforeseen } from "./members.ts";

export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export function applied(text: string, splices: readonly Splice[]): string {
  const sorted = splices
    .map((splice, at) => ({ ...splice, at }))
    .sort((one, other) => one.from - other.from || one.to - other.to || one.at - other.at);
  let done = "";
  let last = 0;
  for (const { from, to, text: put } of sorted) {
    if (from < last) throw new Unforeseen("two changes meet");
    done += text.slice(last, from) + put;
    last = to;
  }
  return done + text.slice(last);
}

export function splicesFor(reading: Reading, after: Json): readonly Splice[] {
  const writer = new Writer(reading.text);
  writer.collection(reading.yaml.contents, reading.pipeline as unknown as Json, after, []);
  return writer.splices;
}

class Writer {
  readonly splices: Splice[] = [];
  private readonly crlf: boolean;

  constructor(private readonly text: string) {
    this.crlf = text.includes("\r\n");
  }

  collection(node: unknown, before: Json, after: Json, path: Path): void {
    if (!isCollection(node)) throw new Unforeseen("an alias stands here");
    const members = membersOf(node);
    const steps = changes(before, after);
    const kept = steps.filter((step) => step.at !== undefined && !step.removed);
    if (kept.length === 0 || members.length !== countOf(before)) throw new Unforeseen("nothing of it stays");
    for (const step of kept) {
      const member = at(members, step.at);
      const isWhole = this.member(node, member, step, [...path, step.key ?? (step.at as number)]);
      if (!isWhole && step.key !== undefined && step.key !== step.wasKey) this.rename(member, step.key);
    }
    if (node.flow === true) this.flow(members, steps);
    else this.block(node, members, steps, path);
  }

  private rename(member: Member, key: string): void {
    if (!isScalar(member.key) || !member.key.range) throw new Unforeseen("the key is no plain one");
    this.put(member.key.range[0], member.key.range[1], inlinePair(key, 0).slice(0, -3));
  }

  /** Says whether the member was written with its key. */
  private member(parent: unknown, member: Member, step: Step, path: Path): boolean {
    if (same(step.before, step.value)) return false;
    const { value } = member;
    const deeper = isCollection(value) && value.items.length > 0 && sameKind(step.before, step.value);
    if (deeper && somethingStays(step.before as Json, step.value as Json)) {
      this.collection(value, step.before as Json, step.value as Json, path);
      return false;
    }
    const quote: Quote =
      isScalar(value) && (value.type === "QUOTE_DOUBLE" || value.type === "QUOTE_SINGLE") ? value.type : undefined;
    const [from, to] = [firstOf(member), deepEnd(member, this.text)];
    const flow = isCollection(parent) && parent.flow === true;
    const { key } = step;
    if (flow) {
      if (!valueSpan(member)) throw new Unforeseen("there is no value to replace");
      this.put(valueSpan(member)?.[0] ?? from, valueSpan(member)?.[1] ?? to, inline(step.value as Json, quote));
      return false;
    }
    const column = this.column(from);
    const open = standsOpen(path) || (isCollection(value) && value.flow !== true && !isEmpty(step.value));
    const whole =
      key === undefined
        ? blockItem(step.value as Json, column, open)
        : blockPair(key, step.value as Json, column, open && !isEmpty(step.value), quote);
    const place = valueSpan(member);
    const onOneLine =
      !whole.includes("\n") &&
      place !== undefined &&
      place[1] > place[0] &&
      !this.text.slice(place[0], place[1]).includes("\n");
    const isValueAlone = onOneLine && key !== undefined;
    if (isValueAlone) this.put(place[0], place[1], whole.slice(inlinePair(key, 0).length - 1));
    else this.putWhole(from, to, whole, key !== undefined);
    return !isValueAlone;
  }

  /** A remark behind one line would become a part of the first of many: it goes above them. */
  private putWhole(from: number, to: number, whole: string, isPair: boolean): void {
    const end = this.lineEnd(to);
    const remark = this.text.slice(to, end).trim();
    if (!isPair || !remark.startsWith("#") || !whole.includes("\n")) this.put(from, to, whole);
    else this.put(from, end, `${remark}\n${" ".repeat(this.column(from))}${whole}`);
  }

  private flow(members: readonly Member[], steps: readonly Step[]): void {
    const kept = new Set(
      steps.filter((step) => step.at !== undefined && !step.removed).map((step) => step.at as number),
    );
    for (let first = 0; first < members.length; first += 1) {
      if (kept.has(first)) continue;
      let next = first;
      while (next < members.length && !kept.has(next)) next += 1;
      if (next < members.length) this.put(firstOf(at(members, first)), firstOf(at(members, next)), "");
      else this.put(flowEnd(at(members, first - 1)), flowEnd(at(members, members.length - 1)), "");
      first = next;
    }
    this.insertions(
      steps,
      (step) => (step.key === undefined ? inline(step.value as Json) : inlinePair(step.key, step.value as Json)),
      {
        before: (next, texts) =>
          this.put(firstOf(at(members, next)), firstOf(at(members, next)), `${texts.join(", ")}, `),
        behind: (last, texts) =>
          this.put(flowEnd(at(members, last)), flowEnd(at(members, last)), texts.map((one) => `, ${one}`).join("")),
      },
    );
  }

  private block(node: unknown, members: readonly Member[], steps: readonly Step[], path: Path): void {
    const begins = (member: Member) => (isSeq(node) ? dashOf(member, this.text) : firstOf(member));
    const column = this.column(begins(at(members, 0)));
    for (const step of steps) if (step.removed) this.removeLines(members, step.at as number, begins);
    const open = members.every((member) => !isCollection(member.value) || member.value.flow !== true);
    const render = (step: Step) =>
      step.key === undefined
        ? `- ${blockItem(step.value as Json, column + 2, open && isMap(members[0]?.value))}`
        : blockPair(
            step.key,
            step.value as Json,
            column,
            standsOpen([...path, step.key]) || (path.length > 0 && open && hasBlock(members)),
          );
    const pad = " ".repeat(column);
    this.insertions(steps, render, {
      before: (next, texts) => {
        const from = begins(at(members, next));
        this.put(from, from, texts.map((one) => `${one}\n${pad}`).join(""));
      },
      behind: (last, texts) => {
        const end = this.lineEnd(deepEnd(at(members, last), this.text));
        this.put(end, end, texts.map((one) => `\n${pad}${one}`).join(""));
      },
    });
  }

  /** New members go behind the kept one before them, or before the first kept one. */
  private insertions(
    steps: readonly Step[],
    render: (step: Step) => string,
    put: { before: (next: number, texts: string[]) => void; behind: (last: number, texts: string[]) => void },
  ): void {
    let last: number | undefined;
    let texts: string[] = [];
    const flush = (next: number | undefined) => {
      if (texts.length > 0) {
        if (last !== undefined) put.behind(last, texts);
        else put.before(next as number, texts);
      }
      texts = [];
    };
    for (const step of steps) {
      if (step.removed) continue;
      if (step.at === undefined) texts.push(render(step));
      else {
        flush(step.at);
        last = step.at;
      }
    }
    flush(undefined);
  }

  private removeLines(members: readonly Member[], index: number, begins: (member: Member) => number): void {
    const member = at(members, index);
    const start = begins(member);
    let from = this.lineStart(start);
    if (this.text.slice(from, start).trim() !== "") {
      const next = members[index + 1];
      if (index > 0 || next === undefined) throw new Unforeseen("it does not stand on a line of its own");
      this.put(start, begins(next), "");
      return;
    }
    // A remark right above a member speaks of it; above the first one it may speak of all.
    for (let above = this.lineStart(from - 1); index > 0 && from > 0; above = this.lineStart(from - 1)) {
      const line = this.text.slice(above, from);
      if (!line.trimStart().startsWith("#") || line.indexOf("#") !== start - this.lineStart(start)) break;
      from = above;
    }
    const end = this.lineEnd(deepEnd(member, this.text));
    const next = this.text.indexOf("\n", end) + 1;
    if (next > 0) this.put(from, next, "");
    else this.put(this.lineEnd(Math.max(0, from - 2)), end, "");
  }

  private put(from: number, to: number, text: string): void {
    this.splices.push({ from, to, text: this.crlf ? text.replaceAll("\n", "\r\n") : text });
  }

  private lineStart(offset: number): number {
    return offset <= 0 ? 0 : this.text.lastIndexOf("\n", offset - 1) + 1;
  }

  /** Before the break. */
  private lineEnd(offset: number): number {
    const end = this.text.indexOf("\n", offset);
    if (end < 0) return this.text.length;
    return end > offset && this.text[end - 1] === "\r" ? end - 1 : end;
  }

  private column(offset: number): number {
    return offset - this.lineStart(offset);
  }
}

function at(members: readonly Member[], index: number | undefined): Member {
  const member = index === undefined ? undefined : members[index];
  if (member === undefined) throw new Unforeseen("the tree and the value differ");
  return member;
}

function flowEnd(member: Member): number {
  return valueSpan(member)?.[1] ?? (isScalar(member.key) ? (member.key.range?.[1] ?? 0) : 0);
}

function hasBlock(members: readonly Member[]): boolean {
  return members.some((member) => isCollection(member.value) && member.value.flow !== true);
}

function isEmpty(value: Json | undefined): boolean {
  return value !== null && typeof value === "object" && Object.keys(value).length === 0;
}

function countOf(value: Json): number {
  return value !== null && typeof value === "object" ? Object.keys(value).length : -1;
}

function sameKind(one: Json | undefined, other: Json | undefined): boolean {
  const kind = (value: Json | undefined) =>
    Array.isArray(value) ? "list" : value !== null && typeof value === "object" ? "map" : "";
  return kind(one) !== "" && kind(one) === kind(other);
}

function somethingStays(before: Json, after: Json): boolean {
  return changes(before, after).some((step) => step.at !== undefined && !step.removed);
}
