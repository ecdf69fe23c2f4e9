"""What AWS cannot do is refused with `--target aws`, and only then."""

from __future__ import annotations

import json

import pytest
from support.checking import codes, edge, only, pipeline, problems

WORK = {"function": "work"}


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (pipeline(tasks={"a": WORK | {"timeout": "15m"}}), ("tasks", "a", "timeout"), "at most 14m"),
        (
            pipeline(triggers={"t": {"schedule": {"cron": "0 0 1 * MON"}}}),
            ("triggers", "t", "schedule", "cron"),
            "day of the week",
        ),
        (pipeline(triggers={"t": {"schedule": {"rate": "90s"}}}), ("triggers", "t", "schedule", "rate"), "1m30s"),
        (
            pipeline(triggers={"t": {"event": {"source": ["x" * 2_100]}}}),
            ("triggers", "t", "event"),
            "2,048",
        ),
        (pipeline([edge("a", "b", when={"n": ["x" * 1_900]})]), ("edges", 0, "when"), "2,048"),
        (pipeline(triggers={"t": {"s3": {"bucket": "b" * 48}}}), ("triggers", "t", "s3", "bucket"), "47 characters"),
        (pipeline(tasks={"a": WORK | {"with": {"x": "x" * 400_000}}}), (), "350,000"),
    ],
)
def test_what_aws_cannot_do(document: str, path: tuple[object, ...], words: str) -> None:
    assert codes(document) == []
    problem = only(document, aws=True)
    assert (problem.code.value, problem.path) == ("aws-limit", path)
    assert words in problem.message + problem.advice


def test_what_aws_can_do() -> None:
    tasks = {"a": WORK | {"timeout": "14m"}, "b": WORK | {"timeout": "2d", "callback": True}}
    triggers = {
        "a": {"schedule": {"cron": "0 2 * * *"}},
        "b": {"schedule": {"rate": "15m"}},
        "c": {"s3": {"bucket": "b" * 47}},
        "d": {"event": {"source": ["shop"]}},
        "e": {"s3": {"bucket": "c" * 60}},
        "f": {"manual": {}},
    }
    project = json.dumps({"project": "shop", "buckets": {"b" * 47: {}, "c" * 60: {"name": "short"}}})
    document = pipeline([edge("a", "b", when={"n": ["x"]})], tasks, triggers=triggers)
    assert codes(document, project, aws=True) == []


def test_a_mistake_is_not_told_again_as_a_limit() -> None:
    assert codes(pipeline(triggers={"t": {"schedule": {"cron": "61 * * * *"}}}), aws=True) == ["bad-cron"]


def test_wildcards_are_counted_over_all_documents() -> None:
    def wild(name: str, count: int) -> str:
        triggers = {f"t{n}": {"event": {"source": [{"wildcard": f"shop.{n}.*"}]}} for n in range(count)}
        return pipeline(pipeline=name, triggers=triggers)

    assert codes(wild("one", 20), aws=True) == []
    (problem,) = problems(wild("one", 20), wild("two", 11), aws=True)
    assert (problem.file, problem.path) == ("1.yaml", ())
    assert "31 rules with a wildcard" in problem.message
