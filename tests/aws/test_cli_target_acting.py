"""`--target STAGE`: runs of a deployed stack are started, ended, run again and waited for as those of the local one are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.afar import Afar, afar
from support.sky import Invoked

from handlers import entry
from murmuration.aws import acting
from murmuration.aws.acting import AwsActing
from schemas.version import VersionState

WHERE = "test: murmur-test in eu-central-1, account 123456789012 (as user/ada)"
HELD = "shop/held"


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Afar]:
    with afar(monkeypatch, tmp_path) as made:
        yield made


def held(there: Afar) -> tuple[str, str]:
    """A run that waits for somebody, and its token."""
    run = there.sky.ask(HELD, {})
    there.sky.settle()
    record = there.sky.ledger.task(run, "ask")
    assert record is not None
    return run, record.token


class TestRun:
    def test_it_starts_and_is_followed_to_its_end(self, there: Afar) -> None:
        answer = there("run", "orders", "--input", '{"id": "A-2", "total": 12}', "--wait")
        assert WHERE in answer.stderr
        assert "✓ check succeeded" in answer.stderr
        assert "shop/orders@1  ✓ succeeded" in answer.stdout
        assert "ValueError: told to break" in there("run", "orders", "--input", '{"breaks": 1}', "--wait").stdout

    def test_without_wait_it_has_started(self, there: Afar) -> None:
        answer = there("run", "shop/orders")
        assert "of shop/orders@1 has started. Follow it: murmur watch r-" in answer.stdout
        assert answer.stdout.endswith("--target test\n")
        told = there.json("run", "orders")
        assert (told["target"], told["account"], told["new"], told["state"]) == ("test", "123456789012", True, "open")

    def test_what_cannot_be_run_there(self, there: Afar) -> None:
        refused = there("run", "orders", "--input", "[]", code=2).stderr
        assert "the input does not fit the pipeline's schema" in refused
        assert "there is no published pipeline order" in there("run", "order", code=2).stderr
        path = there.shop.root / "pipelines" / "orders.yaml"
        assert "murmur run FILE works on the local stack only" in there("run", str(path), code=2).stderr

    def test_a_function_that_dies_is_told(self, there: Afar, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(entry, "start", lambda *_: 1 / 0)
        assert "the function failed" in there("run", "orders", code=2).stderr


class TestCancel:
    def test_it_has_ended_at_once_and_says_by_whom(self, there: Afar) -> None:
        run, _ = held(there)
        answer = there("cancel", run[:12], "--reason", "enough")
        assert WHERE in answer.stderr
        assert f"{run} of {HELD}@1 is cancelled." in answer.stdout
        there.sky.settle()
        told = there.json("show", run)
        assert told["state"] == "cancelled"
        assert str(told["reason"]).endswith(": enough")
        assert "has been cancelled already" in there("cancel", run, code=2).stderr

    def test_its_end_is_heard_by_the_view(self, there: Afar) -> None:
        run, _ = held(there)
        there("cancel", run)
        there.sky.settle()
        assert "run.cancelled" in [event.type.value for event in there.sky.events(run)]


class TestSettle:
    def test_what_waits_goes_on(self, there: Afar) -> None:
        run, token = held(there)
        told = there.json("settle", "last", "ask", "--token", token, "--output", '{"yes": true}')
        assert (told["target"], told["run"], told["state"]) == ("test", run, "succeeded")
        there.sky.settle()
        assert there.states(run) == {"ask": "succeeded", "after": "succeeded"}
        assert "no task ask of" in there("settle", run, "ask", "--token", token, code=2).stderr

    def test_it_has_failed(self, there: Afar) -> None:
        run, token = held(there)
        there("settle", run, "ask", "--token", token, "--error", "they said no", "--type", "Refused")
        there.sky.settle()
        assert there.json("show", run)["state"] == "failed"
        told = there("show", run).stdout
        assert "Refused: they said no" in told

    def test_a_request_that_cannot_be_read_is_refused(self, there: Afar) -> None:
        answer = entry.task({"settle": {"run": "r-1"}}, Invoked("called"))
        assert answer is not None
        assert "task: Field required" in json.dumps(answer["refused"])


class TestRerun:
    def test_from_what_failed(self, there: Afar) -> None:
        run, token = held(there)
        there("settle", run, "ask", "--token", token)
        there.sky.settle()
        assert "nothing failed in" in there("rerun", run, "--from-failed", code=2).stderr
        run, token = held(there)
        there("settle", run, "ask", "--token", token, "--error", "no")
        there.sky.settle()
        told = there.json("rerun", run, "--from-failed")
        again = str(told["run"])
        assert (told["pipeline"], told["new"]) == (f"{HELD}@1", True)
        there.sky.settle()
        assert there.states(again) == {"ask": "waiting", "after": "pending"}
        assert there.json("show", again)["rerun_of"] == run

    def test_whole_and_waited_for(self, there: Afar) -> None:
        run = there.run(total=20)
        answer = there("rerun", run, "--wait")
        assert WHERE in answer.stderr
        assert "✓ deliver succeeded" in answer.stderr

    def test_of_a_version_that_has_retired_the_rules_are_put_again(self, there: Afar) -> None:
        run = there.run(total=20)
        stage = there.sky.stage
        publisher = stage.publisher()
        publisher.unpublish(["shop/orders"])
        for _ in range(3):
            stage.later(3_600_000)
            publisher.tidy()
        standing = stage.catalog.standing("shop/orders", 1)
        assert standing is not None
        assert standing.state is VersionState.RETIRED
        assert "✓ deliver succeeded" in there("rerun", run, "--wait").stderr
        woken = stage.catalog.standing("shop/orders", 1)
        assert woken is not None
        assert woken.state is VersionState.DRAINING


class TestPause:
    def test_triggers_start_nothing_until_it_is_resumed(self, there: Afar) -> None:
        assert "shop/orders is paused." in there("pause", "orders").stdout
        assert "shop/orders is paused already." in there("pause", "orders").stdout
        answer = there("emit", "--source", "shop", "--type", "order.placed", "--detail", '{"id": 1}')
        assert "It started no runs." in answer.stdout
        assert "shop/orders refused it at placed: shop/orders is paused" in answer.stdout
        assert "shop/orders is paused" in there("refused").stdout
        assert there.json("resume", "orders")["changed"] is True
        assert "shop/orders was not paused." in there("resume", "orders").stdout
        assert "there is no published pipeline" in there("pause", "none", code=2).stderr


class TestEmit:
    def test_which_runs_it_has_started(self, there: Afar) -> None:
        asked = ("emit", "--source", "shop", "--type", "order.placed", "--detail", '{"id": 7, "total": 12}')
        answer = there(*asked, "--wait")
        assert WHERE in answer.stderr
        assert "It started 1 run." in answer.stdout
        assert "of shop/orders@1, by its trigger placed" in answer.stdout
        assert "1 run: all succeeded" in answer.stderr
        assert there.json(*asked)["runs"] == [], "its key has a run already"

    def test_what_nobody_hears_is_on_the_bus(self, there: Afar) -> None:
        told = there.json("emit", "--source", "shop", "--type", "nothing", "--id", "mine")
        assert (told["event"], told["runs"], told["refused"]) == ("mine", [], [])

    def test_nobody_speaks_as_the_system(self, there: Afar) -> None:
        for source in ("murmuration", "aws.s3"):
            assert "reserved" in there("emit", "--source", source, "--type", "x", code=2).stderr

    def test_what_is_refused_is_told(self, there: Afar) -> None:
        told = there("emit", "--source", "shop", "--type", "order.placed", "--detail", "{}").stdout
        assert "shop/orders refused it at placed: the key ${detail.id} gives nothing for this event" in told

    def test_a_trigger_that_does_not_answer_is_named(self, there: Afar) -> None:
        del there.sky.stage.deliverer.functions["murmur-test-start"]
        told = there("emit", "--source", "shop", "--type", "order.placed", "--detail", '{"id": 7}').stdout
        assert "shop/orders/placed hears it, and has started nothing yet" in told


class TestDeadLetters:
    def test_they_are_listed_and_sent_again(self, there: Afar) -> None:
        sqs, queue = there.sky.stack.clients.sqs, there.sky.stage.cloud.queue
        letters = {
            "undelivered-dead": (
                {"source": "shop"},
                {"WHY": "nobody hears it", "FROM": "undelivered", "RULE_ARN": "arn:x"},
            ),
            "failed-dead": ({"n": 1}, {}),
        }
        for name, (body, attributes) in letters.items():
            told = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
            sqs.send_message(QueueUrl=queue(name), MessageBody=json.dumps(body), MessageAttributes=told)
        sqs.send_message(QueueUrl=queue("failed-dead"), MessageBody="no JSON")
        dead = there.json("dlq", "list")["dead"]
        assert isinstance(dead, list)
        found = {str(one["event"]): one for one in dead if isinstance(one, dict)}
        assert set(found) == {"{'source': 'shop'}", "{'n': 1}", "{'text': 'no JSON'}"}
        assert str(found["{'source': 'shop'}"]["why"]).startswith("nobody hears it (20")
        assert [one["to"] for one in found.values()].count("failed") == 2
        wanted = found["{'source': 'shop'}"]["id"]
        answer = there("dlq", "redrive", wanted)
        assert WHERE in answer.stderr
        assert "1 delivery sent again." in answer.stdout
        [letter] = sqs.receive_message(QueueUrl=queue("undelivered"), MessageAttributeNames=["All"])["Messages"]
        assert (json.loads(letter["Body"]), list(letter["MessageAttributes"])) == ({"source": "shop"}, ["RULE_ARN"])
        assert there.json("dlq", "redrive")["redriven"] == 2
        assert there.json("dlq", "redrive")["redriven"] == 0
        assert "nothing undelivered is called x" in there("dlq", "redrive", "x", code=2).stderr


def test_a_stack_without_runs_says_so(there: Afar) -> None:
    assert "There are none." in there("runs").stdout
    assert "there is no run yet" in there("show", code=2).stderr
    assert "Nothing is undelivered." in there("dlq", "list").stdout


class TestReplay:
    def test_the_archive_is_played_to_the_rules_of_triggers_and_starts_runs_of_their_own(self, there: Afar) -> None:
        assert "the bus murmur-test has no archive" in there("replay", code=2).stderr
        events = there.sky.stack.clients.events
        bus = events.describe_event_bus(Name="murmur-test")["Arn"]
        events.create_archive(ArchiveName="murmur-test", EventSourceArn=bus)
        there("emit", "--source", "shop", "--type", "order.placed", "--detail", '{"id": 7, "total": 12}', "--wait")
        before = there.json("runs")["runs"]
        assert isinstance(before, list)
        answer = there("replay", "--name", "again", "--pipeline", "orders")
        assert WHERE in answer.stderr
        assert "Replay again is" in answer.stdout
        assert "1 rule will hear it." in answer.stdout
        [rule] = events.describe_replay(ReplayName="again")["Destination"]["FilterArns"]
        assert ":rule/murmur-test/murmur-test-shop-orders-placed-" in rule
        there.sky.settle()
        after = there.json("runs")["runs"]
        assert isinstance(after, list)
        assert (len(before), len(after)) == (1, 2), "our own events were played to other rules too, and started nothing"
        assert "already exists" in there("replay", "--name", "again", code=2).stderr
        assert str(there.json("replay", "--since", "1h")["name"]).startswith("20")

    def test_what_cannot_be_replayed(self, there: Afar) -> None:
        assert "EventBridge takes no replay called 'a b'" in there("replay", "--name", "a b", code=2).stderr
        assert "no trigger hears events of this bus" in there("replay", "--pipeline", "held", code=2).stderr
        for more in (["--wait"], ["--source", "shop"], ["--type", "order"]):
            assert "are for the local stack" in there("replay", *more, code=2).stderr


def test_what_a_deployed_stack_does_not_do_is_refused_in_words(there: Afar) -> None:
    assert "murmur up works on the local stack only, and --target is test" in there("up", code=2).stderr
    with pytest.raises(acting.NotThere, match="events works on the local stack only"):
        AwsActing(there.sky.stack, {}).ask("events", {})


def test_a_stack_that_is_older_than_the_command_is_told_so(there: Afar, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = held(there)
    monkeypatch.setattr(entry, "sweeper", lambda *_: {"swept": 0})
    assert "murmur-test-sweeper is older than this command" in there("cancel", run, code=2).stderr


@pytest.mark.usefixtures("there")
def test_what_a_stack_does_not_know_it_refuses() -> None:
    for told in ({"explode": {}}, {}, {"cancel": {"run": 1}}):
        assert "refused" in entry.sweeper({"control": told}, Invoked("called"))
