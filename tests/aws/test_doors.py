"""The doors: what each is given by AWS, what it answers, and what becomes of those that die between two calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.sky import Invoked, Sky, sky

from events.envelope import detail
from events.event import Event, EventType
from events.ledger import TaskState
from events.ports import Unavailable, moment
from handlers import entry
from handlers.observing import NAMES, Happening
from murmuration import Context, lambda_handler
from murmuration.aws import inside
from murmuration.aws.own import OwnLambda
from murmuration.aws.progress import PAUSE_MS
from schemas.errors import InvalidEvent
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

OWN = "arn:aws:lambda:eu-central-1:123456789012:function:my-own"


def pipeline(**tasks: Any) -> Pipeline:
    return Pipeline.read(
        {
            "project": "p",
            "pipeline": "x",
            "triggers": {"packed": {"event": {"source": ["shop"]}, "input": {"n": "${detail.n}"}}},
            "tasks": tasks or {"a": {"function": "f", "with": {"n": "${input.n}"}}},
        }
    )


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Sky]:
    with sky(tmp_path / "tmp", in_order=True) as made:
        yield made


def functions(here: Sky, tmp_path: Path, **texts: str) -> None:
    for name, text in texts.items():
        (tmp_path / "functions" / name).mkdir(parents=True)
        (tmp_path / "functions" / name / "handler.py").write_text(text)
    here.deploy("p", tmp_path / "functions")


TWICE = "def handler(event, context):\n    return event['n'] * 2"
SAYS = """
def handler(event, context):
    context.emit({"source": "shop", "detail-type": "packed", "detail": {"n": 7}})
    return 1
