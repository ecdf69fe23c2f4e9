"""What a verb is given as JSON or YAML: an argument, `@FILE`, or `-` for the standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from pydantic import JsonValue

from schemas.errors import InvalidDocument, MurmurationError
from schemas.model import JsonObject
from schemas.problem import Code, plain

if TYPE_CHECKING:
    from schemas.outcome import Outcome
    from schemas.pipeline import Pipeline


class NotJson(MurmurationError):
    code = "not-json"


def json_given(text: str, option: str) -> JsonValue:
    if text.startswith("@"):
        return document_given(text[1:])
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise NotJson(
            f"{option} is not JSON: {wrong}", advice=f"""Write {option} '{{"name": "value"}}', or {option} @FILE"""
        ) from None
    return value


def object_given(text: str, option: str) -> JsonObject:
    value = json_given(text, option)
    if not isinstance(value, dict):
        raise NotJson(f"{option} is no JSON object", advice=f"""Write {option} '{{"name": "value"}}'""")
    return value


def document_given(file: str) -> JsonObject:
    from murmuration.cli.documents import source_of

    source = source_of(file)
    if source.problems or source.root is None:
        first = source.problems[0]
        where = f"{file}:{first.line}:{first.column}" if first.line else file
        raise NotJson(plain(first.message), where=where, advice=plain(first.advice))
    value = source.root.value
    assert isinstance(value, dict), "a document is a mapping"
    return value


def answers_of(file: str | None, pipeline: Pipeline) -> dict[str, tuple[Outcome, ...]] | None:
    """How tasks are taken to end; None where nobody says. A mistake in it is told, and the verb ends."""
    from events.answers import answers
    from murmuration.cli.documents import MISTAKES, print_problem, source_of

    if file is None:
        return None
    source = source_of(file)
    if source.problems or source.root is None:
        for problem in source.problems:
            print_problem(problem, source)
        raise SystemExit(2)
    value = source.root.value
    assert isinstance(value, dict), "a document is a mapping"
    try:
        return answers(value, pipeline.tasks)
    except InvalidDocument as wrong:
        for one in wrong.problems:
            at_key = one.code is Code.UNKNOWN_TASK
            print_problem(source.problem(one.code, one.path, one.message, one.advice, key=at_key), source)
        raise SystemExit(MISTAKES) from None
