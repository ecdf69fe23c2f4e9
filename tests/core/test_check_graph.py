"""Edges, joins and contradictions; and that nothing is said which only follows from a mistake that is told."""

from __future__ import annotations

import json

import pytest
from support.checking import THREE, codes, edge, only, pipeline, problems

from schemas.problem import Code

WORK = {"function": "work"}


def tasks(*names: str, **joins: object) -> dict[str, object]:
    return {name: WORK | ({"join": joins[name]} if name in joins else {}) for name in names}


def test_a_sound_pipeline_has_no_problem() -> None:
    edges = [edge("a", "b"), edge("a", "c", "failure"), edge("b", "c", "completion")]
    assert codes(pipeline(edges, tasks("a", "b", "c", c="any"))) == []


def test_unknown_tasks_are_told_with_what_was_meant() -> None:
    document = pipeline([edge("resze", "report"), edge("resize", "nobody")], {"resize": WORK, "report": WORK})
    first, second = problems(document)
    assert (first.code, first.path, first.advice) == (
        Code.UNKNOWN_TASK,
        ("edges", 0, "from"),
        'Did you mean "resize"?',
    )
    assert (second.path, second.advice) == (("edges", 1, "to"), "Add the task nobody, or remove the edge")


def test_a_name_in_other_letters_is_meant() -> None:
    assert only(pipeline([edge("A", "b")])).advice == 'Did you mean "a"?'


def test_a_cycle_is_named_once_at_an_edge_that_closes_it() -> None:
    problem = only(pipeline([edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("c", "a", "failure")]))
    assert problem.code is Code.CYCLE
    assert "a -> b -> c -> a" in problem.message
    assert problem.path == ("edges", 2)


def test_each_knot_is_told() -> None:
    names = ("a", "b", "c", "d")
    found = problems(
        pipeline([edge("a", "b"), edge("b", "a"), edge("c", "d"), edge("d", "c"), edge("b", "c")], tasks(*names))
    )
    assert [problem.code for problem in found] == [Code.CYCLE, Code.CYCLE]


def test_a_dense_knot_is_one_mistake() -> None:
    names = [f"t{n}" for n in range(12)]
    every = [edge(one, other) for one in names for other in names if one != other]
    assert codes(pipeline(every, tasks(*names))) == ["cycle"]


def test_what_comes_only_after_a_circle_is_unreachable() -> None:
    found = problems(pipeline([edge("a", "b"), edge("b", "a"), edge("b", "c")]))
    assert [(problem.code, problem.path) for problem in found] == [
        (Code.UNREACHABLE_TASK, ("tasks", "c")),
        (Code.CYCLE, ("edges", 1)),
    ]
    assert codes(pipeline([edge("a", "a"), edge("a", "b")])) == ["unreachable-task", "self-edge"]
    assert codes(pipeline([edge("a", "a"), edge("a", "c"), edge("b", "c")])) == ["self-edge"]


def test_an_edge_that_stands_twice_is_told_with_both_places() -> None:
    when = {"x": [1], "y": [2]}
    turned = {"y": [2], "x": [1]}
    problem = only(
        pipeline(
            [edge("a", "b", when=when), edge("a", "b", "failure"), edge("a", "b", when=turned)],
            tasks("a", "b", b="any"),
        )
    )
    assert problem.code is Code.DUPLICATE_EDGE
    assert problem.path == ("edges", 2)
    assert "a -> b on success when ..." in problem.message
    assert "line 1, column" in problem.message


@pytest.mark.parametrize(
    ("join", "edges", "words"),
    [
        ("all", [edge("a", "b"), edge("a", "b", "failure")], "a run sees only one of the two"),
        ({"at_least": 3}, [edge("a", "b"), edge("a", "b", "failure")], "waits for 3 edges"),
        ({"at_least": 2}, [edge("a", "b"), edge("a", "b", "failure")], "a run sees"),
    ],
)
def test_joins_that_never_open(join: object, edges: list[object], words: str) -> None:
    problem = only(pipeline(edges, tasks("a", "b", b=join)))
    assert problem.code is Code.JOIN_NEVER_OPENS
    assert problem.path == ("tasks", "b", "join")
    assert words in problem.message
    assert problem.advice


