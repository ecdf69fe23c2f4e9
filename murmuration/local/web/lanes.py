"""The lanes of the local server: what goes past the API, made in one place."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from events.ports import moment
from events.surroundings import Surroundings
from handlers.put_events import Buses
from murmuration.local.buckets import LocalBuckets
from murmuration.local.calls import Calls
from murmuration.local.signing import Signing
from murmuration.local.web.accepting import Accepting
from murmuration.local.web.callers import Callers, Identifying
from murmuration.local.web.door import Lane
from murmuration.local.web.events_lane import EventsLane
from murmuration.local.web.objects_lane import ObjectsLane
from murmuration.local.web.put_events_lane import PutEventsLane
from murmuration.system import RandomIds, SystemClock
from murmuration.workspace import Workspace


def lanes(workspace: Workspace, calls: Calls, identities: Identifying, thread: ThreadPoolExecutor) -> Sequence[Lane]:
    """`identities` belongs to `thread`."""
    clock = SystemClock()

    def now() -> datetime:
        return moment(clock.now())

    callers, accepting = Callers(identities, thread), Accepting(calls.ask)
    return (
        EventsLane(callers, accepting, now),
        PutEventsLane(callers, accepting, Buses.of(Surroundings()), RandomIds(), now),
        ObjectsLane(LocalBuckets(workspace.buckets), Signing(workspace.state, lambda: clock.now() / 1000)),
    )
