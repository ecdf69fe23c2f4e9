"""Why a task ran, or why it did not, in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue
from support.played import Stage, stage

from handlers.loaded import Loaded
from handlers.why import Story, skip_reason, why
from murmuration.local.reading import Reading
from schemas.model import JsonObject
from schemas.outcome import Outcome


@pytest.fixture
def theatre(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as made:
        yield made


def story(theatre: Stage, run: str, task: str) -> Story:
    with Reading(theatre.stack.database.path.parent) as reading:
        shown = reading.show(run)
        loaded = Loaded(shown.published)
        return why(loaded, shown.record, task, shown.view, shown.picture, shown.tasks, reading.rules(shown.published))


def is_rule(theatre: Stage, name: str | None) -> bool:
    return name is not None and name in theatre.stack.bus.own


def graph(join: object = "all", **edges: JsonObject) -> JsonObject:
    """Tasks a and b, and c behind both."""
    told: list[JsonObject] = [{"from": from_, "to": "c", **more} for from_, more in edges.items()]
    tasks: JsonObject = {"a": {"function": "work"}, "b": {"function": "work"}, "c": {"function": "work", "join": join}}  # type: ignore[dict-item]  # a test's literal
    return {"tasks": tasks, "edges": [*told]}


def test_a_root_ran_because_the_run_started(theatre: Stage) -> None:
    theatre.publish(graph(a={}, b={}))
    run = theatre.run()
    told = story(theatre, run, "a")
    assert told.why == "It ran because the run started: no edge leads into it."
    assert told.start is not None
    assert (told.start.event, told.attempts) == (f"{run}/run.started", ("attempt 1 succeeded",))
    assert is_rule(theatre, told.start.rule)


def test_a_task_ran_because_its_edges_were_live(theatre: Stage) -> None:
    theatre.publish(graph(a={}, b={"on": "completion"}))
    run = theatre.run()
    told = story(theatre, run, "c")
    assert told.why == (
        "It ran because a -> c on success and b -> c on completion were live: its join, all, needs every edge live."
    )
    assert [edge.carried and edge.carried.event for edge in told.edges] == [
        f"{run}/{name}/1/task.succeeded" for name in ("a", "b")
    ]
    assert all(edge.carried and is_rule(theatre, edge.carried.rule) for edge in told.edges)
    assert all(edge.counted for edge in told.edges)


def test_slot_rules_are_named_too(theatre: Stage) -> None:
    wide = 200
    tasks: JsonObject = {"a": {"function": "work"}, **{f"t{n}": {"function": "work"} for n in range(wide)}}
    edges: list[JsonValue] = [{"from": "a", "to": f"t{n}", "when": {"n": [n]}} for n in range(wide)]
    theatre.publish({"tasks": tasks, "edges": edges})
    theatre.runner.plays["a"] = Outcome.succeeded({"n": 7})
    run = theatre.run()
    told = story(theatre, run, "t7")
    [edge] = told.edges
    assert edge.carried is not None
    assert is_rule(theatre, edge.carried.rule)
    assert edge.why == "a succeeded, and its condition holds"
    assert "n is 7; wanted [8]" in story(theatre, run, "t8").edges[0].why


def test_what_came_after_the_gate_had_opened_does_not_count(theatre: Stage) -> None:
    theatre.publish(graph(join="any", a={}, b={}))
    theatre.runner.plays["b"] = None
    run = theatre.run()
    assert story(theatre, run, "c").why.startswith("It ran because a -> c on success was live: its join, any,")
    assert [edge.counted for edge in story(theatre, run, "c").edges] == [True, False]


@pytest.mark.parametrize(
    ("outcome", "edge", "reason"),
    [
        (Outcome.failed("ValueError"), {}, "a failed, and the edge is on success"),
        (Outcome.succeeded(), {"on": "failure"}, "a succeeded, and the edge is on failure"),
        (Outcome.succeeded({"n": 1}), {"when": {"n": [2]}}, "a succeeded, but n is 1; wanted [2]"),
        (Outcome.succeeded(3), {"when": {"n": [2]}}, "a succeeded, but its output is no object"),
        (
            Outcome.failed("ValueError"),
            {"on": "failure", "when": {"type": ["KeyError"]}},
            'a failed, but type is "ValueError"; wanted ["KeyError"]',
        ),
        (
            Outcome.failed("ValueError"),
            {"on": "completion", "when": {"status": ["succeeded"]}},
            'a failed, but status is "failed"; wanted ["succeeded"]',
        ),
    ],
)
def test_a_task_was_skipped_because_an_edge_is_dead(
    theatre: Stage, outcome: Outcome, edge: JsonObject, reason: str
) -> None:
    theatre.publish(graph(a=edge, b={}))
    theatre.runner.plays["a"] = outcome
    run = theatre.run()
    told = story(theatre, run, "c")
    assert told.why.startswith("It was skipped because a -> c on ")
    assert told.edges[0].live is False
    assert told.edges[0].carried is None
    assert told.edges[0].why.startswith(reason)
    with Reading(theatre.stack.database.path.parent) as reading:
        shown = reading.show(run)
        assert skip_reason(Loaded(shown.published), "c", shown.view, shown.picture).startswith(reason)


def test_a_skip_is_followed_to_the_next_task(theatre: Stage) -> None:
    theatre.publish(
        {
            "tasks": {name: {"function": "work"} for name in ("a", "b", "c")},
            "edges": [{"from": "a", "to": "b", "on": "failure"}, {"from": "b", "to": "c"}],
        }
    )
    assert story(theatre, theatre.run(), "c").edges[0].why == "b was skipped"


@pytest.mark.parametrize(
    ("join", "words"),
    [
        ("settled", "its join, settled, needs every edge decided and one of them live"),
        ({"at_least": 2}, "its join needs 2 live edges of 2"),
        ("all", "its join, all, needs every edge live"),
    ],
)
def test_a_task_that_waits_names_the_missing_edge(theatre: Stage, join: object, words: str) -> None:
    theatre.publish(graph(join=join, a={}, b={}))
    theatre.runner.plays["b"] = None
    run = theatre.run()
    assert story(theatre, run, "c").why == f"It waits for b -> c on success (b is running): {words}."
    theatre.ask("cancel", run=run, by="ada")
    assert story(theatre, run, "c").why == (
        "It did not run because the run was cancelled first; "
        "b -> c on success (b was stopped with the run) was undecided."
    )


def test_a_run_that_waits_for_a_place(theatre: Stage) -> None:
    theatre.publish({**graph(a={}, b={}), "concurrency": 1})
    theatre.runner.plays["a"] = None
    theatre.run()
    waiting = theatre.run(request="two")
    assert "waits for a place" in story(theatre, waiting, "a").why


def test_every_attempt_is_told(theatre: Stage) -> None:
    theatre.publish(
        {"tasks": {"a": {"function": "work", "retry": {"attempts": 2, "delay": "0s"}}}},
    )
    theatre.runner.plays["a"] = Outcome.failed("ValueError", "it broke")
    told = story(theatre, theatre.run(), "a").attempts
    assert told[0].startswith("attempt 1 failed with ValueError: it broke; tried again at ")
    assert told[1] == "attempt 2 failed with ValueError: it broke"


def test_what_was_kept_did_not_run_again(theatre: Stage) -> None:
    theatre.publish(graph(a={}, b={}))
    theatre.runner.plays["b"] = Outcome.failed("ValueError")
    first = theatre.run()
    answer = theatre.ask("rerun", run=first, request="again", from_failed=True)["done"]
    assert isinstance(answer, dict)
    assert story(theatre, str(answer["run"]), "a").why == (f"Its outcome was kept from {first}: it did not run again.")