def test_a_join_that_is_not_written_is_told_at_its_task() -> None:
    assert only(pipeline([edge("a", "b"), edge("a", "b", "failure")])).path == ("tasks", "b")


@pytest.mark.parametrize("join", ["any", "settled", {"at_least": 1}])
def test_joins_that_take_what_comes(join: object) -> None:
    assert codes(pipeline([edge("a", "b"), edge("a", "b", "failure")], tasks("a", "b", b=join))) == []


EXCLUDE = [
    ({"n": [1]}, {"n": [2]}),
    ({"n": ["x", "y"]}, {"n": [{"prefix": "z"}]}),
    ({"n": [{"numeric": ["<", 5]}]}, {"n": [{"numeric": [">=", 5]}]}),
    ({"n": [{"numeric": ["<", 5]}]}, {"n": [{"numeric": [">", 7]}]}),
    ({"n": [None]}, {"n": [True, 5]}),
    ({"n": [{"exists": True}]}, {"n": [{"exists": False}]}),
    ({"$or": [{"n": [1]}, {"n": [2]}]}, {"n": [3]}),
]
AGREE = [
    ({"n": [1]}, {"n": [1, 2]}),
    ({"n": [1]}, {"m": [2]}),
    ({"n": [{"numeric": ["<=", 5]}]}, {"n": [{"numeric": [">=", 5]}]}),
    ({"n": [{"prefix": "a"}]}, {"n": [{"suffix": "b"}]}),
    ({"n": [{"exists": False}]}, {"n": [1, {"exists": False}]}),
    ({"$or": [{"n": [1]}, {"n": [2]}]}, {"n": [2]}),
    ({"n": [5]}, {"n": [{"numeric": ["<", 6]}]}),
]


@pytest.mark.parametrize(("one", "other"), EXCLUDE)
def test_conditions_that_exclude_each_other_contradict_where_both_are_needed(one: object, other: object) -> None:
    problem = only(pipeline([edge("a", "b", when=one), edge("a", "b", when=other)]))
    assert problem.code is Code.CONTRADICTING_EDGES
    assert problem.path == ("edges", 1)
    assert codes(pipeline([edge("a", "b", when=one), edge("a", "b", when=other)], tasks("a", "b", b="any"))) == []


@pytest.mark.parametrize(("one", "other"), AGREE)
def test_conditions_that_can_both_be_met_do_not_contradict(one: object, other: object) -> None:
    assert codes(pipeline([edge("a", "b", when=one), edge("a", "b", when=other)])) == []


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        (edge("a", "b", "completion", {"status": ["succeeded"]}), edge("a", "b", "completion", {"status": ["failed"]}), True),
        (edge("a", "b", "completion", {"status": ["failed"]}), edge("a", "b"), True),
        (edge("a", "b", "completion", {"status": ["failed"]}), edge("a", "b", "failure", {"type": ["X"]}), False),
        (edge("a", "b", "failure", {"type": ["X"]}), edge("a", "b", "failure", {"type": ["Y"]}), True),
        (edge("a", "b", "completion"), edge("a", "b"), False),
        (edge("a", "b", when={"n": []}), edge("a", "b", when={"n": [1]}), False),
    ],
)  # fmt: skip
def test_what_outcomes_exclude(one: object, other: object, contradict: bool) -> None:
    assert ("contradicting-edges" in codes(pipeline([one, other]))) is contradict


def fork(one: object, other: object, join: object = "all") -> str:
    """By two conditions to b and c, which meet again in e, b by way of d."""
    edges = [edge("a", "b", when=one), edge("a", "c", when=other), edge("b", "d"), edge("d", "e"), edge("c", "e")]
    return pipeline([*edges, edge("e", "f")], tasks("a", "b", "c", "d", "e", "f", e=join))


