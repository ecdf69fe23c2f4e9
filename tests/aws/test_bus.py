"""The bus on AWS: batches, what was left undone, what goes straight to the projector's queue, what is too large, whose id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from support.aws import cloud
from support.aws_wires import drained

from events.envelope import read_detail
from events.event import Event, EventType
from events.outside import LARGEST_EVENT, size_of
from events.ports import Said, Unavailable
from events.reference import artifact_of
from murmuration.aws.batches import LARGEST_CALL, TRIES, batches
from murmuration.aws.bus import ID, AwsBus, as_it_came, message
from murmuration.aws.clients import Clients
from murmuration.aws.ends import ALL, Ends
from murmuration.aws.listening import listened_to
from murmuration.aws.refusals import AwsRefused, Denied
from murmuration.memory import MemoryArtifacts
from schemas.errors import InvalidEvent
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
Answer = Callable[[int], str | None]
"""Of an entry, by how often it was sent before: the error it is answered with."""


@dataclass
class Service:
    """EventBridge and SQS as far as the bus calls them, answering as a test says."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    """By a text in the entry, the errors of its first calls."""
    raises: list[Exception] = field(default_factory=list)
    calls: list[list[str]] = field(default_factory=list)

    def _answer(self, text: str) -> str | None:
        errors = next((errors for part, errors in self.answers.items() if part in text), [])
        return errors.pop(0) if errors else None

    def put_events(self, Entries: Sequence[Any]) -> dict[str, Any]:
        self.calls.append([one["Detail"] for one in Entries])
        if self.raises:
            raise self.raises.pop(0)
        found = [self._answer(one["Detail"]) for one in Entries]
        return {
            "Entries": [
                {"EventId": "1"} if code is None else {"ErrorCode": code, "ErrorMessage": "no"} for code in found
            ]
        }

    def send_message_batch(self, QueueUrl: str, Entries: Sequence[Any]) -> dict[str, Any]:
        self.calls.append([one["MessageBody"] for one in Entries])
        failed = []
        for one in Entries:
            code = self._answer(one["MessageBody"])
            if code is not None:
                failed.append({"Id": one["Id"], "Code": code, "SenderFault": code.startswith("Invalid")})
        return {"Failed": failed} if failed else {}


@dataclass
class Stand:
    bus: AwsBus
    events: Service = field(default_factory=Service)
    sqs: Service = field(default_factory=Service)
    paused: list[float] = field(default_factory=list)
    artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)


@pytest.fixture
def stand() -> Stand:
    events, sqs, paused, artifacts = Service(), Service(), list[float](), MemoryArtifacts()
    clients = cast(Clients, SimpleNamespace(events=events, sqs=sqs))
    bus = AwsBus(clients, "murmur-test", "queue", artifacts, lambda _: False, paused.append)
    return Stand(bus, events, sqs, paused, artifacts)


def said(number: int = 1, type_: EventType = EventType.TASK_SUCCEEDED, data: JsonObject | None = None) -> Said:
    task = f"t{number}" if type_.about_a_task else None
    told = {"status": "succeeded", "output": None} if data is None else data
    attempt = 1 if task else 0
    return Said(Event(type=type_, time=NOON, pipeline="p/x@1", run="r-1", task=task, attempt=attempt, data=told))


class TestBatches:
    @pytest.mark.parametrize(("count", "calls"), [(0, 0), (1, 1), (10, 1), (11, 2), (25, 3)])
    def test_ten_go_in_a_call(self, stand: Stand, count: int, calls: int) -> None:
        stand.bus.put([said(number) for number in range(count)])
        assert len(stand.events.calls) == calls
        assert sum(map(len, stand.events.calls)) == count

    def test_a_call_is_no_larger_than_it_may_be(self) -> None:
        sizes = [LARGEST_CALL // 2, LARGEST_CALL // 2, 1, LARGEST_CALL, 2]
        assert list(batches(sizes, lambda size: size)) == [sizes[:2], sizes[2:3], sizes[3:4], sizes[4:]]

    def test_what_is_larger_than_a_call_goes_alone_and_is_for_the_service_to_refuse(self) -> None:
        assert list(batches([1, LARGEST_CALL + 1, 1], lambda size: size)) == [[1], [LARGEST_CALL + 1], [1]]

    def test_bytes_are_counted_and_not_characters(self, stand: Stand) -> None:
        stand.bus.put([said(number, data={"output": "é" * 60_000}) for number in range(10)])
        assert [len(call) for call in stand.events.calls] == [8, 2]


class TestWhatWasLeftUndone:
    def test_only_that_is_sent_again(self, stand: Stand) -> None:
        stand.events.answers = {'"t2"': ["ThrottlingException", "InternalFailure"], '"t3"': ["ThrottlingException"]}
        stand.bus.put([said(number) for number in (1, 2, 3)])
        tasks = [[orjson.loads(one)["task"] for one in call] for call in stand.events.calls]
        assert tasks == [["t1", "t2", "t3"], ["t2", "t3"], ["t2"]]

    def test_waits_double(self, stand: Stand) -> None:
        stand.events.answers = {'"t1"': ["ThrottlingException"] * 3}
        stand.bus.put([said(1)])
        assert stand.paused == [0.05, 0.1, 0.2]

    def test_after_some_tries_it_is_for_the_caller_to_come_again(self, stand: Stand) -> None:
        stand.events.answers = {'"t1"': ["ThrottlingException"] * 99}
        with pytest.raises(Unavailable, match="left 1 of 2 undone"):
            stand.bus.put([said(1), said(2)])
        assert len(stand.events.calls) == TRIES

    def test_what_is_refused_for_good_holds_up_no_other(self, stand: Stand) -> None:
        stand.events.answers = {'"t1"': ["NotAuthorizedForSourceException"], '"t2"': ["ThrottlingException"]}
        with pytest.raises(AwsRefused, match="NotAuthorizedForSource"):
            stand.bus.put([said(number) for number in range(1, 12)])
        assert [len(call) for call in stand.events.calls] == [10, 1, 1]

    def test_no_answer_is_no_success(self, stand: Stand) -> None:
        stand.events.raises = [EndpointConnectionError(endpoint_url="there")]
        with pytest.raises(Unavailable, match="did not answer"):
            stand.bus.put([said(1)])

    def test_a_right_that_is_missing_is_told(self, stand: Stand) -> None:
        answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": "not PutEvents"}}
        stand.events.raises = [ClientError(answer, "PutEvents")]
        with pytest.raises(Denied, match="not PutEvents"):
            stand.bus.put([said(1)])

    def test_of_messages_too(self, stand: Stand) -> None:
        stand.sqs.answers = {'"t1"': ["InternalError"], '"t2"': ["InvalidMessageContents"]}
        with pytest.raises(AwsRefused, match="InvalidMessageContents"):
            stand.bus.put([said(number, EventType.TASK_RETRYING, {}) for number in (1, 2, 3)])
        assert [len(call) for call in stand.sqs.calls] == [3, 1]


def test_a_reply_that_is_lost_is_an_event_that_may_be_said_twice_and_is_one() -> None:
    with cloud() as here:
        queue = here.clients.sqs.get_queue_attributes(
            QueueUrl=here.environment.projector_queue, AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        bus = {"EventBusName": here.environment.prefix}
        here.clients.events.put_rule(Name="all", EventPattern='{"source": ["murmuration"]}', **bus)
        here.clients.events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": queue}], **bus)
        ours = AwsBus(
            here.clients, here.environment.prefix, here.environment.projector_queue, MemoryArtifacts(), lambda _: True
        )

        def lost(**_: Any) -> None:
            raise EndpointConnectionError(endpoint_url="there")

        hooks = here.clients.events.meta.events
        hooks.register("after-call.events.PutEvents", lost)
        try:
            with pytest.raises(Unavailable):
                ours.put([said(1)])
        finally:
            hooks.unregister("after-call.events.PutEvents", lost)
        ours.put([said(1)])
        told = [event["detail"]["id"] for _, event in drained(here, here.environment.projector_queue)]
        assert told == ["r-1/t1/1/task.succeeded"] * 2


class TestWhatNobodyHears:
    @pytest.mark.parametrize("type_", [EventType.TASK_STARTED, EventType.TASK_RETRYING, EventType.TASK_WAITING])
    def test_goes_straight_to_the_projectors_queue(self, stand: Stand, type_: EventType) -> None:
        told = said(1, type_, {})
        stand.bus.put([told])
        assert not stand.events.calls
        assert read_detail(orjson.loads(stand.sqs.calls[0][0])) == told.event

    def test_the_projector_tells_itself(self, stand: Stand) -> None:
        heard: list[Event] = []
        waiting = said(1, EventType.TASK_WAITING, {})
        with stand.bus.telling(heard.extend):
            stand.bus.put([waiting, said(2)])
        assert heard == [waiting.event]
        assert len(stand.events.calls) == 1, "what tasks hear is on the bus all the same"
        stand.bus.put([waiting])
        assert len(stand.sqs.calls) == 1, "and afterwards by its queue again"

    def test_what_tasks_hear_goes_first(self, stand: Stand) -> None:
        stand.events.answers = {'"t1"': ["ThrottlingException"] * 99}
        with pytest.raises(Unavailable):
            stand.bus.put([said(2, EventType.TASK_RETRYING, {}), said(1)])
        assert not stand.sqs.calls

    def test_a_runs_end_goes_on_the_bus_where_it_is_heard(self) -> None:
        with cloud() as here:
            ends = Ends(here.table)
            bus = AwsBus(
                here.clients, here.environment.prefix, here.environment.projector_queue, MemoryArtifacts(), ends.heard
            )
            end = said(type_=EventType.RUN_FAILED, data={})
            bus.put([end])
            [(_, straight)] = drained(here, here.environment.projector_queue)
            assert read_detail(straight) == end.event
            ends.listen("p/x", "p/y/triggers/after")
            bus.put([end])
            assert not list(drained(here, here.environment.projector_queue))

    def test_what_no_message_may_hold_is_spelt(self) -> None:
        text = "a\ufffeb\uffffc\U0001f426"
        spelt = message(orjson.dumps(text).decode())
        assert "\ufffe" not in spelt
        assert "\uffff" not in spelt
        assert orjson.loads(spelt) == text


@pytest.fixture
def ends() -> Iterator[Ends]:
    with cloud() as here:
        yield Ends(here.table)


class TestEnds:
    def test_nobody_listens_until_somebody_says_so(self, ends: Ends) -> None:
        assert not ends.heard("p/x")
        ends.listen("p/x", "one")
        ends.listen("p/x", "other")
        ends.forget("p/x", "one")
        assert ends.heard("p/x")
        assert not ends.heard("p/y")
        ends.forget("p/x", "other")
        ends.forget("p/x", "other")
        assert not ends.heard("p/x")

    def test_who_listens_is_known_by_name(self, ends: Ends) -> None:
        assert ends.listeners("p/x") == frozenset()
        ends.listen("p/x", "one")
        assert ends.listeners("p/x") == {"one"}

    def test_some_listen_to_all(self, ends: Ends) -> None:
        ends.listen(ALL, "watch")
        assert ends.heard("p/x")

    def test_a_pipelines_triggers_say_whom_they_hear(self) -> None:
        pipeline = Pipeline.read(
            {
                "project": "p",
                "pipeline": "x",
                "tasks": {"a": {"function": "f"}},
                "triggers": {
                    "after": {"pipeline": {"pipeline": "y"}},
                    "far": {"pipeline": {"pipeline": "z", "project": "q"}},
                    "watch": {"event": {"source": ["murmuration"], "detail-type": ["run.failed"]}},
                    "any": {"event": {"detail": {"total": [1]}}},
                    "tasks": {"event": {"source": ["murmuration"], "detail-type": ["task.failed"]}},
                    "shop": {"event": {"source": ["shop"]}},
                    "nightly": {"schedule": {"rate": "1d"}},
                },
            }
        )
        heard = {"p/y": "after", "q/z": "far"}
        wanted = {(other, f"p/x/triggers/{name}") for other, name in heard.items()}
        wanted |= {(ALL, f"p/x/triggers/{name}") for name in ("watch", "any")}
        assert listened_to(pipeline) == wanted
        assert listened_to(pipeline, announce=True) == {*wanted, ("p/x", "p/x/announce")}


class TestWhatIsTooLarge:
    def test_a_runs_input_stays_behind(self, stand: Stand) -> None:
        input_: JsonObject = {"text": "x" * LARGEST_EVENT}
        stand.bus.put([said(type_=EventType.RUN_STARTED, data={"trigger": "up", "input": input_})])
        [[detail]] = stand.events.calls
        told = orjson.loads(detail)["data"]
        assert told["trigger"] == "up"
        artifact = artifact_of(told["input"])
        assert artifact is not None
        assert orjson.loads(stand.artifacts.get(artifact.at)) == input_

    def test_of_an_error_the_type_stays_and_a_text_is_cut(self, stand: Stand) -> None:
        detail: JsonObject = {"rows": "x" * 20_000}
        error: JsonObject = {"type": "Bad", "message": "m" * LARGEST_EVENT, "detail": detail}
        stand.bus.put([said(1, EventType.TASK_FAILED, {"status": "failed", "error": error})])
        [[written]] = stand.events.calls
        event = read_detail(orjson.loads(written))
        told = cast(JsonObject, event.data["error"])
        assert (event.data["status"], told["type"]) == ("failed", "Bad")
        assert str(told["message"]).startswith("mmm")
        assert artifact_of(told["detail"]) is not None
        assert len(written) < 10_000

    def test_an_outside_event_is_refused_in_words(self, stand: Stand) -> None:
        with pytest.raises(InvalidEvent, match="dataref"):
            stand.bus.put_outside([outside(detail={"text": "x" * LARGEST_CALL})])
        assert not stand.events.calls

    def test_the_size_is_eventbridges(self) -> None:
        assert size_of("s", "t", "é", ["r"]) == 14 + 1 + 1 + 2 + 1


def outside(**other: Any) -> JsonObject:
    return {
        "id": "e-1",
        "source": "shop",
        "detail-type": "order.created",
        "time": "2026-01-02T12:00:00Z",
        "resources": ["order/1"],
        "detail": {"total": 1},
        **other,
    }


class TestFromOutside:
    @pytest.mark.parametrize("source", ["murmuration", "/murmuration/p/x", "Murmuration", "aws.s3"])
    def test_nobody_speaks_as_us_or_as_aws(self, stand: Stand, source: str) -> None:
        with pytest.raises(InvalidEvent, match="reserved"):
            stand.bus.put_outside([outside(source=source)])
        assert not stand.events.calls

    def test_the_senders_id_travels_and_comes_back(self, stand: Stand) -> None:
        delivered = outside(id="given-by-the-bus", resources=["order/1", f"{ID}e-1"], account="1")
        assert as_it_came(delivered) == outside(account="1")

    def test_an_event_of_ours_has_the_id_it_was_derived(self) -> None:
        ours: JsonObject = {"id": "given", "source": "murmuration", "detail": {"id": "r-1/run.succeeded"}}
        assert as_it_came(ours)["id"] == "r-1/run.succeeded"

    @pytest.mark.parametrize("event", [outside(), outside(detail={"id": "theirs"}), {"id": "e"}])
    def test_what_others_put_keeps_the_bus_s(self, event: JsonObject) -> None:
        assert as_it_came(event) == event
