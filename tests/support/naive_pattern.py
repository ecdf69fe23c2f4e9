"""EventBridge's matching written down as simply as it can be: every way to choose a value for each field is tried.

An event becomes a list of (path, value, membership): the membership says which arrays the value stands in and at which
place. A branch of the pattern holds when each of its fields, in the order of their names, finds a value that an operator
accepts and that is in no other element of an array entered before; `exists: false` holds when no such value is left.
It shares no code with the matcher, knows valid patterns only, and takes exponential time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from ipaddress import ip_address, ip_network

Value = str | bool | Decimal | None
Entry = tuple[str, object, dict[int, int]]


class Obj(list):
    """An object as its pairs."""


class Num(str):
    """A number as its text."""


def naive_matches(pattern: str, event: str) -> bool:
    entries = list(_flatten("", _read(event), {}, iter(range(10**6))))
    return any(
        _holds(sorted(branch.items(), key=lambda field: field[0].encode("utf-16-be")), entries, {})
        for branch in _branches([{}], [], _read(pattern))
    )


def _read(text: str) -> object:
    return json.loads(text, object_pairs_hook=Obj, parse_int=Num, parse_float=Num)


def _flatten(path: str, value: object, inside: dict[int, int], arrays: Iterator[int]) -> Iterator[Entry]:
    if isinstance(value, Obj):
        for name, below in value:
            yield from _flatten(f"{path}.{name}" if path else name, below, inside, arrays)
    elif isinstance(value, list):
        number = next(arrays)
        for place, element in enumerate(value):
            deeper = {**inside, number: place} if isinstance(element, list) else inside
            yield from _flatten(path, element, deeper, arrays)
    else:
        yield path, value, inside


def _branches(branches: list[dict[str, list[object]]], path: list[str], found: object) -> list[dict[str, list[object]]]:
    assert isinstance(found, Obj)
    for name, value in found:
        if name == "$or":
            branches = [more for choice in value for more in _branches([dict(b) for b in branches], path, choice)]
        elif isinstance(value, Obj):
            branches = _branches(branches, [*path, name], value)
        else:
            for branch in branches:
                branch[".".join([*path, name])] = value
    return branches


def _holds(fields: list[tuple[str, list[object]]], entries: list[Entry], chosen: dict[int, int]) -> bool:
    if not fields:
        return True
    (path, operators), *rest = fields
    open_ = [
        (value, inside)
        for name, value, inside in entries
        if name == path and all(chosen.get(array, place) == place for array, place in inside.items())
    ]
    if not open_ and Obj([("exists", False)]) in operators and _holds(rest, entries, chosen):
        return True
    return any(
        _holds(rest, entries, {**chosen, **inside})
        for value, inside in open_
        if any(_accepts(operator, value) for operator in operators)
    )


def _accepts(operator: object, value: object) -> bool:
    if not isinstance(operator, Obj):
        return _equal(operator, value)
    ((name, operand),) = operator
    match name:
        case "exists":
            return bool(operand)
        case "numeric":
            return _number(value) is not None and _in_range(list(operand), value)
        case "anything-but":
            return not any(_accepts(excluded, value) for excluded in _excluded(operand))
        case "cidr":
            return (
                _is_text(value)
                and _address(value) is not None
                and ip_address(value) in ip_network(operand, strict=False)
            )
        case _:
            return _is_text(value) and _affix(name, operand, value)


def _excluded(operand: object) -> list[object]:
    if isinstance(operand, Obj):
        ((name, values),) = operand
        return [Obj([(name, each)]) for each in (values if isinstance(values, list) else [values])]
    values = operand if isinstance(operand, list) else [operand]
    return [Obj([("exactly", value)]) if _is_text(value) else value for value in values]


def _affix(name: str, operand: object, value: str) -> bool:
    if isinstance(operand, Obj):
        ((_, text),) = operand
        return _affix(name, text.lower(), value.lower())
    assert isinstance(operand, str)
    match name:
        case "prefix":
            return value[: len(operand)] == operand
        case "suffix":
            return value[len(value) - len(operand) :] == operand if len(operand) <= len(value) else False
        case "equals-ignore-case":
            return value.lower() == operand.lower()
        case "exactly":
            return value == operand
        case _:
            return _wild(operand, value)


def _wild(pattern: str, value: str) -> bool:
    if not pattern:
        return not value
    if pattern[0] == "*":
        return any(_wild(pattern[1:], value[start:]) for start in range(len(value) + 1))
    taken = 2 if pattern[0] == "\\" else 1
    return value[:1] == pattern[taken - 1] and _wild(pattern[taken:], value[1:])


def _equal(wanted: object, value: object) -> bool:
    if _number(wanted) is not None or _number(value) is not None:
        return _number(wanted) == _number(value)
    if _is_text(wanted) and _is_text(value) and _address(wanted) is not None:
        return _address(wanted) == _address(value)
    return type(wanted) is type(value) and wanted == value


def _in_range(terms: list[object], value: object) -> bool:
    number = _number(value)
    assert number is not None
    signs = {"=": (0,), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}
    pairs = zip(terms[::2], terms[1::2], strict=True)
    return all(int(number.compare(Decimal(str(bound)))) in signs[str(sign)] for sign, bound in pairs)


def _number(value: object) -> Decimal | None:
    if not isinstance(value, Num):
        return None
    exact = Decimal(value)
    return exact if Decimal(repr(float(value))) == exact else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, Num)


def _address(value: object) -> object:
    try:
        return ip_address(value)
    except ValueError:
        return None
