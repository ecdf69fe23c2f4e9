"""`context`: what a function knows of the task that it runs for, and what it can say while it runs."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue

    from murmuration.sdk.artifacts import Artifacts

_LARGEST_EVENT: Final = 200 * 1024
_MOST_EVENTS: Final = 100


@dataclass(slots=True, eq=False)
class Context:
    """Made for one attempt. Write `context: Context` in a typed function to get it."""

    run: str
    pipeline: str
    task: str
    attempt: int
    idempotency_key: str
    """The same for every attempt of this task in this run: give it to services that should act once."""
    variables: Mapping[str, JsonValue]
    secrets: Mapping[str, JsonValue]
    artifacts: Artifacts
    ends_ms: int | None
    function: str = ""
    token: str = ""
    """Where the task says `callback: true`: whoever has it settles the task, once this function has returned."""
    _tell: Callable[[float, str], None] | None = None
    _events: list[dict[str, JsonValue]] = field(default_factory=list)

    @property
    def deadline(self) -> datetime | None:
        """When this attempt will be ended, in UTC: by its timeout or with its run, whichever is first."""
        return None if self.ends_ms is None else datetime.fromtimestamp(self.ends_ms / 1000, UTC)

    def remaining_ms(self) -> int | None:
        """How long there is until the deadline, never below 0. None when nothing ends this attempt."""
        return None if self.ends_ms is None else max(0, self.ends_ms - time.time_ns() // 1_000_000)

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(self.function or "function")

    def progress(self, fraction: float, message: str = "") -> None:
        """Show how far this attempt is: 0 to 1, with a few words."""
        if self._tell is not None:
            self._tell(min(1.0, max(0.0, float(fraction))), str(message))

    def emit(self, event: Mapping[str, JsonValue]) -> None:
        """Say an event of your own: `{"source": "shop", "detail-type": "order.packed", "detail": {...}}`.

        It is sent if and when this attempt counts: with the task's success, never twice for two attempts.
        """
        if len(self._events) == _MOST_EVENTS:
            raise ValueError(f"One attempt can emit {_MOST_EVENTS} events at most.")
        self._events.append(_event(event))

    def emitted(self) -> list[dict[str, JsonValue]]:
        return self._events


def _event(event: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    unknown = sorted(set(event) - {"source", "detail-type", "detail", "resources"})
    if unknown:
        raise ValueError(
            f"An event has source, detail-type, detail and resources, but not {', '.join(map(repr, unknown))}."
        )
    source, type_, detail = event.get("source"), event.get("detail-type"), event.get("detail", {})
    if not (isinstance(source, str) and source and isinstance(type_, str) and type_):
        raise ValueError('An event needs a "source" and a "detail-type", both text.')
    if source.strip("/ ").casefold().replace("/", ".").partition(".")[0] == "murmuration" or source.startswith("aws."):
        raise ValueError(f"The source {source!r} is the system's own; choose another.")
    if not isinstance(detail, Mapping):
        raise ValueError('The "detail" of an event is an object.')
    try:
        text = json.dumps({"source": source, "detail-type": type_, **event}, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The event {type_!r} is not JSON: {error}.") from None
    if len(text) > _LARGEST_EVENT:
        raise ValueError(
            f"The event {type_!r} has {len(text):,} bytes; {_LARGEST_EVENT:,} are the most. Put large data into an artifact."
        )
    read: dict[str, JsonValue] = json.loads(text)
    return {"detail": {}, **read}