@pytest.mark.parametrize(("one", "other"), EXCLUDE)
def test_branches_that_exclude_each_other_and_meet_where_both_are_needed(one: object, other: object) -> None:
    problem = only(fork(one, other))
    assert (problem.code, problem.path) == (Code.CONTRADICTING_EDGES, ("tasks", "e", "join"))
    assert "e can never run: it waits for what comes after a -> b" in problem.message
    assert "join: any" in problem.advice
    assert codes(fork(one, other, "any")) == codes(fork(one, other, "settled")) == []


@pytest.mark.parametrize(("one", "other"), AGREE)
def test_branches_that_can_both_be_taken_may_meet(one: object, other: object) -> None:
    assert codes(fork(one, other)) == []


def test_of_three_branches_the_two_that_exclude_each_other_are_named() -> None:
    conditions = [{"n": [1]}, {"n": [1, 2]}, {"n": [{"numeric": [">", 1]}]}]
    branches = [edge("a", to, when=when) for to, when in zip("bcd", conditions, strict=True)]
    problem = only(pipeline([*branches, *(edge(name, "e") for name in "bcd")], tasks("a", "b", "c", "d", "e")))
    assert "after a -> b on success when" in problem.message
    assert "after a -> d on success when" in problem.message


def test_where_one_of_several_branches_is_enough_nothing_is_said() -> None:
    one, other = EXCLUDE[0]
    edges = [edge("a", "b", when=one), edge("a", "c", when=other), *(edge(name, "e") for name in "bcd")]
    for join, found in (
        ("all", ["contradicting-edges"]),
        ({"at_least": 3}, ["contradicting-edges"]),
        ({"at_least": 2}, []),
    ):
        assert codes(pipeline(edges, tasks("a", "b", "c", "d", "e", e=join))) == found


def test_what_every_branch_needs_is_needed_after_any_of_them() -> None:
    """Both ways to d lead over a -> b, and e waits for a -> c as well."""
    one, other = EXCLUDE[0]
    edges = [edge("a", "b", when=one), edge("b", "x"), edge("b", "y"), edge("x", "d"), edge("y", "d")]
    edges += [edge("a", "c", when=other), edge("c", "e"), edge("d", "e")]
    problem = only(pipeline(edges, tasks("a", "b", "c", "d", "e", "x", "y", d="any")))
    assert problem.path == ("tasks", "e")


def test_branches_that_exclude_each_other_are_told_once_and_not_after_what_is_told_already() -> None:
    one, other = EXCLUDE[0]
    twice = [edge("a", "b", when=one), edge("a", "b", when=other), edge("b", "c")]
    assert codes(pipeline(twice)) == ["contradicting-edges"]
    again = [edge("a", "b", when=one), edge("a", "c", when=other), edge("b", "d"), edge("c", "d")]
    again += [edge("d", "e"), edge("b", "e"), edge("c", "f"), edge("b", "f")]
    found = problems(pipeline(again, tasks("a", "b", "c", "d", "e", "f")))
    assert [problem.path for problem in found] == [("tasks", "d"), ("tasks", "f")]


def test_success_against_failure_further_up_is_left_to_the_proof() -> None:
    edges = [
        edge("a", "b", when={"n": [1]}),
        edge("a", "c", "failure", {"type": ["X"]}),
        edge("b", "d"),
        edge("c", "d"),
    ]
    assert codes(pipeline(edges, tasks("a", "b", "c", "d"))) == ["join-never-opens"]


def test_branches_of_a_damaged_gate_and_more_than_can_be_compared_are_left_alone() -> None:
    one, other = EXCLUDE[0]
    damaged = json.loads(fork(one, other))
    damaged["edges"][4] = {"from": "c", "to": "e", "on": "sucess"}
    assert codes(json.dumps(damaged)) == ["bad-value"]
    too_many = {"at_least": 9}
    assert "contradicting-edges" not in codes(fork(one, other, too_many))

    def one_of(*values: int) -> dict[str, object]:
        return {"$or": [{"n": [value]} for value in values], "m": [{"exists": True}]}

    assert codes(fork(one_of(*range(10)), one_of(*range(10, 20)))) == ["contradicting-edges"]
    assert codes(fork(one_of(*range(500)), one_of(*range(500, 1000)))) == []


