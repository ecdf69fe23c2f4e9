"""The bus's contract: an event goes to the targets of the rules that match it, each told what its rule says, and to no other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.backends import Backend
from support.contracts.contract import Contract
from support.drawing import drawn

from events.envelope import Routing
from events.event import Event, EventType
from events.ports import Said
from events.rules import Choice, Plan, Surroundings, compile_rules, render_all
from events.slots import slots_for
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
TRIGGERS: JsonObject = {
    "orders": {"event": {"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}}},
    "uploads": {"s3": {"bucket": "uploads"}},
    "after": {"pipeline": {"pipeline": "other"}},
}
ORDER: JsonObject = {
    "id": "e-1",
    "source": "shop",
    "detail-type": "order.created",
    "time": "2026-01-02T12:00:00Z",
    "resources": [],
    "detail": {"total": 200, "text": "é"},
}
UPLOAD: JsonObject = {
    "id": "e-2",
    "source": "aws.s3",
    "detail-type": "Object Created",
    "time": "2026-01-02T12:00:00Z",
    "resources": [],
    "detail": {"bucket": {"name": Surroundings().bucket("uploads")}, "object": {"key": "a.png"}},
}


def event(type: EventType, task: str | None = None, pipeline: str = "media/thumbnails@3") -> Event:
    outcome = Outcome.succeeded({"n": [1, None, "é"]}).data() if task else {}
    attempt = 1 if task else 0
    return Event(
        type=type, time=NOON, pipeline=pipeline, run="r-1", task=task, attempt=attempt, cause="r-0", data=outcome
    )


class BusContract(Contract):
    @pytest.fixture
    def plan(self, backend: Backend) -> Plan:
        plan = compile_rules(drawn("a>b", "a>c", "a>d failure", triggers=TRIGGERS), choice=Choice.EDGE)
        backend.rules(render_all(plan.all, Surroundings()))
        return plan

    @pytest.mark.usefixtures("plan")
    def test_an_outcome_reaches_whom_the_rules_name_and_the_projector(self, backend: Backend) -> None:
        said = event(EventType.TASK_SUCCEEDED, "a")
        backend.bus.put([Said(said)])
        heard = backend.heard()
        assert all(one.event == said for one in heard), "it arrives as it was said"
        told = [one.routed.told for one in heard if one.routed.told is not None]
        assert sorted(str(one["task"]) for one in told) == ["b", "c"]
        assert [one.routed.arn for one in heard if one.routed.told is None] == [Surroundings().projector_queue]

    @pytest.mark.usefixtures("plan")
    def test_what_is_taken_is_gone(self, backend: Backend) -> None:
        backend.bus.put([Said(event(EventType.TASK_SUCCEEDED, "a"))])
        backend.heard()
        assert backend.heard() == []

    @pytest.mark.usefixtures("plan")
    def test_several_events_in_one_call_each_go_their_way(self, backend: Backend) -> None:
        backend.bus.put([Said(event(EventType.RUN_STARTED)), Said(event(EventType.TASK_FAILED, "a"))])
        told = [one.routed.told for one in backend.heard() if one.routed.told is not None]
        assert sorted(str(one["task"]) for one in told) == ["a", "d"]

    @pytest.mark.usefixtures("plan")
    def test_an_addressed_event_reaches_its_lambda_alone(self, backend: Backend) -> None:
        said = event(EventType.TASK_REQUESTED, "c")
        backend.bus.put([Said(said, Routing(lambda_="mm-task")), Said(said, Routing(lambda_="mm-other"))])
        told = [one.routed.told for one in backend.heard() if one.routed.told is not None]
        assert [one["task"] for one in told] == ["c"]

    def test_slots_reach_as_many_as_they_count(self, backend: Backend) -> None:
        plan = compile_rules(drawn(*(f"a>t{n}" for n in range(7))), choice=Choice.SLOT)
        backend.rules(render_all(plan.all, Surroundings()))
        assert plan.table is not None
        slots = slots_for(plan.table, "a", Status.SUCCEEDED)
        backend.bus.put([Said(event(EventType.TASK_SUCCEEDED, "a"), Routing(slots=slots))])
        heard = [one for one in backend.heard() if one.routed.told is not None]
        assert len(heard) == 7
        assert all(one.event == event(EventType.TASK_SUCCEEDED, "a") for one in heard), "and no reader sees the slots"

    @pytest.mark.usefixtures("plan")
    def test_the_same_event_by_the_same_target_is_known_by_the_same_name(self, backend: Backend) -> None:
        names: list[set[str]] = []
        for _ in range(2):
            backend.bus.put([Said(event(EventType.TASK_SUCCEEDED, "a"))])
            names.append({f"{one.event and one.event.id}>{one.routed.by}" for one in backend.heard()})
        assert names[0] == names[1]

    @pytest.mark.usefixtures("plan")
    def test_an_outside_event_reaches_the_triggers_that_match_as_it_came(self, backend: Backend) -> None:
        backend.bus.put_outside([ORDER, {**ORDER, "id": "e-3", "detail": {"total": 5}}])
        [heard] = backend.heard()
        assert heard.outside == ORDER
        assert heard.routed.told == {"trigger": "media/thumbnails/orders"}

    @pytest.mark.usefixtures("plan")
    def test_what_aws_says_is_heard_on_the_default_bus(self, backend: Backend) -> None:
        backend.bus.put_outside([UPLOAD, {**UPLOAD, "source": "shop"}])
        assert [one.routed.told for one in backend.heard()] == [{"trigger": "media/thumbnails/uploads"}]

    @pytest.mark.usefixtures("plan")
    def test_the_end_of_another_pipelines_run_is_a_trigger(self, backend: Backend) -> None:
        backend.bus.put([Said(event(EventType.RUN_SUCCEEDED, pipeline="media/other@1"))])
        [heard] = [one for one in backend.heard() if one.routed.told is not None]
        assert heard.routed.told == {"trigger": "media/thumbnails/after"}
        assert heard.outside is not None
        assert (heard.outside["source"], heard.outside["id"]) == ("murmuration", "r-1/run.succeeded")
