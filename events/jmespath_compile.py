"""From the text of an expression to a tree that may be answered: everything that can be refused early is refused here.

The text has at most 4,096 characters and nests at most 50 deep. Depth is what JMESPath's recursive parser and interpreter
recurse on, counted over the tokens before either sees them: open brackets, and the operators of one chain. Literals,
function names and their arguments are checked too, so that answering can only fail over values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
from jmespath.exceptions import IncompleteExpressionError, LexerError, ParseError
from jmespath.lexer import Lexer
from jmespath.parser import Parser

from events.jmespath_bounds import FUNCTIONS
from schemas.errors import InvalidExpression
from schemas.names import did_you_mean

LONGEST: Final = 4_096
DEEPEST: Final = 50

Node = dict[str, Any]
"""A node of JMESPath's own tree: `type`, `children`, sometimes `value`. Goes no further than `events.references`."""

_OPENS: Final = frozenset({"lparen", "lbrace", "lbracket", "filter"})
_CLOSES: Final = frozenset({"rparen", "rbrace", "rbracket"})
_ENDS_A_CHAIN: Final = frozenset({"pipe", "or", "and", "eq", "ne", "lt", "lte", "gt", "gte"})
_LEAF: Final = frozenset({"unquoted_identifier", "quoted_identifier", "literal", "number", "current", "colon", "eof"})
_HYPHENATED: Final = re.compile(r"[A-Za-z_]\w*(?:-\w+)+")


@dataclass(frozen=True, slots=True)
class Compiled:
    text: str
    tree: Node
    steps: tuple[str | int, ...] | None
    """The way itself, where the expression is nothing but names and indexes."""


@lru_cache(maxsize=2_048)
def compile_expression(text: str) -> Compiled:
    """The tree of an expression that may be answered, or `InvalidExpression`."""
    if len(text) > LONGEST:
        raise InvalidExpression(
            f"an expression of {len(text):,} characters is too long", advice=f"At most {LONGEST:,} are allowed"
        )
    if not text.strip():
        raise InvalidExpression("an expression is empty", advice="Write ${input.name}, or $${ for a plain ${")
    plain = _check_quotations(text)
    try:
        _check_depth(text)
        tree: Node = dict(Parser().parse(text).parsed)
    except ParseError as wrong:
        raise InvalidExpression(_said(wrong), advice=_advice(plain)) from None
    for node in nodes(tree):
        if node["type"] == "function_expression":
            _check_call(node["value"], node["children"])
    return Compiled(text, tree, steps(tree))


def nodes(tree: Node) -> Iterator[Node]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in node["children"] if isinstance(child, dict)]


def steps(node: Node) -> tuple[str | int, ...] | None:
    """`("tasks", "a", "output", 0)`, or nothing when the node is more than a way."""
    if node["type"] in ("field", "index"):
        return (node["value"],)
    if node["type"] not in ("subexpression", "index_expression"):
        return None
    way: tuple[str | int, ...] = ()
    for child in node["children"]:
        part = steps(child)
        if part is None:
            return None
        way += part
    return way


def quoted_end(text: str, start: int) -> int:
    """Just behind the quotation that opens at `start`, by JMESPath's rules; -1 when it never ends."""
    at, quote = start + 1, text[start]
    while at < len(text):
        if text[at] == quote:
            return at + 1
        at += 2 if text[at] == "\\" else 1
    return -1


def unclosed(quote: str) -> InvalidExpression:
    return InvalidExpression(
        f"the quotation that opens with {quote} never ends", advice=f"Close it with another {quote}"
    )


def _check_quotations(text: str) -> str:
    """`literals` and "names" are JSON and nothing else; JMESPath would let NaN and bare words through. Gives the rest."""
    at, rest = 0, ""
    while at < len(text):
        quote = text[at]
        if quote not in "'\"`":
            rest += quote
            at += 1
            continue
        end = quoted_end(text, at)
        if end < 0:
            raise unclosed(quote)
        inside = text[at + 1 : end - 1]
        try:
            if quote != "'":
                orjson.loads(inside.replace("\\`", "`") if quote == "`" else text[at:end])
        except orjson.JSONDecodeError:
            raise InvalidExpression(
                f"{quote}{inside:.80}{quote} is not JSON", advice="Write a text as 'text', JSON as `1` or `[1, 2]`"
            ) from None
        at = end
    return rest


def _check_depth(text: str) -> None:
    """`floor` is how deep the current bracket lies, `base` the low operators since, `chain` the operators since those."""
    opened: list[tuple[int, int, int]] = []
    floor, base, chain = 0, 0, 0
    for token in Lexer().tokenize(text):
        kind = token["type"]
        if kind in _OPENS:
            opened.append((floor, base, chain + 1))
            floor, base, chain = floor + base + chain + 1, 0, 0
        elif kind in _CLOSES:
            floor, base, chain = opened.pop() if opened else (floor, base, chain)
        elif kind in _ENDS_A_CHAIN:
            base, chain = base + 1, 0
        elif kind == "comma":
            base, chain = 0, 0
        elif kind not in _LEAF:
            chain += 1
        if floor + base + chain > DEEPEST:
            raise InvalidExpression("the expression nests too deep", advice=f"At most {DEEPEST} levels are allowed")


def _check_call(name: str, arguments: list[Node]) -> None:
    if name not in FUNCTIONS:
        raise InvalidExpression(
            f"there is no function {name[:80]}()",
            advice=did_you_mean(name, FUNCTIONS) or f"There are {', '.join(sorted(FUNCTIONS))}",
        )
    wanted = FUNCTIONS[name]["signature"]
    variadic = wanted[-1].get("variadic", False)
    if len(arguments) < len(wanted) or (len(arguments) > len(wanted) and not variadic):
        many = f"{len(wanted)}{' or more' if variadic else ''} argument{'s' if len(wanted) > 1 else ''}"
        raise InvalidExpression(f"{name}() takes {many}, and {len(arguments)} are given")
    for argument, parameter in zip(arguments, wanted, strict=False):
        if (argument["type"] == "expref") != (parameter["types"] == ["expref"]):
            raise InvalidExpression(
                f"{name}() has & in the wrong place",
                advice="& goes before what is asked of each item: sort_by(items, &name), map(&name, items)",
            )


def _said(wrong: ParseError) -> str:
    match wrong:
        case LexerError():
            return f"the expression does not parse at character {wrong.lexer_position + 1}"
        case IncompleteExpressionError():
            return "the expression stops in the middle"
        case _:
            return f"the expression does not parse at character {wrong.lex_position + 1}, at {str(wrong.token_value)[:40]!r}"


def _advice(plain: str) -> str:
    found = _HYPHENATED.search(plain)
    if found:
        return f'A name with a hyphen is quoted: write "{found[0]}"'
    return "It is JMESPath: tasks.NAME.output.FIELD, items[0], items[?size > `10`].name"
