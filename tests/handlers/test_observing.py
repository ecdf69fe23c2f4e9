"""What operators are told, by Powertools and by plain logging."""

from __future__ import annotations

import io
import json
import logging
import uuid

import pytest
from aws_lambda_powertools import Logger, Metrics

from events.ports import Happening
from handlers.observing import DURATION, NAMES, OUT_OF_ORDER, LoggingObserver, PowertoolsObserver


def test_every_happening_has_its_metric() -> None:
    assert set(NAMES) == set(Happening)


def told(happening: Happening, **facts: str | int) -> tuple[dict[str, object], list[dict[str, object]]]:
    lines = io.StringIO()
    logger = Logger(service=f"task-{uuid.uuid4()}", stream=lines, level="INFO")
    metrics = Metrics(namespace="Murmuration", service="task")
    PowertoolsObserver(logger, metrics).tell(happening, "media/thumbnails@3", **facts)
    try:
        return dict(metrics.serialize_metric_set()), [json.loads(line) for line in lines.getvalue().splitlines()]
    finally:
        metrics.clear_metrics()


def test_a_success_is_one_line_its_metrics_with_run_and_task_beside_them() -> None:
    metrics, lines = told(Happening.SUCCEEDED, run="r-1", task="resize", attempt=1, ms=42)
    assert lines == []
    assert (metrics[NAMES[Happening.SUCCEEDED]], metrics[DURATION]) == ([1.0], [42.0])
    assert (metrics["run"], metrics["task"], metrics["pipeline"]) == ("r-1", "resize", "media/thumbnails@3")


@pytest.mark.parametrize("happening", sorted(OUT_OF_ORDER | {Happening.FAILED, Happening.RETRYING}))
def test_what_went_wrong_has_a_line_of_its_own(happening: Happening) -> None:
    metrics, lines = told(happening, run="r-1", task="resize")
    assert metrics[NAMES[happening]] == [1.0]
    [line] = lines
    assert (line["level"], line["message"], line["run"]) == ("WARNING", happening.value, "r-1")


def test_plain_logging_tells_what_is_out_of_order_only(caplog: pytest.LogCaptureFixture) -> None:
    observer = LoggingObserver(logging.getLogger("murmuration.test"))
    observer.tell(Happening.SUCCEEDED, "p/x@1", run="r-1", ms=3)
    observer.tell(Happening.LOST, "p/x@1", run="r-1", task="a")
    observer.tell(Happening.REFUSED, "p/x")
    assert [record.getMessage() for record in caplog.records] == [
        "p/x@1: lost: run r-1, task a",
        "p/x: refused",
    ]
