"""The pipeline's `input` is a JSON Schema that can be used, from what it holds itself."""

from __future__ import annotations

from functools import cache

import jsonschema_rs

from events.check.subject import Subject
from schemas.problem import Code

_DRAFTS = {
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
    "http://json-schema.org/draft-06/schema",
    "http://json-schema.org/draft-04/schema",
}
_NEWEST = "https://json-schema.org/draft/2020-12/schema"
_MOST = 20


def check_input_schema(subject: Subject) -> None:
    schema = subject.pipeline.input
    if schema is None:
        return
    named = schema.get("$schema", _NEWEST)
    draft = named.removesuffix("#") if isinstance(named, str) else ""
    if draft not in _DRAFTS:
        advice = f"Write {_NEWEST}, or leave it out"
        subject.add(Code.BAD_SCHEMA, ("input", "$schema"), "this is not a version of JSON Schema", advice)
        return
    found = [error for error, _ in zip(_meta(draft).iter_errors(schema), range(_MOST), strict=False)]
    for error in found:
        told = _readable(error.message)
        subject.add(
            Code.BAD_SCHEMA, ("input", *error.instance_path), f"this is not JSON Schema: {told}", _advice(error)
        )
    if not found:
        _check_use(subject)


def _check_use(subject: Subject) -> None:
    """References that lead nowhere, expressions that are none: what shows only when a validator is made."""
    assert subject.pipeline.input is not None
    try:
        jsonschema_rs.validator_for(subject.pipeline.input, offline=True)
    except jsonschema_rs.ValidationError as wrong:
        path = ("input", *(step for step in wrong.instance_path))
        advice = (
            "Refer to a part of this schema: #/$defs/NAME" if "'" in wrong.message or "Pointer" in wrong.message else ""
        )
        subject.add(Code.BAD_SCHEMA, path, f"this schema cannot be used: {_readable(wrong.message)}", advice)


@cache
def _meta(draft: str) -> jsonschema_rs.Validator:
    name = draft if "/draft/" in draft else f"{draft}#"
    return jsonschema_rs.validator_for({"$schema": name, "$ref": name}, offline=True)


def _readable(message: str) -> str:
    return message if len(message) <= 160 else f"{message[:157]}..."


def _advice(error: jsonschema_rs.ValidationError) -> str:
    if error.instance_path and error.instance_path[-1] == "type":
        return "Write string, number, integer, boolean, object, array or null"
    return ""
