"""The projector: keeps every event of a run for people to look at, and ends runs whose last outcome it hears of.

It is no part of the choreography: switched off, every task still gets its outcome; switched on again, it catches up. It
works in batches, and asks once per batch and run whether the run is over: not after an end that is certain to lead on to
another task, which says its own. So a long chain is not looked through at each of its steps.
"""

from __future__ import annotations

from collections.abc import Sequence

from events.ends import RUN_ENDS, TASK_ENDS
from events.event import Event
from events.ledger import RunState
from events.ports import Ports
from handlers.ending import EndHandler
from handlers.loaded import Shelf


class Projector:
    def __init__(self, ports: Ports, shelf: Shelf, ending: EndHandler) -> None:
        self._ports = ports
        self._shelf = shelf
        self._ending = ending

    def hear(self, events: Sequence[Event]) -> None:
        self._ports.view.put(events)
        for run in dict.fromkeys(event.run for event in events if self._may_be_the_last(event)):
            record = self._ports.ledger.run(run)
            if record is not None and record.state is RunState.OPEN and self._ports.ledger.may_be_over(run):
                self._ending.conclude(record)
        for event in events:
            if event.type in RUN_ENDS:
                self._ports.ledger.told(event.run)

    def _may_be_the_last(self, event: Event) -> bool:
        status = TASK_ENDS.get(event.type)
        if status is None or event.task is None:
            return False
        return not self._shelf.loaded(event.pipeline).leads_on(event.task, status)
