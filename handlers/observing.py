"""Observing: what handlers tell operators. Counts and durations to draw and to alarm on, and lines that say what happened.

Handlers tell an `Observer`, and do not know who listens. In Lambda it is Powertools. There a log line is paid for, so an invocation
that goes well writes one: its metrics in CloudWatch's embedded format, with run and task beside them. What went wrong has a
line of its own. The local stack has the run view, and listens for what is out of order.

What must always hold: an observer never raises, never waits, and is told nothing of inputs, outputs or secrets.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from events.ports import Happening

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

NAMES: Final = {
    Happening.SUCCEEDED: "TasksSucceeded",
    Happening.FAILED: "TasksFailed",
    Happening.RETRYING: "TasksRetrying",
    Happening.LOST: "TasksLost",
    Happening.TOO_LATE: "OwnersTooLate",
    Happening.STARTED: "RunsStarted",
    Happening.ENDED: "RunsEnded",
    Happening.REFUSED: "TriggersRefused",
    Happening.SWEPT: "TasksSwept",
}
DURATION: Final = "TaskDuration"
OUT_OF_ORDER: Final = frozenset({Happening.LOST, Happening.TOO_LATE, Happening.REFUSED, Happening.SWEPT})
_PLAIN: Final = frozenset({Happening.SUCCEEDED, Happening.STARTED, Happening.ENDED})


class PowertoolsObserver:
    """The door of the Lambda function gives both, and flushes the metrics when the invocation ends."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def tell(self, happening: Happening, pipeline: str, ms: int | None = None, **facts: str | int) -> None:
        self._metrics.add_metric(name=NAMES[happening], unit="Count", value=1)
        if ms is not None:
            self._metrics.add_metric(name=DURATION, unit="Milliseconds", value=ms)
        told = {"pipeline": pipeline, **facts}
        if happening in _PLAIN:
            for name, value in told.items():
                self._metrics.add_metadata(name, value)
        else:
            self._logger.warning(happening.value, extra=told)


class LoggingObserver:
    """What is out of order, as a line of the standard library's logging."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log

    def tell(self, happening: Happening, pipeline: str, ms: int | None = None, **facts: str | int) -> None:
        if happening in OUT_OF_ORDER:
            told = ", ".join(f"{name} {value}" for name, value in facts.items())
            self._log.warning("%s: %s%s%s", pipeline, happening.value, ": " if told else "", told)
