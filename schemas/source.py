"""A document's text, read: its value, and where in the text every part of it stands.

    bytes -> text -> events of YAML or JSON -> `Builder` -> a tree of `Node`s -> `Source`

`read` never raises and never hangs: whatever is wrong becomes a `Problem` with line and column. What makes a text no
document at all (not UTF-8, broken syntax, too large, too deep, a YAML bomb) leaves `root` empty; what is wrong with one
value (a duplicate key, NaN, a tag) is reported, and the rest of the document is still there to be checked.

What must always hold: a value has only string keys, finite numbers, integers of 64 bits and text that is valid Unicode;
it is at most `MAX_DEPTH` deep and, with every alias written out, at most `MAX_NODES` and `MAX_TEXT` large.
Lines and columns count from 1, columns in characters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import JsonValue

from schemas.problem import Code, Path, Problem, Severity, spell
from schemas.text import Lines, Place

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 100
MAX_NODES = 250_000
MAX_TEXT = 16 * 1024 * 1024
MAX_MISTAKES = 100
"""In the text alone; a file with more of them is something else."""

Format = Literal["yaml", "json"]


class Node:
    """One part of the document. `children` are the parts of a mapping or a list; an alias shares its anchor's node."""

    __slots__ = ("children", "height", "keys", "nodes", "place", "text", "value")

    def __init__(self, value: JsonValue, place: Place, children: dict[str, Node] | list[Node] | None = None) -> None:
        self.value = value
        self.place = place
        self.children = children
        self.keys: dict[str, Place] = {}
        self.height = 0
        self.nodes = 1
        self.text = len(value) if isinstance(value, str) else 0


class Entry(NamedTuple):
    """A mapping's key as it is read: its text, where it stands, and whether it is YAML's merge key."""

    text: str
    place: Place
    merge: bool = False


class Refused(Exception):
    """Reading stops here: the text is no document."""

    def __init__(self, code: Code, message: str, advice: str, place: Place) -> None:
        self.problem = Problem(code, message, advice, line=place.line, column=place.column)
        super().__init__(message)


@dataclass(slots=True)
class _Open:
    node: Node
    key: Entry | None = None
    merged: list[Node] = field(default_factory=list)


