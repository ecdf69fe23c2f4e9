"""Random patterns and events that meet often: few names, few values, arrays of objects, dotted and repeated keys.

They are made as JSON text, so that keys can be repeated and numbers be spelled as they like.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from hypothesis.strategies import DrawFn, composite, integers, sampled_from

NAMES = ("a", "b", "a.b", "c")
TEXTS = ("x", "", "X", "xy", "xyx", "y", "*", "10.0.0.1", "10.0.0.2")
SCALARS = (*map(json.dumps, TEXTS), "0", "1", "1.0", "1e0", "2.5", "-3", "9007199254740993", "true", "false", "null")
BOUNDS = ("-3", "0", "1", "2.5")
WILDCARDS = tuple(map(json.dumps, ("*", "x*", "*x", "x*x", "*y*", "\\*", "xy")))
OPERATORS = ("plain", "plain", "exists", "prefix", "suffix", "fold", "exactly", "wildcard", "cidr", "numeric", "but")


@composite
def events(draw: DrawFn) -> str:
    return _object(draw, lambda: _value(draw, 3), least=2, most=4)


@composite
def patterns(draw: DrawFn) -> str:
    return _fields(draw, 3)


def _object(draw: DrawFn, value: Callable[[], str], *, least: int, most: int, more: tuple[str, ...] = ()) -> str:
    names = [draw(sampled_from(NAMES)) for _ in range(draw(integers(least, most)))]
    if draw(integers(0, 3)):  # repeated keys are the exception
        names = list(dict.fromkeys(names))
    return "{" + ",".join([*(f'"{name}":{value()}' for name in names), *more]) + "}"


def _value(draw: DrawFn, depth: int) -> str:
    kind = draw(integers(0, 4)) if depth else 0
    if kind <= 1:
        return draw(sampled_from(SCALARS))
    if kind == 2:
        return _object(draw, lambda: _value(draw, depth - 1), least=0, most=3)
    return "[" + ",".join(_value(draw, depth - 1) for _ in range(draw(integers(0, 3)))) + "]"


def _fields(draw: DrawFn, depth: int) -> str:
    more: tuple[str, ...] = ()
    if depth and not draw(integers(0, 3)):
        choices = ",".join(_fields(draw, depth - 2 if depth > 1 else 0) for _ in range(draw(integers(2, 3))))
        more = (f'"$or":[{choices}]', *([f'"b":{_alternatives(draw)}'] if draw(integers(0, 1)) else []))
    below = depth and draw(integers(0, 1))
    return _object(draw, lambda: _fields(draw, depth - 1) if below else _alternatives(draw), least=1, most=2, more=more)


def _alternatives(draw: DrawFn) -> str:
    return "[" + ",".join(_operator(draw) for _ in range(draw(integers(1, 3)))) + "]"


def _operator(draw: DrawFn) -> str:
    name = draw(sampled_from(OPERATORS))
    text = json.dumps(draw(sampled_from(TEXTS)))
    match name:
        case "plain":
            return draw(sampled_from(SCALARS))
        case "exists":
            return draw(sampled_from(['{"exists":true}', '{"exists":false}', '{"exists":false}']))
        case "prefix" | "suffix":
            folded = f'{{"equals-ignore-case":{text}}}'
            return f'{{"{name}":{draw(sampled_from([text, folded]))}}}'
        case "fold":
            return f'{{"equals-ignore-case":{text}}}'
        case "wildcard":
            return f'{{"wildcard":{draw(sampled_from(WILDCARDS))}}}'
        case "cidr":
            return draw(sampled_from(['{"cidr":"10.0.0.0/30"}', '{"cidr":"10.0.0.2/31"}']))
        case "numeric":
            sign, bound = draw(sampled_from(["=", "<", "<=", ">", ">="])), draw(sampled_from(BOUNDS))
            return draw(sampled_from([f'{{"numeric":["{sign}",{bound}]}}', '{"numeric":[">",0,"<=",2.5]}']))
        case "but":
            return f'{{"anything-but":{_excluded(draw, text)}}}'
        case _:
            return f'{{"exactly":{text}}}'


def _excluded(draw: DrawFn, text: str) -> str:
    bound, wildcard = draw(sampled_from(BOUNDS)), draw(sampled_from(WILDCARDS))
    affix = json.dumps(draw(sampled_from([text for text in TEXTS if text])))
    return draw(
        sampled_from(
            [
                text,
                f"[{text},{affix}]",
                bound,
                f"[{bound},1]",
                f'{{"prefix":{affix}}}',
                f'{{"suffix":[{affix},"z"]}}',
                f'{{"equals-ignore-case":{text}}}',
                f'{{"wildcard":{wildcard}}}',
            ]
        )
    )
