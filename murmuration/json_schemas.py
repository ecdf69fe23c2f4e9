"""JSON Schemas of the documents and of every event's data, made from the models and nothing else.

They are for editors (`# yaml-language-server: $schema=...`) and for whoever reads our events, so they say by themselves
what pydantic's validators say in code: exactly one source per trigger, no key that is no name. Draft 2020-12 for the
documents; the data of events keeps to what is the same in every draft since 7, since AsyncAPI uses it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from events.catalog import DATA, EventType
from schemas.model import JsonObject, Model
from schemas.pipeline import Pipeline
from schemas.project import Project
from schemas.trigger import SOURCES

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ANYTHING: Final = "JsonValue"
_ONE_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "Task": ("function", "action"),
    "ScheduleSource": ("cron", "rate"),
    "Trigger": SOURCES,
}
"""Models of which exactly one of these keys is there."""

_EXAMPLE: Final[JsonObject] = {
    "project": "media",
    "pipeline": "thumbnails",
    "triggers": {"uploads": {"s3": {"bucket": "uploads", "prefix": "in/", "suffix": [".png"]}}},
    "tasks": {
        "validate": {"function": "validate_image", "with": {"file": "${input.object}"}, "timeout": "30s"},
        "resize": {"function": "resize", "with": {"file": "${tasks.validate.output.file}", "width": 200}},
    },
    "edges": [{"from": "validate", "to": "resize"}],
}


def document_schemas() -> dict[str, JsonObject]:
    """By file name."""
    return {
        "pipeline.schema.json": {
            **_named("pipeline", "A Murmuration pipeline", _document(Pipeline)),
            "examples": [_EXAMPLE],
        },
        "project.schema.json": _named("project", "A Murmuration project", _document(Project)),
    }


def _document(model: type[Model]) -> JsonObject:
    """A JSON document names its schema in itself; a YAML document may."""
    told = model_schema(model)
    properties = told["properties"]
    assert isinstance(properties, dict)
    for_editors: JsonObject = {"type": "string", "description": "This schema, for editors."}
    return {**told, "properties": {"$schema": for_editors, **properties}}


def data_schemas() -> dict[str, JsonObject]:
    """By file name: what `data` holds in each type of event."""
    return {f"{kind}.schema.json": _named(kind, f"The data of {kind}", data_schema(kind)) for kind in EventType}


def data_schema(kind: EventType, refs: str = "#/$defs/{model}") -> JsonObject:
    """Read as it is written: what has a default is there, and a reader may come to see fields that are new."""
    told = model_schema(DATA[kind], refs=refs)
    for schema in (told, *_definitions(told).values()):
        assert isinstance(schema, dict)
        schema.pop("additionalProperties", None)
    return _with_what_is_always_told(told)


def _with_what_is_always_told(schema: JsonObject) -> JsonObject:
    """A `status` that has but one value is in every event of its type, though nobody need write it."""
    properties, required = schema["properties"], schema.get("required", [])
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    constant: list[JsonValue] = [
        name for name, told in properties.items() if isinstance(told, dict) and "const" in told
    ]
    return {**schema, "required": [*constant, *required]} if constant else schema


def model_schema(model: type[Model], *, refs: str = "#/$defs/{model}") -> JsonObject:
    told: JsonObject = model.model_json_schema(by_alias=True, ref_template=refs)
    definitions = _definitions(told)
    definitions.pop(_ANYTHING, None)
    for name, definition in definitions.items():
        assert isinstance(definition, dict)
        _say_rules(name, definition)
    tidied = _tidied(told, refs.format(model=_ANYTHING))
    assert isinstance(tidied, dict)
    if not definitions:
        tidied.pop("$defs", None)
    return tidied


def _named(name: str, title: str, schema: JsonObject) -> JsonObject:
    return {"$schema": DIALECT, "$id": f"urn:murmuration:schema:{name}", "title": title, **schema}


def _definitions(schema: JsonObject) -> JsonObject:
    definitions = schema.get("$defs", {})
    assert isinstance(definitions, dict)
    return definitions


def _say_rules(name: str, definition: JsonObject) -> None:
    if name in _ONE_OF:
        definition["oneOf"] = [_present(key) for key in _ONE_OF[name]]
    if name == "WebhookSource":
        unsigned: JsonObject = {"properties": {"signature": {"const": "none"}}, "required": ["signature"]}
        definition["anyOf"] = [unsigned, _present("secret")]


def _present(key: str) -> JsonObject:
    """There, and not null: null is as if it were left out."""
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}


def _tidied(value: JsonValue, anything: str, *, names: bool = False) -> JsonValue:
    """Without the titles that only repeat a name; names of keys are closed where their pattern is given.

    `names`: the members' keys are names of properties, not words of JSON Schema.
    """
    if isinstance(value, list):
        return [_tidied(one, anything) for one in value]
    if not isinstance(value, dict):
        return value
    told: JsonObject = {
        key: _tidied(one, anything, names=not names and key in ("properties", "$defs", "patternProperties"))
        for key, one in value.items()
        if names or (key, one) != ("$ref", anything)
    }
    if names:
        return told
    if isinstance(told.get("title"), str):
        del told["title"]
    if "patternProperties" in told:
        told["additionalProperties"] = False
    if told.get("additionalProperties") == {}:
        told["additionalProperties"] = True
    return told
