"""Gates in the table. A narrow one is one item: its live and its dead edges as two sets, to which an update adds and is
told all that is there. A wide one is a tree of such items (`murmuration.aws.gates_wide`).

The first word on an edge stays: an update refuses an id that the other set has, and what it refuses it is told too. Adding
an id that is there changes nothing, so a write whose reply was lost may simply come again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from events.ledger import GateState
from events.ports import Arriving
from murmuration.aws.gates_wide import WideGates
from murmuration.aws.noting import note, noted
from murmuration.aws.records import name_of, of_run
from murmuration.aws.table import Key, Table

NARROW: Final = 32

Expires = Callable[[str], int]


class Gates:
    def __init__(self, table: Table, expires: Expires) -> None:
        self._table = table
        self._expires = expires
        self._wide = WideGates(table)

    def arrive(self, run: str, arrivals: Sequence[Arriving]) -> list[GateState]:
        once: dict[str, Arriving] = {}
        for one in arrivals:
            there = once.setdefault(one.task, one)
            if there is not one:
                once[one.task] = there._replace(edges={**one.edges, **there.edges})
        found = {task: self._arrive(run, one) for task, one in once.items()}
        return [found[one.task] for one in arrivals]

    def gates(self, run: str) -> Mapping[str, GateState]:
        """All of each, from its parts: what these have not told one another is there, too."""
        parts: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        for item in self._table.under(of_run(run), "gate#"):
            if edges := noted(item):
                parts[name_of(item)] |= edges
        return {task: GateState(edges) for task, edges in parts.items()}

    def _arrive(self, run: str, one: Arriving) -> GateState:
        if one.width > NARROW:
            return self._wide.arrive(run, one, self._expires(run))
        key = Key(of_run(run), f"gate#{one.task}")
        if not one.edges:
            return GateState(noted(self._table.get(key) or {}))
        return GateState(noted(note(self._table, key, one.edges, self._expires(run))))
