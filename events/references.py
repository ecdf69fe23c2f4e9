"""What an expression reads of its scope: which tasks, secrets, variables, so that publish can check them.

Only what is evaluated against the whole scope is a reference: in `tasks.a.output.items[?size > 1]`, `tasks.a.output.items`
is one and `size` is not. A reference that cannot be told from the text (`tasks.*.output`, `tasks | a`, `@`) is reported
with what is known of it, so that a checker can refuse it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from events.jmespath_compile import Compiled, Node
from schemas.problem import Path

ROOTS: Final = ("input", "tasks", "run", "trigger", "item", "secrets", "variables")
"""What a task's parameters may name."""

EVENT_ROOTS: Final = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
"""What a trigger's `input` and `key` may name: the fields of the EventBridge event."""

WEBHOOK_ROOTS: Final = ("id", "source", "detail-type", "time", "body", "headers", "query", "raw", "raw_base64")
"""The same for a webhook, whose event is the call."""

FIELDS: Final = {"run": ("id", "pipeline", "version", "trigger"), "trigger": ("name",)}
"""What the system itself tells a task of its run, by root."""

WHOLE_SCOPE: Final = "@"


@dataclass(frozen=True, slots=True)
class Reference:
    root: str
    """The first name, one of `ROOTS` in a good document; `@` when the expression reads its whole scope."""
    path: tuple[str | int, ...]
    """The way from the scope on, root included, as far as it is plain."""
    has_default: bool
    """Something stands in for it when it is missing: `... || 'none'`, or a later argument of `not_null`."""
    expression: str
    where: Path = ()
    """The place of the text in the value it was found in."""
    instead_of: frozenset[str] = frozenset()
    """The tasks that are read first, in whose place this is the default: a, in `tasks.a.output || tasks.b.output`."""

    @property
    def task(self) -> str | None:
        """The task it reads; none when it reads no task, or does not say which."""
        return self._second("tasks")

    @property
    def secret(self) -> str | None:
        return self._second("secrets")

    def _second(self, root: str) -> str | None:
        match self.path:
            case (str(first), str(second), *_) if first == root:
                return second
            case _:
                return None


def references_of(compiled: Compiled, where: Path = ()) -> Iterator[Reference]:
    for path, has_default, instead_of in _reads(compiled.tree, False, frozenset()):
        root = str(path[0]) if path and isinstance(path[0], str) else WHOLE_SCOPE
        yield Reference(root, path, has_default, compiled.text, where, instead_of)


_Read = tuple[tuple[str | int, ...], bool, frozenset[str]]


def _reads(node: Node, default: bool, instead_of: frozenset[str]) -> Iterator[_Read]:
    """Everything that the node, evaluated against the whole scope, reads of it."""
    children = node["children"]
    match node["type"]:
        case "literal" | "expref":
            return
        case "or_expression":
            yield from _reads(children[0], True, instead_of)
            yield from _reads(children[1], default, instead_of | _first_read(children[0]))
        case "and_expression" | "comparator":
            for child in children:
                yield from _reads(child, default, frozenset())
        case "function_expression":
            stands_in = node["value"] == "not_null"
            for at, child in enumerate(children):
                before = frozenset[str]().union(*map(_first_read, children[:at])) if stands_in else frozenset[str]()
                yield from _reads(child, stands_in and (default or at < len(children) - 1), before)
        case "multi_select_list" | "multi_select_dict" | "key_val_pair" | "not_expression":
            for child in children:
                yield from _reads(child, False, frozenset())
        case _:
            yield from _way(node, default, instead_of)


def _way(node: Node, default: bool, instead_of: frozenset[str]) -> Iterator[_Read]:
    """A way into the scope: its plain beginning, or what the expression at its beginning reads."""
    begins = _beginning(node)
    if isinstance(begins, _Beginning):
        yield begins.path, default, instead_of
    else:
        yield from _reads(begins, default, instead_of)


def _first_read(node: Node) -> frozenset[str]:
    """The tasks of which one being decided is enough for what stands before a default."""
    if node["type"] == "or_expression":
        return _first_read(node["children"][0]) | _first_read(node["children"][1])
    begins = _beginning(node)
    match begins.path if isinstance(begins, _Beginning) else ():
        case ("tasks", str(task), *_):
            return frozenset([task])
        case _:
            return frozenset()


@dataclass(frozen=True, slots=True)
class _Beginning:
    path: tuple[str | int, ...]
    whole: bool
    """The node is this way and nothing else, so what follows it continues the way."""


def _beginning(node: Node) -> _Beginning | Node:
    """The names and indexes a node starts with; or the node it starts with, when that is none."""
    match node["type"]:
        case "field" | "index":
            return _Beginning((node["value"],), True)
        case "current" | "identity":
            return _Beginning((), True)
        case "subexpression" | "index_expression":
            return _continued(_beginning(node["children"][0]), node["children"][1:])
        case "projection" | "value_projection" | "filter_projection" | "flatten" | "pipe":
            begins = _beginning(node["children"][0])
            return _Beginning(begins.path, False) if isinstance(begins, _Beginning) else begins
        case _:
            return node


def _continued(begins: _Beginning | Node, children: list[Node]) -> _Beginning | Node:
    """What follows goes on from there: `users[0]` after `tasks.a.output` is part of the way, `[x, y]` ends it."""
    for child in children:
        if not isinstance(begins, _Beginning) or not begins.whole:
            break
        further = _beginning(child)
        more = further if isinstance(further, _Beginning) else _Beginning((), False)
        begins = _Beginning(begins.path + more.path, more.whole)
    return begins