"""


# start


def test_start_answers_whoever_asks(here: Sky, tmp_path: Path) -> None:
    functions(here, tmp_path, f=TWICE)
    here.publish(pipeline())
    asked: JsonObject = {"asked": {"pipeline": "p/x", "request": "one", "input": {"n": 4}}}
    first, again = (entry.start(asked, Invoked(request)) for request in ("r1", "r2"))
    assert (first["new"], first["state"], again["run"]) == (True, "open", first["run"])
    here.settle()
    assert here.output(str(first["run"]), "a") == 8
    told = entry.start({"asked": {"pipeline": "p/none", "request": "one"}}, Invoked("r3"))
    assert told == {"refused": "p/none has no published version"}
    with pytest.raises(InvalidEvent, match="neither a trigger nor a request"):
        entry.start({"something": "else"}, Invoked("r4"))


def test_an_event_from_outside_starts_one_run_by_its_senders_id(here: Sky, tmp_path: Path) -> None:
    functions(here, tmp_path, f=TWICE)
    here.publish(pipeline())
    event: JsonObject = {
        "version": "0", "id": "order-1", "source": "shop", "detail-type": "packed", "account": "1",
        "time": "2027-01-15T08:00:00Z", "region": "eu-central-1", "resources": [], "detail": {"n": 1},
    }  # fmt: skip
    for _ in range(2):
        here.stack.ports.bus.put_outside([event])
    assert here.settle() > 0
    assert len({d.event["id"] for d in here.stage.deliverer.delivered if "trigger" in d.payload}) == 2
    assert len(happened(here, Happening.STARTED)) == 1


def happened(here: Sky, happening: Happening) -> list[str]:
    return [reference for told, reference in here.observer.told if told is happening]


# effects


def outside(here: Sky) -> list[JsonObject]:
    return [one.event for one in here.stage.deliverer.delivered if "trigger" in one.payload]


def test_what_a_task_says_goes_out_when_it_counts(here: Sky, tmp_path: Path) -> None:
    functions(here, tmp_path, f=SAYS)
    here.publish(pipeline(a={"function": "f", "with": {"n": "${input.n}"}}))
    run = here.ask("p/x", {"n": 1})
    here.stage.deliverer.step()
    here.stage.deliverer.step()
    [one] = [d.event for d in here.stage.deliverer.waiting if "trigger" in d.payload]
    assert one["resources"] == [f"murmuration:id:{run}/a/0"]
    assert list(here.stack.table.under(f"effects#{run}")) == []


@pytest.mark.parametrize("dies", ["before the outcome is settled", "after it"])
def test_what_a_dead_attempt_had_settled_and_not_said_is_said(
    here: Sky, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    functions(here, tmp_path, f=SAYS)
    once: JsonObject = {"function": "f", "with": {"n": "${input.n}"}}
    here.publish(pipeline(a=once))
    here.stage.deliverer.failed = here.stage.cloud.queue("failed")
    run = here.ask("p/x", {"n": 1})

    class Gone(Exception):
        pass

    def gone(*_: Any) -> Any:
        raise Gone

    ledger, bus = here.stack.ports.ledger, here.stack.ports.bus
    with monkeypatch.context() as patched:
        if dies == "after it":
            patched.setattr(bus, "put_outside", gone)
        else:
            patched.setattr(ledger, "settle", gone)
        here.settle()
    [item] = here.stack.table.under(f"effects#{run}")
    recover(here)
    here.settle()
    said = [one for one in outside(here) if str(one["resources"]).count(run)]
    record = ledger.task(run, "a")
    assert record is not None
    assert record.state is TaskState.SETTLED
    assert (here.end(run), len(said)) == (("succeeded", 1) if dies == "after it" else ("failed", 0))
    assert list(here.stack.table.under(f"effects#{run}")) == []
    assert item["token"] == record.token


def recover(here: Sky) -> None:
    url = here.stage.cloud.queue("failed")
    messages = here.stack.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    arn = "arn:aws:sqs:eu-central-1:123456789012:murmur-test-failed"
    records = [
        {
            "messageId": one["MessageId"],
            "body": one["Body"],
            "eventSourceARN": arn,
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
        }
        for one in messages
    ]
    assert entry.undelivered({"Records": records}, Invoked("recovering")) == {"batchItemFailures": []}


# the projector, timers, the sweeper


def message(body: object, id_: str) -> JsonObject:
    return {"messageId": id_, "body": body if isinstance(body, str) else json.dumps(body)}


def test_the_projector_takes_what_comes_by_a_rule_and_what_comes_bare(here: Sky, tmp_path: Path) -> None:
    functions(here, tmp_path, f=TWICE)
    here.publish(pipeline())
    run = here.ask("p/x", {"n": 1})
    started = Event(type=EventType.TASK_STARTED, time=moment(0), pipeline="p/x@1", run=run, task="a", attempt=1)
    retrying = Event(type=EventType.TASK_RETRYING, time=moment(0), pipeline="p/x@1", run=run, task="a", attempt=1)
    records = [
        message({"source": "murmuration", "detail": detail(started)}, "1"),
        message(detail(retrying), "2"),
        message({"detail": {"canary": "0123456789ab", "type": "rule.canary"}}, "3"),
        message("no JSON", "4"),
        message({"detail": {"type": "task.started"}}, "5"),
    ]
    answer = entry.projector({"Records": records}, Invoked("projecting"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "4"}, {"itemIdentifier": "5"}]}
    assert {event.type for event in here.events(run)} == {EventType.TASK_STARTED, EventType.TASK_RETRYING}


def test_an_event_that_cannot_be_projected_holds_up_no_other(
    here: Sky, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions(here, tmp_path, f=TWICE)
    here.publish(pipeline())
    runs = [here.ask("p/x", {"n": n}) for n in range(2)]
    put = here.stack.ports.view.put

    def refusing(events: Any) -> None:
        if any(event.run == runs[0] for event in events):
            raise Unavailable("not now")
        put(events)

    monkeypatch.setattr(here.stack.ports.view, "put", refusing)
    records = [
        message(detail(Event(type=EventType.RUN_STARTED, time=moment(0), pipeline="p/x@1", run=run)), run)
        for run in runs
    ]
    answer = entry.projector({"Records": records}, Invoked("projecting"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": runs[0]}]}
    assert len(here.events(runs[1])) == 1


def test_the_sweeper_finds_what_was_lost(here: Sky, tmp_path: Path) -> None:
    functions(here, tmp_path, f=TWICE)
    here.publish(pipeline())
    run = here.ask("p/x", {"n": 1})
    here.stage.deliverer._waiting.clear()
    here.stage.later(60_000)
    assert entry.sweeper({}, Invoked("sweeping")) == {"started": 0, "swept": 1}
    here.settle()
    assert here.end(run) == "succeeded"


# progress


def test_progress_is_written_now_and_then(here: Sky, tmp_path: Path) -> None:
    text = """
