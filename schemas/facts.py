"""What can be known of a run while it goes on: how tasks ended, and who is skipped for it.

A set of facts is one number with four bits for each task: it is decided, it succeeded, it failed, it was skipped. Whoever
waits for a success is skipped in the moment of the failure, and so on along the edges; conditions are not looked at, for
an edge that has one may be dead or live. What always follows from one fact is worked out once, for all facts together, so
that a pipeline of thousands of tasks is answered at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import assert_never

from schemas.gate import needed
from schemas.pipeline import Edge, EdgeKind
from schemas.wiring import Wiring

Bits = int
"""A set of tasks or of facts. The bit of a task is its place in the order, and so is the fact that it is decided."""


class Facts:
    def __init__(self, wiring: Wiring, order: Sequence[str]) -> None:
        self._wiring = wiring
        self._order = order
        self._place = {name: at for at, name in enumerate(order)}
        self.everything: Bits = (1 << 4 * len(order)) - 1

    def decided(self, task: str) -> Bits:
        return 1 << self._place[task]

    def succeeded(self, task: str) -> Bits:
        return 1 << len(self._order) + self._place[task]

    def failed(self, task: str) -> Bits:
        return 1 << 2 * len(self._order) + self._place[task]

    def skipped(self, task: str) -> Bits:
        return 1 << 3 * len(self._order) + self._place[task] | self.decided(task)

    def by_end(self, task: str, known: Bits) -> tuple[Bits, Bits]:
        """What is known when it has succeeded, and when it has failed."""
        if task not in self._on_failure:
            return known | self.succeeded(task), known | self.failed(task)
        succeeded, failed = self.succeeded(task), self.failed(task)
        return known | succeeded | self._skipped_for(succeeded), known | failed | self._skipped_for(failed)

    def together(self, known: Bits, ended: Iterable[str]) -> Bits:
        """With who is skipped for the ends of several of these tasks, and for none of them alone."""
        heard = {edge.to for task in ended if known & self.succeeded(task) for edge in self._on_failure.get(task, ())}
        for task in heard:
            if not known & self.skipped(task) and self._is_shut(task, known):
                known |= self.skipped(task)
                known |= sum(self.skipped(other) for other in self._order if self._causes[other] & self.skipped(task))
        return known

    def _is_shut(self, task: str, known: Bits) -> bool:
        dies_by = self._dies_by[task]
        may_live = needed(self._wiring.tasks[task].join, len(dies_by))
        for causes in dies_by:
            may_live -= not known & causes
            if may_live <= 0:
                return False
        return True

    @cached_property
    def _causes(self) -> dict[str, Bits]:
        """By task: every fact that alone makes sure that it is skipped."""
        return {name: causes for name, (causes, _) in self._worked_out.items()}

    @cached_property
    def _dies_by(self) -> dict[str, list[Bits]]:
        """By task: for each edge into it, every fact that alone makes sure that the edge is dead."""
        return {name: dies_by for name, (_, dies_by) in self._worked_out.items()}

    @cached_property
    def _worked_out(self) -> dict[str, tuple[Bits, list[Bits]]]:
        found: dict[str, tuple[Bits, list[Bits]]] = {}
        for name in self._order:
            dies_by = [found[edge.from_][0] | self._kills(edge) for edge in self._wiring.incoming[name]]
            # Of a gate that needs more edges than there are nothing is said: it never opens, and that is told elsewhere.
            need = needed(self._wiring.tasks[name].join, len(dies_by))
            shut = (
                told_by_any(need, ((causes, 1) for causes in dies_by), self.everything) if need <= len(dies_by) else 0
            )
            found[name] = shut, dies_by
        return found

    def _kills(self, edge: Edge) -> Bits:
        """What of its own task makes sure that it is dead."""
        skipped = self.skipped(edge.from_) ^ self.decided(edge.from_)
        match edge.on:
            case EdgeKind.SUCCESS:
                return skipped | self.failed(edge.from_)
            case EdgeKind.FAILURE:
                return skipped | self.succeeded(edge.from_)
            case EdgeKind.COMPLETION:
                return skipped
            case _:
                assert_never(edge.on)

    @cached_property
    def _on_failure(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {}
        for edge in self._wiring.pipeline.edges:
            if edge.on is EdgeKind.FAILURE:
                found.setdefault(edge.from_, []).append(edge)
        return found

    def _skipped_for(self, fact: Bits) -> Bits:
        told = bytearray(len(self._order) // 8 + 1)
        for place in self._effects.get(fact.bit_length() - 1, ()):
            told[place >> 3] |= 1 << (place & 7)
        decided = int.from_bytes(told, "little")
        return decided | decided << 3 * len(self._order)

    @cached_property
    def _effects(self) -> dict[int, list[int]]:
        """By the bit of a fact: the places of those who are skipped for it. Only where somebody hears of a failure: of
        other ends nobody asks."""
        effects: dict[int, list[int]] = {}
        asked = sum(self.succeeded(task) | self.failed(task) for task in self._on_failure)
        for place, name in enumerate(self._order):
            for cause in _places(self._causes[name] & asked):
                effects.setdefault(cause, []).append(place)
        return effects


def _places(facts: Bits) -> Iterator[int]:
    digits = bin(facts)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def told_by_any(count: int, told: Iterable[tuple[Bits, int]], everybody: Bits) -> Bits:
    """What is told whichever `count` edges it is: each that fewer than `count` edges do not tell.

    `told` is what edges tell, and how many tell it. They are counted for all tasks at once, in binary: `planes[i]` holds
    the tasks whose count has bit i set.
    """
    if count <= 0:
        return 0
    planes = [0] * (count.bit_length() + 1)
    for known, times in told:
        for _ in range(times):
            _add_one(planes, everybody & ~known)
    fewer, equal = 0, everybody
    for at in reversed(range(len(planes))):
        if count >> at & 1:
            fewer |= equal & ~planes[at]
            equal &= planes[at]
        else:
            equal &= ~planes[at]
    return fewer


def _add_one(planes: list[Bits], carry: Bits) -> None:
    for at, plane in enumerate(planes):
        planes[at], carry = plane ^ carry, plane & carry
    planes[-1] |= carry
