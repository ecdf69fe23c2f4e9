"""What people do to runs and pipelines, over the real handlers on SQLite, with tasks that are played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.played import Stage, stage

from murmuration.local.reading import Reading
from schemas.model import JsonObject
from schemas.outcome import Outcome
from schemas.run import TaskState

TRIED = Outcome.failed("ValueError", "it broke")
LINE: JsonObject = {
    "tasks": {name: {"function": "work"} for name in ("a", "b", "c")},
    "edges": [{"from": "a", "to": "b"}, {"from": "b", "to": "c"}],
}


@pytest.fixture
def theatre(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "state") as made:
        yield made


def refusal(answer: JsonObject) -> JsonObject:
    told = answer["refused"]
    assert isinstance(told, dict)
    return told


def run_of(answer: JsonObject) -> str:
    done = answer["done"]
    assert isinstance(done, dict)
    return str(done["run"])


def test_a_cancelled_run_has_ended_and_nothing_of_it_starts(theatre: Stage) -> None:
    theatre.publish(LINE)
    theatre.runner.plays["a"] = None
    run = theatre.run()
    theatre.ask("cancel", run=run, by="ada", reason="wrong file")
    record = theatre.stack.ledger.run(run)
    assert record is not None
    assert (theatre.end(run), record.reason) == ("cancelled", "cancelled by ada: wrong file")
    assert theatre.runner.ran == ["a"]


def test_what_is_at_work_is_stopped_when_its_run_ends_early(theatre: Stage) -> None:
    theatre.publish(LINE)
    theatre.runner.plays["a"] = None
    cancelled, late = theatre.run(request="one"), theatre.run(request="two")
    theatre.ask("cancel", run=cancelled, by="ada")
    assert theatre.runner.stopped == [cancelled]
    record = theatre.stack.ledger.run(late)
    assert record is not None
    with theatre.stack.database.transaction():
        theatre.stack.sweeper.look(record, record.deadline)
        theatre.engine.handle_pending()
    assert theatre.runner.stopped == [cancelled], "not before it is committed"
    theatre.engine.hand_out()
    assert theatre.runner.stopped == [cancelled, late]
    assert theatre.end(late) == "timed_out"


def test_an_attempt_that_ends_after_the_cancel_changes_nothing(theatre: Stage) -> None:
    theatre.publish(LINE)
    theatre.runner.plays["a"] = None
    run = theatre.run()
    theatre.ask("cancel", run=run, by="ada")
    from murmuration.local.engine import Answer

    theatre.runner._answers.append(Answer(1, Outcome.succeeded({"late": True})))
    while theatre.engine.step():
        pass
    assert theatre.outcomes(run) == {}
    assert theatre.runner.ran == ["a"]


def test_only_a_run_that_goes_on_can_be_cancelled(theatre: Stage) -> None:
    theatre.publish(LINE)
    run = theatre.run()
    assert refusal(theatre.ask("cancel", run=run, by="ada"))["code"] == "run-has-ended"
    assert refusal(theatre.ask("cancel", run="r-nobody", by="ada"))["code"] == "no-such-run"


def test_a_rerun_of_the_whole_is_a_new_run_with_the_same_input(theatre: Stage) -> None:
    theatre.publish(LINE)
    first = theatre.run(input={"n": 1})
    again = run_of(theatre.ask("rerun", run=first, request="again"))
    record = theatre.stack.ledger.run(again)
    assert record is not None
    assert again != first
    assert (record.input, record.rerun_of, theatre.end(again)) == ({"n": 1}, first, "succeeded")
    assert theatre.runner.ran == ["a", "b", "c"] * 2


def test_asking_twice_for_the_same_rerun_is_asking_once(theatre: Stage) -> None:
    theatre.publish(LINE)
    first = theatre.run()
    one = run_of(theatre.ask("rerun", run=first, request="again"))
    assert run_of(theatre.ask("rerun", run=first, request="again")) == one
    assert theatre.runner.ran == ["a", "b", "c"] * 2


def test_a_rerun_from_what_failed_keeps_what_succeeded(theatre: Stage, tmp_path: Path) -> None:
    theatre.publish(LINE)
    theatre.runner.plays["b"] = TRIED
    first = theatre.run()
    assert theatre.end(first) == "failed"
    theatre.runner.plays["b"] = Outcome.succeeded()
    again = run_of(theatre.ask("rerun", run=first, request="again", from_failed=True))
    assert theatre.end(again) == "succeeded"
    assert theatre.runner.ran == ["a", "b", "b", "c"]
    with Reading(tmp_path / "state") as reading:
        shown = reading.show(again)
        assert set(shown.states.values()) == {TaskState.SUCCEEDED}
        assert shown.tasks["a"] == reading.show(first).tasks["a"]._replace(token="", delivery="")


def test_what_took_the_failure_up_runs_again_only_if_it_fails_again(theatre: Stage) -> None:
    theatre.publish(
        {
            "tasks": {name: {"function": "work"} for name in ("check", "rescue", "report")},
            "edges": [{"from": "check", "to": "rescue", "on": "failure"}, {"from": "check", "to": "report"}],
        }
    )
    theatre.runner.plays["check"] = TRIED
    first = theatre.run()
    assert theatre.end(first) == "succeeded"
    theatre.runner.plays["check"] = Outcome.succeeded()
    again = run_of(theatre.ask("rerun", run=first, request="again", from_failed=True))
    assert theatre.outcomes(again) == {"check": "succeeded", "report": "succeeded"}


def test_a_join_that_opened_without_the_failed_task_is_kept(theatre: Stage) -> None:
    theatre.publish(
        {
            "tasks": {
                "good": {"function": "work"},
                "bad": {"function": "work"},
                "first": {"function": "work", "join": "any"},
            },
            "edges": [{"from": "good", "to": "first"}, {"from": "bad", "to": "first"}],
        }
    )
    theatre.runner.plays["bad"] = TRIED
    first = theatre.run()
    theatre.runner.plays["bad"] = Outcome.succeeded()
    theatre.runner.ran.clear()
    again = run_of(theatre.ask("rerun", run=first, request="again", from_failed=True))
    assert theatre.runner.ran == ["bad"]
    assert theatre.end(again) == "succeeded"


def test_a_settled_join_is_done_anew_with_any_task_before_it(theatre: Stage) -> None:
    theatre.publish(
        {
            "tasks": {
                "good": {"function": "work"},
                "bad": {"function": "work"},
                "last": {"function": "work", "join": "settled"},
            },
            "edges": [{"from": "good", "to": "last"}, {"from": "bad", "to": "last"}],
        }
    )
    theatre.runner.plays["bad"] = TRIED
    first = theatre.run()
    theatre.runner.plays["bad"] = Outcome.succeeded()
    theatre.runner.ran.clear()
    again = run_of(theatre.ask("rerun", run=first, request="again", from_failed=True))
    assert theatre.runner.ran == ["bad", "last"]
    assert theatre.end(again) == "succeeded"


def test_a_cancelled_run_goes_on_where_it_was(theatre: Stage) -> None:
    theatre.publish(LINE)
    theatre.runner.plays["b"] = None
    first = theatre.run()
    theatre.ask("cancel", run=first, by="ada")
    theatre.runner.plays.clear()
    again = run_of(theatre.ask("rerun", run=first, request="again", from_failed=True))
    assert theatre.end(again) == "succeeded"
    assert theatre.runner.ran == ["a", "b", "b", "c"]


def test_there_must_be_something_to_run_again(theatre: Stage) -> None:
    theatre.publish(LINE)
    done = theatre.run()
    assert refusal(theatre.ask("rerun", run=done, request="r", from_failed=True))["code"] == "nothing-to-rerun"
    theatre.runner.plays["a"] = None
    going = theatre.run(request="two")
    assert refusal(theatre.ask("rerun", run=going, request="r", from_failed=True))["code"] == "run-goes-on"


def test_a_rerun_that_waits_for_a_place_goes_on_from_what_it_kept(theatre: Stage) -> None:
    theatre.publish({**LINE, "concurrency": 1})
    theatre.runner.plays["b"] = TRIED
    first = theatre.run()
    theatre.runner.plays = {"a": None}
    busy = theatre.run(request="busy")
    waiting = run_of(theatre.ask("rerun", run=first, request="again", from_failed=True))
    assert theatre.end(waiting) is None
    theatre.runner.plays.clear()
    theatre.ask("cancel", run=busy, by="ada")
    with theatre.stack.database.transaction():
        theatre.stack.sweeper.sweep()
        theatre.engine.handle_pending()
    theatre.engine.hand_out()
    while theatre.engine.step():
        pass
    assert theatre.end(waiting) == "succeeded"


ORDERS: JsonObject = {**LINE, "triggers": {"orders": {"event": {"source": ["shop"]}, "key": "${detail.id}"}}}


def order(theatre: Stage, id_: str) -> JsonObject:
    return theatre.ask("emit", source="shop", type="order.created", detail={"id": id_}, id=id_)


def test_a_paused_pipeline_starts_nothing_and_says_so(theatre: Stage) -> None:
    theatre.publish(ORDERS)
    assert theatre.ask("pause", pipeline="x") == {"done": {"pipeline": "p/x", "changed": True}}
    assert theatre.ask("pause", pipeline="p/x") == {"done": {"pipeline": "p/x", "changed": False}}
    order(theatre, "1")
    assert theatre.runner.ran == []
    [refused] = theatre.stack.refusals.listed()
    assert (refused.pipeline, refused.trigger) == ("p/x", "orders")
    theatre.ask("resume", pipeline="x")
    order(theatre, "2")
    assert theatre.runner.ran == ["a", "b", "c"]


def test_a_replay_takes_up_what_was_refused_once(theatre: Stage) -> None:
    theatre.publish(ORDERS)
    theatre.ask("pause", pipeline="x")
    order(theatre, "1")
    theatre.ask("resume", pipeline="x")
    for expected in (1, 0):
        done = theatre.ask("replay", name="after the pause")["done"]
        assert isinstance(done, dict)
        runs = done["runs"]
        assert isinstance(runs, list)
        assert (done["events"], len(runs), done["next"]) == (1, expected, None)
    assert theatre.runner.ran == ["a", "b", "c"]


def test_a_replay_goes_page_by_page_and_by_choice(theatre: Stage) -> None:
    theatre.publish(ORDERS)
    for number in range(3):
        order(theatre, str(number))
    page = theatre.ask("replay", name="n", most=2)["done"]
    assert isinstance(page, dict)
    rest = theatre.ask("replay", name="n", most=2, after=page["next"])["done"]
    assert isinstance(rest, dict)
    assert (page["events"], rest["events"], rest["next"]) == (2, 1, None)
    none = theatre.ask("replay", name="n", source="nobody")["done"]
    assert isinstance(none, dict)
    assert none["events"] == 0


@pytest.mark.parametrize("source", ["murmuration", "aws.s3", "/murmuration/x"])
def test_nobody_outside_speaks_as_the_system(theatre: Stage, source: str) -> None:
    told = refusal(theatre.ask("emit", source=source, type="order.created", detail={}))
    assert "reserved" in str(told["what"])
    assert told["advice"]


def test_the_same_event_again_starts_nothing_new(theatre: Stage) -> None:
    theatre.publish(ORDERS)
    order(theatre, "1")
    order(theatre, "1")
    assert theatre.runner.ran == ["a", "b", "c"]


def test_names_that_nobody_has(theatre: Stage) -> None:
    theatre.publish(LINE)
    told = refusal(theatre.ask("run", pipeline="xx", input={}, request="r"))
    assert (told["code"], told["advice"]) == ("no-such-pipeline", 'Did you mean "x"?')
    assert refusal(theatre.ask("pause", pipeline="nobody"))["advice"] == "There are p/x"
    assert refusal(theatre.ask("dance"))["code"] == "bad-request"
    assert "by: Field required" in str(refusal(theatre.ask("cancel", run="r"))["what"])


def test_an_input_that_does_not_fit_starts_nothing(theatre: Stage) -> None:
    theatre.publish({**LINE, "input": {"type": "object", "required": ["file"]}})
    told = refusal(theatre.ask("run", pipeline="x", input={}, request="r"))
    assert told["code"] == "did-not-start"
    assert "file" in str(told["what"])


def test_a_document_is_run_without_being_published(theatre: Stage) -> None:
    live = theatre.publish(ORDERS)
    other: JsonObject = {**live.document(), "description": "a trial", "triggers": {}}
    done = theatre.ask("run-document", definition=other, input={}, request="r")["done"]
    assert isinstance(done, dict)
    assert (done["pipeline"], theatre.end(str(done["run"]))) == ("p/x@2", "succeeded")
    again = theatre.ask("run-document", definition=other, input={}, request="s")["done"]
    assert isinstance(again, dict)
    assert again["pipeline"] == "p/x@2"
    assert theatre.stack.catalog.active_number("p/x") == 1


def versions(theatre: Stage) -> list[str]:
    return [state for (state,) in theatre.stack.database.execute("SELECT state FROM versions ORDER BY number")]


def publish_anew(theatre: Stage, number: int) -> None:
    document = {"project": "p", "pipeline": "x", **LINE, "description": f"number {number}"}
    theatre.ask("publish", pipelines=[document])


def test_versions_without_runs_retire_and_a_rerun_wakes_them(theatre: Stage) -> None:
    theatre.publish(LINE)
    theatre.runner.plays["b"] = Outcome.failed("Oops", "b")
    first = theatre.run(request="one")
    theatre.runner.plays["b"] = None
    theatre.run(request="two")
    publish_anew(theatre, 2)
    assert versions(theatre) == ["draining", "live"], "a run goes on"
    theatre.ask("cancel", run=theatre.run(request="two"), by="ada")
    theatre.runner.plays.clear()
    for number in (3, 4):
        publish_anew(theatre, number)
    assert versions(theatre) == ["retired", "retired", "retired", "live"]
    heard = theatre.stack.bus.own.names
    assert not [name for name in heard if name.startswith("mm-p-x-1-")]
    again = run_of(theatre.ask("rerun", run=first, request="again", from_failed=True))
    assert theatre.end(again) == "succeeded"
    record = theatre.stack.ledger.run(again)
    assert record is not None
    assert (record.version, versions(theatre)[0]) == (1, "draining")


def test_publishing_tells_which_rules_come_and_go(theatre: Stage) -> None:
    pipeline = theatre.publish(ORDERS)
    changed: JsonObject = {**pipeline.document(), "triggers": {"sales": {"event": {"source": ["market"]}}}}
    done = theatre.ask("publish", pipelines=[changed])["done"]
    assert isinstance(done, dict)
    published = done["published"]
    assert isinstance(published, list)
    [told] = published
    assert isinstance(told, dict)
    rules = told["rules"]
    assert isinstance(rules, dict)
    assert (told["version"], told["new"], told["triggers"]) == (2, True, ["sales"])
    assert any("sales" in str(name) for name in rules["added"] or ())  # type: ignore[union-attr]  # a list of names
    assert any("orders" in str(name) for name in rules["removed"] or ())  # type: ignore[union-attr]  # a list of names
    order(theatre, "1")
    assert theatre.runner.ran == []