def handler(event, context):
    for n in range(4):
        context.progress(n / 4, f"part {n}")
        context.variables["tick"]()
"""
    functions(here, tmp_path, f=text)
    here.publish(pipeline())
    settings: Any = here.stack.ports.settings
    settings.variables = lambda _: {"tick": lambda: here.stage.later(PAUSE_MS // 2)}
    run = here.ask("p/x", {"n": 1})
    here.settle()
    assert dict(here.stack.progress.of(run)) == {"a": (1, 0.5, "part 2")}


def test_whom_the_parameter_store_refuses_has_claimed_nothing(
    here: Sky, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions(here, tmp_path, f=TWICE)
    here.publish(pipeline())
    run = here.ask("p/x", {"n": 1})

    def refusing(_: str) -> JsonObject:
        raise Unavailable("the parameter store refuses for now")

    with monkeypatch.context() as patched:
        patched.setattr(here.stack.ports.settings, "secrets", refusing)
        with pytest.raises(Unavailable):
            here.settle()
    assert here.ledger.task(run, "a") is None


# a Lambda of one's own


@lambda_handler
def greet(name: str, *, context: Context) -> str:
    """Greets somebody."""
    return f"Hello {name}, says {context.task}"


def test_a_lambda_of_ones_own_goes_by_the_same_protocol(here: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    document = {
        "project": "p", "pipeline": "own", "functions": {"greet": {"lambda": OWN}},
        "tasks": {"a": {"function": "greet", "with": {"name": "Ana"}}, "b": {"function": "greet", "with": {"names": []}}},
    }  # fmt: skip
    assert isinstance(greet, OwnLambda)
    greet.__dict__.pop("door", None)
    here.stage.deliverer.functions[OWN] = lambda event, request: greet(event, Invoked(request))
    # That it may be called is what publishing looks at, and is tested there.
    monkeypatch.setattr("murmuration.aws.publish.publisher.lambda_obstacles", lambda *_: ())
    here.publish(Pipeline.read(document))
    run = here.ask("p/own")
    here.settle()
    assert here.output(run, "a") == "Hello Ana, says a"
    record = here.ledger.task(run, "b")
    assert record is not None
    assert record.outcome is not None
    assert record.outcome.error is not None
    assert record.outcome.error.type == "InvalidInput"


def test_called_by_hand_it_is_the_plain_function() -> None:
    class Told:
        task = "a test"

    context: Any = Told()
    assert greet("Ben", context=context) == "Hello Ben, says a test"


# one line


def test_a_success_is_one_line(
    here: Sky, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    functions(here, tmp_path, f=TWICE)
    here.publish(pipeline())
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "murmur-test-task")
    operators = inside.Operators()
    monkeypatch.setattr(inside, "operators", lambda: operators)
    object.__setattr__(here.stack.ports, "observer", operators.observer)
    run = here.ask("p/x", {"n": 1})
    capsys.readouterr()
    here.stage.deliverer.step()
    [line] = [one for one in capsys.readouterr().out.splitlines() if one]
    told = json.loads(line)
    assert told[NAMES[Happening.SUCCEEDED]] == [1.0]
    assert (told["run"], told["task"], told["service"]) == (run, "a", "murmur-test-task")
