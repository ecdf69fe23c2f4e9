"""Gates: what arrives at tasks, and which of them that opens or shuts for good.

A gate is noted in the ledger, where all that ever arrived at it is. With one edge in there is nothing to note: what arrives
decides. What an event means to its targets is the same for each event of a kind, so it is looked up once (`Arrivals`); then
an arrival at a gate that goes on waiting costs next to nothing, and a join of ten thousand edges is ten thousand times that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from events.delivery import Delivery
from events.edges import is_live
from events.event import Event, EventType
from events.joins import Decision, decide_by_count
from events.ledger import GateState, RunRecord
from events.ports import Arriving, Ports
from handlers.loaded import Loaded, Node
from schemas.outcome import Outcome, Status, TaskError


class Arrival(NamedTuple):
    node: Node
    delivery: Delivery


class Arrivals:
    """What one event brings, prepared for all events of its kind."""

    __slots__ = ("alone", "loaded", "noted", "opens_from", "wide")

    def __init__(self, loaded: Loaded, deliveries: Iterable[Delivery]) -> None:
        self.loaded = loaded
        self.alone: list[Arrival] = []
        """At tasks with one edge in, or none."""
        self.wide: list[Arrival] = []
        for delivery in deliveries:
            node = loaded.node(delivery.task)
            if node is not None:
                (self.wide if len(node.incoming) > 1 else self.alone).append(Arrival(node, delivery))
        self.opens_from = [node.opens_from for node, _ in self.wide]
        self.noted: list[Arriving] | None = None
        """What each gate of `wide` is told; None where that depends on the outcome."""
        if not any(_asks_the_outcome(*one) for one in self.wide):
            self.noted = [_arriving(node, _all_live(node, delivery)) for node, delivery in self.wide]


class Heard(NamedTuple):
    """An event that has come, and what it belongs to."""

    run: RunRecord
    loaded: Loaded
    event: Event


class Decided(NamedTuple):
    arrival: Arrival
    decision: Decision
    """Never to wait."""
    edges: tuple[str, ...]
    """The live edges that the gate has seen."""


class Gates:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def arrive(self, heard: Heard, arrivals: Arrivals) -> list[Decided]:
        """Note what has arrived. Those whose gate has decided by now."""
        decided = [_alone(heard.event, arrival) for arrival in arrivals.alone]
        if arrivals.wide:
            noted = arrivals.noted
            if noted is None:
                noted = [_arriving(node, _live(heard.event, node, delivery)) for node, delivery in arrivals.wide]
            gates = self._ports.ledger.arrive(heard.run.id, noted)
            opens_from, wide = arrivals.opens_from, arrivals.wide
            open_ = [at for at, gate in enumerate(gates) if gate.live >= opens_from[at]]
            decided += [self._asked(heard, wide[at], gates[at]) for at in open_]
        return [one for one in decided if one.decision is not Decision.WAIT]

    def _asked(self, heard: Heard, arrival: Arrival, gate: GateState) -> Decided:
        node = arrival.node
        decision = decide_by_count(node.task.join, len(node.incoming), gate.live, gate.dead)
        if decision is not Decision.RUN:
            return Decided(arrival, decision, ())
        if gate.live > node.needs and self._taken(heard, arrival):
            return Decided(arrival, Decision.WAIT, ())
        return Decided(arrival, Decision.RUN, gate.live_edges)

    def _taken(self, heard: Heard, arrival: Arrival) -> bool:
        """It came after the gate had opened, and others see to the task: a wide `any` is cheap to be late at."""
        record = self._ports.ledger.task(heard.run.id, arrival.node.name)
        if record is None or record.delivery == arrival.delivery.id(heard.event):
            return False
        return record.lease > self._ports.clock.now()


def _alone(event: Event, arrival: Arrival) -> Decided:
    node, delivery = arrival
    if delivery.addressed or not node.incoming:
        return Decided(arrival, Decision.RUN, tuple(node.incoming))
    gate = GateState(_live(event, node, delivery))
    return Decided(arrival, decide_by_count(node.task.join, 1, gate.live, gate.dead), gate.live_edges)


def _asks_the_outcome(node: Node, delivery: Delivery) -> bool:
    """In the settled closure what arrives may be dead, and the gate finds out itself."""
    return node.hears_everything and not delivery.addressed


def _live(event: Event, node: Node, delivery: Delivery) -> dict[str, bool]:
    if not _asks_the_outcome(node, delivery):
        return _all_live(node, delivery)
    outcome = outcome_of(event)
    return {edge: is_live(node.incoming[edge], outcome) for edge in delivery.edges if edge in node.incoming}


def _arriving(node: Node, edges: Mapping[str, bool]) -> Arriving:
    return Arriving(node.name, edges, node.places, node.needs)


def _all_live(node: Node, delivery: Delivery) -> dict[str, bool]:
    return {edge: True for edge in delivery.edges if edge in node.incoming}


def outcome_of(event: Event) -> Outcome:
    """The outcome that an event tells; an event that tells none is as good as skipped."""
    match event.type:
        case EventType.TASK_SUCCEEDED:
            return Outcome.succeeded(event.data.get("output"))
        case EventType.TASK_FAILED:
            return Outcome(status=Status.FAILED, error=TaskError.read(event.data.get("error")))
        case _:
            return Outcome.skipped()
