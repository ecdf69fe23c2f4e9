"""Does a branch hold for an event? One walk down the branch's fields, each part of the event looked at once.

The fields of a branch form a tree of names, and a walk takes tree and event together. Where the event has an array of
objects, the fields below it must all hold in *one* element (a person is Anna Jones, not some Anna and some Jones), so each
element answers for all of them at once and nothing is ever combined: the work is that of the walk.

`exists: false` makes one thing of an order that EventBridge keeps: fields are taken by name, and the first that has any
value in the array enters an element; only from then on does "missing" mean missing in that element. Before it, the
field must be missing in all. So an element counts only if it holds that first field. To know which field is first,
a walk with such fields says, besides its answer, which fields have a value: one bit each, in the order of the names.

Events where a field can be reached in two ways (a dotted name beside a nested one, a repeated key), and patterns where a
field lies within another, are left to `search`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from events.pattern.event import Event, Repeated
from events.pattern.operators import Absent
from events.pattern.parse import Alternatives, Branch, branch_order
from events.pattern.search import collect, holds


class Ambiguous(Exception):
    """The event reaches a field in more than one way; the search must answer."""


class Tree(Protocol):
    """Names, and what lies below them."""

    @property
    def below(self) -> Mapping[str, Tree]: ...


@dataclass(slots=True)
class Name:
    """A name in the tree: either a field, with what it must be, or the way to some."""

    alternatives: Alternatives = ()
    below: dict[str, Name] = field(default_factory=dict)
    bit: int = 0
    optional: bool = True
    """Whether all the fields here may be missing."""
    deep: bool = False
    """Whether a name of two or more parts, with dots, could lead to a field from here."""


class Plan:
    """A branch, ready to be asked."""

    __slots__ = ("_nested", "_strict", "_tree", "fields")

    def __init__(self, branch: Branch) -> None:
        ordered = sorted(branch.items(), key=lambda item: branch_order(item[0]))
        self.fields: tuple[tuple[str, Alternatives], ...] = tuple(ordered)
        self._tree = Name()
        self._nested = not all(
            self._plant(path.split("."), alternatives, 1 << index)
            for index, (path, alternatives) in enumerate(self.fields)
        )
        self._strict = not any(may_be_absent(alternatives) for _, alternatives in self.fields)

    def _plant(self, names: list[str], alternatives: Alternatives, bit: int) -> bool:
        """Add a field to the tree; False if it lies within another field."""
        at, alone = self._tree, True
        optional = may_be_absent(alternatives)
        for depth, name in enumerate(names):
            at.optional = at.optional and optional
            at.deep = at.deep or depth < len(names) - 1
            alone = alone and not at.alternatives
            at = at.below.setdefault(name, Name())
        alone = alone and not at.below
        at.alternatives, at.bit, at.optional = alternatives, bit, optional
        return alone

    def holds(self, event: Event) -> bool:
        if not self._nested:
            try:
                return _strictly(self._tree, event) if self._strict else _freely(self._tree, event)[1]
            except (Ambiguous, RecursionError):
                pass
        return holds(self.fields, collect(event, (path for path, _ in self.fields)))


def may_be_absent(alternatives: Alternatives) -> bool:
    return any(isinstance(operator, Absent) for operator in alternatives)


def accepts(alternatives: Alternatives, value: object) -> bool:
    return any(operator.accepts(value) for operator in alternatives)


def refuse_dots(tree: Tree, value: Event) -> None:
    """A dotted name in the event that leads to a field here makes the event ambiguous. Few events have a dot in a name."""
    if "." in "".join(value):
        for name in value:
            if "." in name and _leads(tree, name.split(".")):
                raise Ambiguous


def _leads(tree: Tree, names: list[str]) -> bool:
    at = tree
    for name in names:
        if name not in at.below:
            return False
        at = at.below[name]
    return True


def _strictly(tree: Name, value: object) -> bool:
    """The walk where every field must have a value."""
    if isinstance(value, dict):
        if tree.alternatives:
            return False
        if tree.deep:
            refuse_dots(tree, value)
        return all(name in value and _strictly(below, value[name]) for name, below in tree.below.items())
    if isinstance(value, list):
        if isinstance(value, Repeated):
            raise Ambiguous
        return any(_strictly(tree, element) for element in elements(value))
    return bool(tree.alternatives) and accepts(tree.alternatives, value)


def _freely(tree: Name, value: object) -> tuple[int, bool]:
    """The walk where fields may be missing: which fields have a value here, and whether all of them hold."""
    if isinstance(value, dict):
        if tree.alternatives:
            return 0, tree.optional
        if tree.deep:
            refuse_dots(tree, value)
        present, good = 0, True
        for name, below in tree.below.items():
            bits, fine = _freely(below, value[name]) if name in value else (0, below.optional)
            present |= bits
            good = good and fine
        return present, good
    if isinstance(value, list):
        if isinstance(value, Repeated):
            raise Ambiguous
        return _among(tree, value)
    if tree.alternatives:
        return tree.bit, accepts(tree.alternatives, value)
    return 0, tree.optional


def _among(tree: Name, values: list[object]) -> tuple[int, bool]:
    """One element must hold all the fields below, and it must have the first field that any element has."""
    present, good = 0, []
    for element in elements(values):
        bits, fine = _freely(tree, element)
        present |= bits
        if fine:
            good.append(bits)
    first = present & -present
    return present, any(bits & first for bits in good) if present else tree.optional


_CONTAINERS = frozenset({dict, list})


def elements(values: list[object]) -> list[object]:
    """What stands in an array, at any depth of arrays within it; the array itself if there are none."""
    if list not in set(map(type, values)):
        return values
    flat: list[object] = []
    todo = values[::-1]
    while todo:
        value = todo.pop()
        if isinstance(value, list):
            todo += reversed(value)
        else:
            flat.append(value)
    return flat


def holds_containers(value: object) -> bool:
    """Whether this is an array in which it matters which element a value is from."""
    return isinstance(value, list) and not _CONTAINERS.isdisjoint(map(type, value))
