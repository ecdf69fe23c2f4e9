"""Notifications of a deployed stack: ends of runs, late runs and dead letters reach who subscribed to them, once."""

from __future__ import annotations

import json
from pathlib import Path

from support.backends import memory
from support.letters import TASK, Stand
from support.sky import Invoked, Sky, sky

from events.ports import Unavailable
from handlers import entry
from handlers.cabinet import Cabinet
from handlers.notifications import Subscription, pipeline_of
from handlers.operations import DRAWER, SOURCE
from handlers.undelivered import Letter
from murmuration.aws.reading import AwsReading
from murmuration.aws.slas import KEPT_MS, AwsSlas
from murmuration.memory import ManualClock
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

TOLD: JsonObject = {"source": "com.example.shop", "type": "told"}
MINUTE = 60_000


def pipeline(name: str, task: JsonObject, **more: object) -> Pipeline:
    return Pipeline.read({"project": "shop", "pipeline": name, "tasks": {"a": task}, **more})


def subscribe(here: Sky, id_: str, **wanted: object) -> None:
    found = Subscription.read({**wanted, "event": TOLD})
    here.stack.cabinet.put(DRAWER, f"shop/{id_}", found.document())
    here.publish(Pipeline.read(pipeline_of("shop", id_, found)))


def heard(here: Sky) -> list[JsonObject]:
    """What the pipeline that listens to the event was given."""
    with AwsReading(here.stack) as reading:
        runs = reading.page(most=100).runs
    return [one.input for one in runs if one.pipeline == "shop/ears" and isinstance(one.input, dict)]


def test_ends_and_late_runs_are_told(tmp_path: Path) -> None:
    with sky(tmp_path, seed=1, doubled=0.5) as here:
        ears: JsonObject = {"heard": {"event": {"source": ["com.example.shop"]}, "input": "${detail}"}}
        here.publish(
            pipeline("ears", {"action": "pass"}, triggers=ears),
            pipeline("broken", {"action": "fail", "with": {"message": "no"}}),
            pipeline("slow", {"action": "wait", "with": {"until": "2999-01-01T00:00:00Z"}}),
        )
        subscribe(here, "a1", outcomes=["failed"])
        subscribe(here, "a2", sla="5m", pipelines=["slow"])
        broken = here.ask("shop/broken")
        here.settle()
        [told] = heard(here)
        assert (told["kind"], told["run"], told["outcome"], told["pipeline"]) == (
            "outcome",
            broken,
            "failed",
            "shop/broken@1",
        )
        slow = here.ask("shop/slow")
        here.settle()
        for _ in range(9):
            here.stage.clock.at += MINUTE
            entry.sweeper({}, Invoked("sweep"))
            here.settle()
        assert here.end(slow) is None
        [late] = [one for one in heard(here) if one["kind"] == "late"]
        assert (late["run"], late["sla"], late["project"]) == (slow, "5m", "shop")
        assert len(heard(here)) == 2


def test_a_letter_that_is_kept_is_told(tmp_path: Path) -> None:
    here = Stand(memory(tmp_path))
    said: list[JsonObject] = []
    here.alone.ports.bus.put_operations = said.extend  # type: ignore[method-assign]
    event: JsonObject = {
        "id": "e",
        "source": "murmuration",
        "detail-type": "x",
        "detail": {"pipeline": "p/x@1", "much": 1},
    }
    own: JsonObject = {**event, "detail": {"pipeline": "p/murmuration-notify-a@1"}}
    nobodys: JsonObject = {**event, "detail": {}}
    for told in (event, own, nobodys):
        letter = Letter(
            "l", "undelivered", json.dumps(told), attributes={"RULE_ARN": "arn:rule/mm/gone", "TARGET_ARN": TASK}
        )
        assert here.undelivered.take([letter]) == []
    assert len(here.post.kept) == 3
    [one] = said
    detail = one["detail"]
    assert isinstance(detail, dict)
    assert (one["source"], one["detail-type"]) == (SOURCE, "delivery.dead")
    assert (detail["project"], detail["pipeline"], detail["version"]) == ("p", "p/x", 1)
    assert "gone" in str(detail["why"])
    assert "much" not in json.dumps(one)


def test_what_was_read_is_used_for_a_minute_and_while_the_store_refuses() -> None:
    clock, asked = ManualClock(), list[int]()

    class Refusing:
        def list(self, drawer: str, **_: object) -> list[object]:
            asked.append(1)
            raise Unavailable("slowly")

    def cabinet() -> Cabinet:
        return Refusing()  # type: ignore[return-value]

    slas = AwsSlas(cabinet, clock)
    assert slas("shop/orders") == []
    assert slas("shop/orders") == []
    assert len(asked) == 1
    clock.at += KEPT_MS
    assert slas("shop/orders") == []
    assert len(asked) == 2
