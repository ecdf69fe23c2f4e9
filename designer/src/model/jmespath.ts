/**
 * From the text of an expression to a tree, by the grammar of JMESPath as the server's own parser reads it. Every name
 * keeps its place in the text, so that a task can be renamed inside an expression and a mistake can be underlined.
 *
 * Parsing never throws: what does not parse is a `Misread`, with the character where it stops making sense.
 */

import { type Kind, type Misread, type Token, tokenize } from "./jmespath_tokens.ts";
import type { Json } from "./pipeline.ts";

export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Node =
  | ({ readonly type: "field"; readonly name: string } & Span)
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "slice"; readonly parts: readonly (number | null)[] }
  | { readonly type: "literal"; readonly value: Json }
  | { readonly type: "current" | "identity" }
  | { readonly type: "sub" | "pipe" | "or" | "and"; readonly left: Node; readonly right: Node }
  | { readonly type: "compare"; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly type: "projection" | "values"; readonly left: Node; readonly right: Node }
  | { readonly type: "filter"; readonly left: Node; readonly condition: Node; readonly right: Node }
  | { readonly type: "flatten" | "not" | "reference"; readonly child: Node }
  | ({ readonly type: "call"; readonly name: string; readonly args: readonly Node[] } & Span)
  | { readonly type: "list"; readonly items: readonly Node[] }
  | { readonly type: "map"; readonly members: readonly (readonly [string, Node])[] };

export type { Misread } from "./jmespath_tokens.ts";

const LONGEST = 4_096;
const DEEPEST = 50;
const BINDS: Readonly<Partial<Record<Kind, number>>> = {
  "|": 1,
  "||": 2,
  "&&": 3,
  "==": 5,
  "!=": 5,
  "<": 5,
  "<=": 5,
  ">": 5,
  ">=": 5,
  "[]": 9,
  "*": 20,
  "[?": 21,
  ".": 40,
  "!": 45,
  "{": 50,
  "[": 55,
  "(": 60,
};
/** What binds less than this ends the right side of a projection. */
const ENDS_PROJECTION = 10;
const IDENTITY: Node = { type: "identity" };

export function isMisread(read: Node | Misread): read is Misread {
  return "misread" in read;
}

export function parse(text: string): Node | Misread {
  if (text.trim() === "") return { misread: "an expression is empty", at: 0 };
  if (text.length > LONGEST) return { misread: `an expression has at most ${LONGEST} characters`, at: LONGEST };
  const tokens = tokenize(text);
  if (!Array.isArray(tokens)) return tokens;
  try {
    return new Parser(tokens).whole();
  } catch (stop) {
    if (stop instanceof Stop) return stop.misread;
    throw stop;
  }
}

class Stop extends Error {
  constructor(readonly misread: Misread) {
    super(misread.misread);
  }
}

class Parser {
  private at = 0;
  private depth = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Node {
    const node = this.expression(0);
    if (this.kind() !== "end") throw this.stop();
    return node;
  }

  private expression(binds: number): Node {
    this.depth += 1;
    if (this.depth > DEEPEST) throw new Stop({ misread: "the expression nests too deep", at: this.token().from });
    let left = this.first(this.take());
    while (binds < (BINDS[this.kind()] ?? 0)) left = this.further(this.take(), left);
    this.depth -= 1;
    return left;
  }

  private first(token: Token): Node {
    switch (token.kind) {
      case "literal":
        return { type: "literal", value: token.value };
      case "name":
      case "quoted":
        if (token.kind === "quoted" && this.kind() === "(") throw this.stop("a function's name is not quoted");
        return { type: "field", name: String(token.value), from: token.from, to: token.to };
      case "*":
        return { type: "values", left: IDENTITY, right: this.kind() === "]" ? IDENTITY : this.projected("*") };
      case "[?":
        return this.filter(IDENTITY);
      case "{":
        return this.map();
      case "(": {
        const inside = this.expression(0);
        this.expect(")");
        return inside;
      }
      case "[]":
        return { type: "projection", left: { type: "flatten", child: IDENTITY }, right: this.projected("[]") };
      case "!":
        return { type: "not", child: this.expression(BINDS["!"] ?? 0) };
      case "&":
        return { type: "reference", child: this.expression(0) };
      case "@":
        return { type: "current" };
      case "[":
        if (this.kind() === "number" || this.kind() === ":") return this.index(IDENTITY);
        if (this.kind() === "*" && this.kind(1) === "]") {
          this.at += 2;
          return { type: "projection", left: IDENTITY, right: this.projected("*") };
        }
        return this.list();
      default:
        throw this.stop(undefined, token);
    }
  }