def test_what_would_take_too_long_to_compare_is_not_judged() -> None:
    def one_of(*values: int) -> dict[str, object]:
        return {"$or": [{"n": [value]} for value in values], "m": [{"exists": True}]}

    def compared(count: int) -> list[str]:
        met, other = one_of(*range(count)), one_of(*range(count, 2 * count))
        return codes(pipeline([edge("a", "b", when=met), edge("a", "b", when=other)]))

    assert compared(10) == ["contradicting-edges"]
    assert compared(500) == []


def test_an_unknown_edge_leaves_doubt_about_its_target_alone() -> None:
    contradiction = [edge("a", "b"), edge("a", "b", "failure")]
    assert codes(pipeline([*contradiction, edge("zz", "b")])) == ["join-never-opens", "unknown-task"]
    counted = tasks("a", "b", "c", b={"at_least": 3})
    assert codes(pipeline([*contradiction, edge("zz", "b")], counted)) == ["unknown-task"]
    assert codes(pipeline([*contradiction, edge("zz", "c")], counted)) == ["join-never-opens", "unknown-task"]


def test_a_damaged_edge_leaves_doubt_too() -> None:
    counted = tasks("a", "b", "c", b={"at_least": 2})
    assert codes(pipeline([edge("a", "b"), edge("a", "b", "fail")], counted)) == ["bad-value"]
    assert codes(pipeline([edge("a", "b"), {"from": "a"}], counted)) == ["missing-key"]
    assert codes(pipeline([edge("a", "b"), 5], counted)) == ["bad-value"]
    assert codes(pipeline([edge("a", "b"), edge("a", "c", "fail")], counted)) == ["join-never-opens", "bad-value"]


def test_a_damaged_join_leaves_doubt() -> None:
    assert codes(pipeline([edge("a", "b"), edge("a", "b", "failure")], tasks("a", "b", b="some"))) == ["bad-value"]
    assert codes(pipeline([edge("a", "b"), edge("a", "b", "failure")], {"a": WORK, "b": None})) == ["bad-value"]


def test_tasks_or_edges_that_could_not_be_read_are_not_missed() -> None:
    reading = {"function": "work", "with": {"x": "${tasks.b.output}"}}
    assert codes(pipeline([edge("a", "b")]).replace('"tasks": {', '"tasks": 5, "x": {')) == ["bad-value", "unknown-key"]
    assert codes(pipeline(tasks={"a": reading, "b": WORK}).replace('"edges": []', '"edges": {}')) == ["bad-value"]


def test_a_task_with_a_bad_name_is_known() -> None:
    document = pipeline([edge("a", "b c"), edge("b c", "c")], {"a": WORK, "b c": WORK, "c": WORK})
    assert codes(document) == ["bad-name"]


def test_warnings_are_one_per_task() -> None:
    found = problems(pipeline([edge("a", "b", "failure"), edge("a", "c", "completion")]), every=True)
    assert [(problem.code.value, problem.path[1]) for problem in found] == [
        ("no-timeout", "a"),
        ("no-timeout", "b"),
        ("no-timeout", "c"),
    ]
    assert {problem.severity for problem in found} == {"warning"}


def test_an_unhandled_failure_is_not_told_of_whoever_takes_one_up_or_may() -> None:
    timed = {name: WORK | {"timeout": "5m"} for name in THREE}

    def unhandled(*edges: object) -> list[object]:
        return [problem.path[1] for problem in problems(pipeline(edges, timed), every=True) if len(problem.path) == 2]

    assert unhandled(edge("a", "b")) == ["a", "b", "c"]
    assert unhandled(edge("a", "b"), edge("b", "c", "failure")) == ["a"]
    assert unhandled(edge("a", "b", "falure"), edge("b", "c", "completion")) == []


def test_a_timeout_that_could_not_be_read_is_not_missed() -> None:
    found = problems(pipeline(tasks={"a": WORK | {"timeout": 5}, "b": WORK | {"timeot": "5m"}}), every=True)
    assert Code.NO_TIMEOUT not in {problem.code for problem in found}