class Builder:
    """Puts nodes together as a reader meets them, and holds the limits and the rule that a key stands once."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.damaged: list[Path] = []
        self._open: list[_Open] = []
        self._nodes = 0
        self._text = 0

    @property
    def path(self) -> Path:
        """Where the next value goes."""
        steps: list[str | int] = []
        for container in self._open:
            children = container.node.children
            steps.append(len(children) if isinstance(children, list) else container.key.text if container.key else "")
        return tuple(steps[:-1] if self.wants_key else steps)

    def complain(self, code: Code, message: str, advice: str, place: Place) -> None:
        if len(self.problems) >= MAX_MISTAKES:
            raise Refused(Code.UNREADABLE, f"more than {MAX_MISTAKES} mistakes up to here", "Mend these first", place)
        self.problems.append(Problem(code, message, advice, self.path, line=place.line, column=place.column))

    @property
    def wants_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].node.children, dict) and self._open[-1].key is None

    def key(self, entry: Entry) -> None:
        self._count(1, len(entry.text), entry.place)
        self._open[-1].key = entry

    def scalar(self, value: JsonValue, place: Place) -> Node:
        node = Node(value, place)
        self._count(1, node.text, place)
        self._add(node)
        return node

    def damage(self, code: Code, message: str, advice: str, place: Place) -> Node:
        """A value that cannot be kept: said once, and nothing is concluded from its absence."""
        self.complain(code, message, advice, place)
        self.damaged.append(self.path)
        return self.scalar(None, place)

    def share(self, node: Node, place: Place) -> None:
        """An alias: the anchor's node once more, counted as if it were written out."""
        if len(self._open) + node.height > MAX_DEPTH:
            raise too_deep(place)
        self._count(node.nodes, node.text, place)
        self._add(node)

    def open(self, kind: type[dict[str, JsonValue]] | type[list[JsonValue]], place: Place) -> Node:
        if len(self._open) >= MAX_DEPTH:
            raise too_deep(place)
        node = Node({}, place, {}) if kind is dict else Node([], place, [])
        self._count(1, 0, place)
        self._open.append(_Open(node))
        return node

    def close(self) -> Node:
        container = self._open.pop()
        for merged in container.merged:
            self._merge(container.node, merged)
        self._add(container.node)
        return container.node

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        container = self._open[-1]
        parent = container.node
        if isinstance(parent.children, list):
            assert isinstance(parent.value, list)
            parent.children.append(node)
            parent.value.append(node.value)
        else:
            assert container.key is not None, "a value in a mapping follows its key"
            self._put(container, container.key, node)
            container.key = None
        parent.height = max(parent.height, node.height + 1)
        parent.nodes += node.nodes
        parent.text += node.text

    def _put(self, container: _Open, key: Entry, node: Node) -> None:
        parent = container.node
        assert isinstance(parent.children, dict)
        assert isinstance(parent.value, dict)
        if key.merge:
            self._note_merge(container, key, node)
        elif key.text in parent.children:
            first = parent.keys[key.text]
            self.complain(
                Code.DUPLICATE_KEY,
                f'the key "{key.text[:80]}" stands here twice; it is also on line {first.line}, column {first.column}',
                "Keep one of the two",
                key.place,
            )
        else:
            parent.children[key.text] = node
            parent.keys[key.text] = key.place
            parent.value[key.text] = node.value

    def _note_merge(self, container: _Open, key: Entry, node: Node) -> None:
        sources = node.children if isinstance(node.children, list) else [node]
        if all(isinstance(source.children, dict) for source in sources):
            container.merged.extend(sources)
        else:
            self.complain(
                Code.BAD_VALUE,
                "a merge key takes a mapping, or a list of mappings",
                "Write <<: *anchor, where &anchor stands before a mapping",
                key.place,
            )

    @staticmethod
    def _merge(into: Node, source: Node) -> None:
        """Keys that stand in the mapping itself win; among several sources the earlier wins."""
        assert isinstance(into.children, dict)
        assert isinstance(into.value, dict)
        assert isinstance(source.children, dict)
        for name, child in source.children.items():
            if name not in into.children:
                into.children[name] = child
                into.keys[name] = source.keys[name]
                into.value[name] = child.value

    def _count(self, nodes: int, text: int, place: Place) -> None:
        self._nodes += nodes
        self._text += text
        if self._nodes > MAX_NODES or self._text > MAX_TEXT:
            raise Refused(
                Code.TOO_LARGE,
                f"the document holds more than {MAX_NODES:,} values or {MAX_TEXT // 2**20} MB of text,"
                " with every alias written out",
                "Split it into several pipelines, and keep data out of it",
                place,
            )


def too_deep(place: Place) -> Refused:
    return Refused(Code.TOO_DEEP, f"the document is nested more than {MAX_DEPTH} levels deep", "Make it flatter", place)


@dataclass(frozen=True)
class Source:
    """A text that was read. Without a root it is no document, and `problems` says why."""

    file: str
    text: str
    root: Node | None
    problems: tuple[Problem, ...] = ()
    damaged: tuple[Path, ...] = ()
    """Where a value could not be kept."""

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.text)

    def has(self, path: Path) -> bool:
        node = self.root
        for step in path:
            node = _child(node, step)[0] if node is not None else None
        return node is not None

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where `path` stands, or the nearest part above it that does. A mapping or list that begins on a line after its
        key is pointed at by the key."""
        if self.root is None:
            return Place(0, 0)
        found = named = self.root.place
        node = self.root
        for step in path:
            child, name = _child(node, step)
            if child is None:
                return named
            node, found = child, child.place
            named = name or found
        return named if key or (node.children and found.line > named.line) else found

    def problem(
        self,
        code: Code,
        path: Path,
        message: str,
        advice: str = "",
        *,
        key: bool = False,
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        place = self.place(path, key=key)
        return Problem(code, message, advice, path, severity, self.file, place.line, place.column)

    def tell(self, path: Path, *, key: bool = False) -> str:
        """`line 4, column 7`, or the path for a document that never was text."""
        place = self.place(path, key=key)
        return f"line {place.line}, column {place.column}" if place.line else spell(path)


def _child(node: Node, step: str | int) -> tuple[Node | None, Place | None]:
    if isinstance(node.children, dict) and isinstance(step, str):
        return node.children.get(step), node.keys.get(step)
    if isinstance(node.children, list) and isinstance(step, int) and 0 <= step < len(node.children):
        return node.children[step], None
    return None, None