  private further(token: Token, left: Node): Node {
    switch (token.kind) {
      case ".":
        if (this.kind() !== "*") return { type: "sub", left, right: this.afterDot(BINDS["."] ?? 0) };
        this.take();
        return { type: "values", left, right: this.projected(".") };
      case "|":
        return { type: "pipe", left, right: this.expression(1) };
      case "||":
        return { type: "or", left, right: this.expression(2) };
      case "&&":
        return { type: "and", left, right: this.expression(3) };
      case "==":
      case "!=":
      case "<":
      case "<=":
      case ">":
      case ">=":
        return { type: "compare", operator: token.kind, left, right: this.expression(5) };
      case "(":
        return this.call(left, token);
      case "[?":
        return this.filter(left);
      case "[]":
        return { type: "projection", left: { type: "flatten", child: left }, right: this.projected("[]") };
      case "[":
        if (this.kind() === "number" || this.kind() === ":") return this.index(left);
        this.expect("*");
        this.expect("]");
        return { type: "projection", left, right: this.projected("*") };
      default:
        throw this.stop(undefined, token);
    }
  }

  private call(left: Node, token: Token): Node {
    if (left.type !== "field") throw this.stop(undefined, token);
    const args: Node[] = [];
    while (this.kind() !== ")") {
      args.push(this.expression(0));
      if (this.kind() === ",") {
        this.take();
        if (this.kind() === ")") throw this.stop();
      } else if (this.kind() !== ")") throw this.stop();
    }
    this.take();
    return { type: "call", name: left.name, args, from: left.from, to: left.to };
  }

  private filter(left: Node): Node {
    const condition = this.expression(0);
    this.expect("]");
    return { type: "filter", left, condition, right: this.kind() === "[]" ? IDENTITY : this.projected("[?") };
  }

  private index(left: Node): Node {
    if (this.kind() !== ":" && this.kind(1) !== ":") {
      const index: Node = { type: "index", index: Number(this.expect("number").value) };
      this.expect("]");
      return { type: "sub", left, right: index };
    }
    const parts: (number | null)[] = [null, null, null];
    for (let part = 0; this.kind() !== "]"; ) {
      if (this.kind() === ":") {
        part += 1;
        if (part === 3) throw this.stop();
        this.take();
      } else {
        if (parts[part] !== null) throw this.stop();
        parts[part] = Number(this.expect("number").value);
      }
    }
    this.expect("]");
    return {
      type: "projection",
      left: { type: "sub", left, right: { type: "slice", parts } },
      right: this.projected("*"),
    };
  }

  private projected(after: Kind): Node {
    if ((BINDS[this.kind()] ?? 0) < ENDS_PROJECTION) return IDENTITY;
    const binds = BINDS[after] ?? 0;
    if (this.kind() === "[" || this.kind() === "[?") return this.expression(binds);
    this.expect(".");
    return this.afterDot(binds);
  }

  private afterDot(binds: number): Node {
    switch (this.kind()) {
      case "name":
      case "quoted":
      case "*":
        return this.expression(binds);
      case "[":
        this.take();
        return this.list();
      case "{":
        this.take();
        return this.map();
      default:
        throw this.stop();
    }
  }

  private list(): Node {
    const items = [this.expression(0)];
    while (this.kind() === ",") {
      this.take();
      items.push(this.expression(0));
    }
    this.expect("]");
    return { type: "list", items };
  }

  private map(): Node {
    const members: [string, Node][] = [];
    do {
      if (members.length > 0) this.take();
      const key = this.take();
      if (key.kind !== "name" && key.kind !== "quoted") throw this.stop(undefined, key);
      this.expect(":");
      members.push([String(key.value), this.expression(0)]);
    } while (this.kind() === ",");
    this.expect("}");
    return { type: "map", members };
  }

  private token(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Token;
  }

  private kind(ahead = 0): Kind {
    return this.token(ahead).kind;
  }

  private take(): Token {
    const token = this.token();
    this.at += 1;
    return token;
  }

  private expect(kind: Kind): Token {
    if (this.kind() !== kind) throw this.stop();
    return this.take();
  }

  private stop(misread?: string, token = this.token()): Stop {
    const said = token.kind === "end" ? "the expression stops in the middle" : "the expression does not parse here";
    return new Stop({ misread: misread ?? said, at: token.from });
  }
}
