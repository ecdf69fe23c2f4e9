"""From a pattern's document to what it asks: a list of branches, each a map from a field's path to its alternatives.

A field is its dotted path: {"a.b": ...} and {"a": {"b": ...}} name one field. A branch is what must hold together; `$or`
forks the branches built so far, one copy for each of its objects, and what follows it is written into every copy. A path
that is written again replaces what stood there, so the last in the document's order wins. The refusals are
EventBridge's own; the sentences say where and what to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from events.pattern.leaf import read_alternatives
from events.pattern.operators import Operator
from events.pattern.text import EXACTLY, Members, NotJson, is_array, is_object, members, read
from schemas.errors import InvalidPattern

Alternatives = tuple[Operator, ...]
Branch = dict[str, Alternatives]

MOST_BRANCHES = 1_000
RESERVED = frozenset(
    {
        "exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
        "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after", "date-on-or-after",
        "date-before", "date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range",
    }
)  # fmt: skip


def parse(document: str | bytes | Mapping[str, object]) -> list[Branch]:
    try:
        root = read(document, EXACTLY) if isinstance(document, str | bytes) else document
    except NotJson as error:
        raise InvalidPattern(f"the pattern is not JSON: {error}") from None
    if not isinstance(root, Members | Mapping):
        raise InvalidPattern("the pattern is not a JSON object", advice='Write {"source": ["shop"]}, for example.')
    try:
        return _parse_object([], (), root, inside_or=False)
    except RecursionError:
        raise InvalidPattern("the pattern nests too deep") from None


def _parse_object(branches: list[Branch], path: tuple[str, ...], found: object, *, inside_or: bool) -> list[Branch]:
    assert isinstance(found, Members | Mapping)
    if not found:
        raise InvalidPattern(
            f"{_place(path)} is an empty object", advice="Name the fields to match, or leave the key out."
        )
    for name, value in members(found):
        if not isinstance(name, str):
            raise InvalidPattern(f"{_place(path)} has the key {name!r}, which is no text")
        if name == "$or":
            branches = _parse_or(branches, path, value)
            continue
        if inside_or and name in RESERVED:
            raise InvalidPattern(
                f"{name!r} is a reserved name that cannot be a field inside $or ({_place(path)})",
                advice='Operators go into a field\'s list: {"$or": [{"name": [{"prefix": "x"}]}, ...]}.',
            )
        if is_object(value):
            branches = _parse_object(branches, (*path, name), value, inside_or=inside_or)
        elif is_array(value):
            alternatives = read_alternatives(_join(path, name), value)
            branches = branches or [{}]
            for branch in branches:
                branch[_join(path, name)] = alternatives
        else:
            raise InvalidPattern(
                f"{_place((*path, name))} is neither a list of values nor an object of fields",
                advice=f'A value to match stands in a list: {{"{name}": [...]}}.',
            )
    return branches


def _parse_or(branches: list[Branch], path: tuple[str, ...], value: object) -> list[Branch]:
    if not is_array(value):
        raise InvalidPattern(f"$or in {_place(path)} is not a list", advice="Write a list of two or more objects.")
    assert isinstance(value, list | tuple)
    forked: list[Branch] = []
    for index, choice in enumerate(value):
        if not is_object(choice):
            raise InvalidPattern(f"$or in {_place(path)}: item {index + 1} is not an object", advice=_OR)
        copies = [dict(branch) for branch in branches] or [{}]
        forked += _parse_object(copies, path, choice, inside_or=True)
        if len(forked) > MOST_BRANCHES:
            raise InvalidPattern(
                f"$or makes more than {MOST_BRANCHES:,} combinations", advice="Split the pattern into several rules."
            )
    if len(value) < 2:
        raise InvalidPattern(f"$or in {_place(path)} needs two or more objects", advice=_OR)
    return forked


def _join(path: tuple[str, ...], name: str) -> str:
    """A field's dotted name. EventBridge puts no dot after a path that is nothing but one empty key."""
    above = ".".join(path)
    return f"{above}.{name}" if above else name


def _place(path: tuple[str, ...]) -> str:
    return f"field {'.'.join(path)!r}" if path else "the pattern"


def branch_order(path: str) -> bytes:
    """EventBridge takes fields in the order of their UTF-16 units; `exists: false` depends on it."""
    return path.encode("utf-16-be", "surrogatepass")


_OR = 'Write {"$or": [{"a": [1]}, {"b": [2]}]}.'
