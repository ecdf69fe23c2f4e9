"""Triggers, input schemas and names: schedules that fire, patterns that match, schemas that can be used."""

from __future__ import annotations

import pytest
from support.checking import codes, only, pipeline, problems

from schemas.problem import Code, Severity


def triggered(**source: object) -> str:
    return pipeline(triggers={"t": source})


@pytest.mark.parametrize(
    ("schedule", "code", "field"),
    [
        ({"cron": "61 * * * *"}, Code.BAD_CRON, "cron"),
        ({"cron": "0 2 * * *", "timezone": "Europe/Zurch"}, Code.BAD_ZONE, "timezone"),
        ({"rate": "0s"}, Code.BAD_DURATION, "rate"),
        ({"rate": "soon"}, Code.BAD_DURATION, "rate"),
    ],
)
def test_schedules_that_never_fire(schedule: object, code: Code, field: str) -> None:
    problem = only(triggered(schedule=schedule))
    assert (problem.code, problem.path) == (code, ("triggers", "t", "schedule", field))


def test_schedules_that_fire() -> None:
    assert codes(triggered(schedule={"cron": "0 2 * * *", "timezone": "Europe/Zurich"})) == []
    assert codes(triggered(schedule={"rate": "1s"})) == []


@pytest.mark.parametrize(
    ("event", "code", "path", "words"),
    [
        ({"source": "shop"}, Code.BAD_PATTERN, ("event",), "neither a list"),
        ({}, Code.BAD_PATTERN, ("event",), "empty"),
        (
            {"detail": {"n": [{"numeric": [">", 5, "<", 5.000000000000001]}]}},
            Code.NEVER_MATCHES,
            ("event",),
            "no number lies",
        ),
        ({"sorce": ["shop"]}, Code.NEVER_MATCHES, ("event", "sorce"), 'no "sorce"'),
        ({"order": {"total": [1]}}, Code.NEVER_MATCHES, ("event", "order"), 'no "order"'),
        ({"$or": [{"a": [1]}, {"b": [1]}]}, Code.NEVER_MATCHES, ("event",), 'no "a"'),
    ],
)
def test_patterns_that_no_event_matches(event: object, code: Code, path: tuple[str, ...], words: str) -> None:
    problem = only(triggered(event=event))
    assert (problem.code, problem.path) == (code, ("triggers", "t", *path))
    assert words in problem.message


@pytest.mark.parametrize(
    ("event", "path", "advice"),
    [
        ({"source": ["murmuration"], "detail-type": ["run.fail"]}, ("detail-type", 0), 'Did you mean "run.failed"?'),
        (
            {
                "source": ["murmuration"],
                "detail-type": ["run.failed", "order.placed"],
                "detail": {"pipeline": [{"prefix": "other/"}]},
            },
            ("detail-type", 1),
            "There are run.requested, run.started,",
        ),
        ({"source": ["murmuration"], "detail-type": [{"prefix": "runs."}]}, ("detail-type",), "There are run.req"),
        (
            {"$or": [{"source": ["murmuration"], "detail-type": ["run.succeded"]}, {"source": ["shop"]}]},
            (),
            'Did you mean "run.succeeded"?',
        ),
    ],
)
def test_types_of_our_events_that_there_are_not(event: object, path: tuple[str | int, ...], advice: str) -> None:
    problem = only(triggered(event=event))
    assert (problem.code, problem.severity) == (Code.NEVER_MATCHES, Severity.WARNING)
    assert problem.path == ("triggers", "t", "event", *path)
    assert problem.advice.startswith(advice)


@pytest.mark.parametrize(
    "event",
    [
        {"source": ["murmuration"], "detail-type": ["run.failed", {"prefix": "task."}], "detail": {"pipeline": ["x"]}},
        {"source": ["murmuration"], "detail": {"pipeline": [{"prefix": "other/"}]}},
        {"source": ["murmuration", "shop"], "detail-type": ["order.placed"]},
        {"source": [{"prefix": "murm"}], "detail-type": ["order.placed"]},
        {"detail-type": ["run.fail"]},
    ],
)
def test_types_that_somebody_may_say(event: object) -> None:
    assert codes(triggered(event=event)) == []


@pytest.mark.parametrize(
    "event",
    [
        {"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}},
        {"source": ["shop"], "order": [{"exists": False}]},
        {"$or": [{"source": ["shop"], "a": [1]}, {"source": ["shop"]}]},
    ],
)
def test_patterns_that_may_match(event: object) -> None:
    assert codes(triggered(event=event)) == []


PROJECT = '{"project": "shop", "secrets": ["hook"], "buckets": {"uploads": {}}}'


def test_secrets_and_buckets_are_those_of_the_project() -> None:
    document = pipeline(
        triggers={
            "a": {"webhook": {"secret": "hok"}},
            "b": {"webhook": {"secret": "hook"}},
            "c": {"webhook": {"signature": "none"}},
            "d": {"s3": {"bucket": "upload"}},
            "e": {"s3": {"bucket": "uploads"}},
        }
    )
    assert codes(document) == []
    assert codes(document, '{"project": "shop", "secrets": ["hok", "hook"]}') == []
    assert codes(document, '{"project": "other"}') == []
    secret, bucket = problems(document, PROJECT)
    assert (secret.code, secret.advice) == (Code.UNKNOWN_NAME, 'Did you mean "hook"?')
    assert (bucket.code, bucket.advice) == (Code.UNKNOWN_NAME, 'Did you mean "uploads"?')


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a..b", "beside a dot"),
        ("a.-b", "beside a dot"),
        ("192.168.0.1", "an address"),
        ("xn--abc", "xn-- is reserved"),
        ("abc--x-s3", "--x-s3 is reserved"),
    ],
)
def test_bucket_names_that_s3_refuses(name: str, words: str) -> None:
    problem = only(triggered(s3={"bucket": name}))
    assert problem.code is Code.BAD_NAME
    assert words in problem.message
    found = problems(f'{{"project": "shop", "buckets": {{"{name}": {{}}, "good": {{"name": "{name}"}}}}}}')
    assert [problem.path for problem in found] == [("buckets", name), ("buckets", "good", "name")]


@pytest.mark.parametrize(
    ("schema", "path", "words"),
    [
        ({"type": "strin"}, ("type",), "strin"),
        ({"properties": {"a": {"minimum": "x"}}}, ("properties", "a", "minimum"), "number"),
        ({"required": "a"}, ("required",), "array"),
        ({"$schema": "draft-9"}, ("$schema",), "version"),
        ({"$schema": 5}, ("$schema",), "version"),
        ({"$ref": "#/$defs/nope"}, (), "Pointer"),
        ({"$ref": "https://example.com/x"}, (), "https://example.com/x"),
        ({"properties": {"a": {"pattern": "("}}}, ("properties", "a", "pattern"), "regex"),
        ({"type": ["x" * 200]}, ("type",), "..."),
    ],
)
def test_schemas_that_cannot_be_used(schema: object, path: tuple[str, ...], words: str) -> None:
    problem = only(pipeline(input=schema))
    assert (problem.code, problem.path) == (Code.BAD_SCHEMA, ("input", *path))
    assert words in problem.message


def test_all_mistakes_of_a_schema_are_told() -> None:
    assert codes(pipeline(input={"type": "x", "required": 5, "minLength": -1})) == ["bad-schema"] * 3


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"next": {"$ref": "#"}}},
        {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {"a": {}}, "$ref": "#/$defs/a"},
    ],
)
def test_schemas_that_can(schema: object) -> None:
    assert codes(pipeline(input=schema)) == []
