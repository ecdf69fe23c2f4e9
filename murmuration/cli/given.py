"""What a verb is given as JSON or YAML: an argument, `@FILE`, or `-` for the standard input."""

from __future__ import annotations

import orjson
from pydantic import JsonValue

from schemas.errors import MurmurationError
from schemas.model import JsonObject


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
        raise NotJson("; ".join(str(one) for one in source.problems) or "the file is empty", where=file)
    value = source.root.value
    assert isinstance(value, dict), "a document is a mapping"
    return value
