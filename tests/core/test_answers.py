import pytest

from events.answers import answers
from schemas.errors import InvalidDocument
from schemas.outcome import Outcome
from schemas.problem import Code


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("succeeded", [Outcome.succeeded()]),
        ("failed", [Outcome.failed("Error")]),
        ({"output": {"n": 1}}, [Outcome.succeeded({"n": 1})]),
        ({"status": "succeeded", "output": 1}, [Outcome.succeeded(1)]),
        ({"error": "Timeout"}, [Outcome.failed("Timeout")]),
        ({"error": {"type": "Timeout", "message": "late"}}, [Outcome.failed("Timeout", "late")]),
        (["failed", {"output": 2}], [Outcome.failed("Error"), Outcome.succeeded(2)]),
    ],
)
def test_ways_to_say_how_a_task_ends(told, expected):
    assert answers({"a": told}, ["a"]) == {"a": tuple(expected)}


def test_every_mistake_is_told_at_once():
    told = {
        "aa": "failed",
        "b": "exploded",
        "c": [],
        "d": {"error": {"message": "no type"}},
        "e": {"output": 1, "x": 2},
    }
    with pytest.raises(InvalidDocument) as wrong:
        answers(told, ["a", "b", "c", "d", "e"])
    assert [(problem.code, problem.path) for problem in wrong.value.problems] == [
        (Code.UNKNOWN_TASK, ("aa",)),
        (Code.BAD_VALUE, ("b",)),
        (Code.BAD_VALUE, ("c",)),
        (Code.BAD_VALUE, ("d",)),
        (Code.BAD_VALUE, ("e",)),
    ]
