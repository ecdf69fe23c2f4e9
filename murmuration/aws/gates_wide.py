"""Wide gates: a tree of items of at most 1 KB, so that an arrival costs the same however many edges lead in.

    gate#TASK            the root: of each part below it, how much it has
    gate#TASK#1-N        the same, where one root would not do
    gate#TASK#0-N        a leaf: the live and the dead of 32 edges, those whose place is 32 N to 32 N + 31

An arrival notes its edge at its leaf, and is told what that leaf has. Upward goes only what can decide the gate:

    needs 1 of m (any, settled)     the first live edge of a part, so that others learn of it; a part that is complete
    needs m of m (all)              a part that is complete; a dead edge decides by itself
    needs n of m                    every change

What must always hold:
  1. A part's count in the item above never falls, and is put there by whoever changed the part, or by his repeat.
  2. So the write at the root that makes a decision possible is told all it takes, and it is somebody's: one arrival at least is told of every
     decision. What others are told are lower bounds.
  3. Whoever dies between two of these writes comes again, and does all of them again; each does nothing twice. Should he
     never come: who reads all leaves (`Gates.gates`, an arrival without edges) misses nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Final, NamedTuple

from events.ledger import GateState
from events.ports import Arriving
from murmuration.aws.noting import counted, note, noted
from murmuration.aws.records import of_run
from murmuration.aws.table import Change, Item, Key, Table

FAN: Final = 32
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEF"
_BASE: Final = 1_000_000
"""More than there are edges: a count is decided times this plus live, and grows with each of both."""


class Count(NamedTuple):
    live: int
    dead: int

    def __or__(self, other: tuple[int, int]) -> Count:
        """What both know."""
        return Count(max(self.live, other[0]), max(self.dead, other[1]))


class WideGate(GateState):
    """Knows at least so many; which they are is fetched when it is asked for."""

    __slots__ = ("_fetch",)

    def __init__(self, known: Count, fetch: Callable[[], dict[str, bool]]) -> None:
        self.live, self.dead = known
        self._fetch = fetch

    def __getattr__(self, name: str) -> dict[str, bool]:
        # Only for what is not there: `noted`, once.
        if name != "noted":
            raise AttributeError(name)
        self.noted = self._fetch()
        return self.noted


class WideGates:
    def __init__(self, table: Table) -> None:
        self._table = table

    def arrive(self, run: str, one: Arriving, expires: int) -> GateState:
        def fetch() -> dict[str, bool]:
            return self._all(run, one.task)

        if not one.edges:
            return GateState(fetch())
        leaves: defaultdict[int, dict[str, bool]] = defaultdict(dict)
        for edge, live in one.edges.items():
            leaves[one.places[edge] // FAN][edge] = live
        known, here = Count(0, 0), Count(0, 0)
        for leaf, edges in sorted(leaves.items()):
            has = Count(*counted(note(self._table, _node(run, one, 0, leaf), edges, expires)))
            here = Count(here.live + has.live, here.dead + has.dead)
            first = one.needs == 1 and has.live == 1 and any(edges.values())
            known |= self._tell(run, one, leaf, has, first, expires)
        return WideGate(known | here, fetch)

    def _tell(self, run: str, one: Arriving, leaf: int, has: Count, first: bool, expires: int) -> Count:
        """Tell the items above what this part has, as far as it matters there. What is known of the gate then."""
        always = 1 < one.needs < one.width
        level, at = 0, leaf
        while not _is_root(one, level):
            complete = sum(has) == _capacity(one, level, at)
            if not (always or complete or (first and has.live == 1)):
                break
            has = _sum(self._put(_node(run, one, level + 1, at // FAN), at % FAN, has, expires))
            level, at = level + 1, at // FAN
        return has

    def _put(self, key: Key, child: int, has: Count, expires: int) -> Item:
        name = f"c{_LETTERS[child]}"
        update = f"SET #{name} = :has, #expires = :expires"
        values = {"has": sum(has) * _BASE + has.live, "expires": expires}
        return self._table.change(Change(key, update, values, f"attribute_not_exists(#{name}) OR #{name} < :has")).item

    def _all(self, run: str, task: str) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for item in self._table.under(of_run(run), f"gate#{task}#0-"):
            found |= noted(item)
        return found


def _node(run: str, one: Arriving, level: int, at: int) -> Key:
    name = f"gate#{one.task}" if _is_root(one, level) else f"gate#{one.task}#{level}-{at}"
    return Key(of_run(run), name)


def _is_root(one: Arriving, level: int) -> bool:
    return _size(level) >= one.width


def _size(level: int) -> int:
    size: int = FAN ** (level + 1)
    return size


def _capacity(one: Arriving, level: int, at: int) -> int:
    """So many edges lead into what lies below."""
    return min(one.width - at * _size(level), _size(level))


def _sum(item: Item) -> Count:
    live = dead = 0
    for name, value in item.items():
        if len(name) == 2 and name[0] == "c" and isinstance(value, int):
            decided, alive = divmod(value, _BASE)
            live, dead = live + alive, dead + decided - alive
    return Count(live, dead)
