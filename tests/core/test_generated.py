"""The generated schemas say what the models say, and nobody forgets to make them anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import orjson
import pytest
from hypothesis import given
from pydantic import JsonValue, ValidationError
from support.documents import as_yaml, documents
from support.examples import examples
from support.pipelines import pipelines

from events.catalog import DATA, EventType
from murmuration.generate import FOLDER, drifted, main, write
from schemas.document import read
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.project import Project

THUMBNAILS = """
project: media
pipeline: thumbnails
description: Make a thumbnail of every uploaded picture.
input: {type: object, required: [object]}
deadline: 1h
triggers:
  uploads: {s3: {bucket: uploads, prefix: in/, suffix: [.png, .jpg]}}
  orders:  {event: {source: [shop], detail-type: [order.created], detail: {total: [{numeric: [">", 100]}]}},
            input: "${detail}", key: "${detail.order_id}"}
  nightly: {schedule: {cron: "0 2 * * *", timezone: Europe/Zurich}}
tasks:
  validate: {function: validate_image, with: {file: "${input.object}"}, timeout: 30s,
             retry: {attempts: 3, delay: 2s, backoff: 2, jitter: full, on: [TimeoutError]}}
  resize:     {function: resize, with: {file: "${tasks.validate.output.file}", width: 200}}
  quarantine: {action: s3.copy, with: {}}
  report:     {action: notify.email, join: settled, with: {}}
edges:
  - {from: validate, to: resize}
  - {from: validate, to: quarantine, on: failure}
  - {from: resize, to: report, when: {width: [{numeric: [">=", 64]}]}}
  - {from: quarantine, to: report, on: completion}
"""
PIPELINE = jsonschema_rs.validator_for(json.loads((FOLDER / "pipeline.schema.json").read_bytes()))
PROJECT = jsonschema_rs.validator_for(json.loads((FOLDER / "project.schema.json").read_bytes()))
ASYNCAPI: JsonObject = json.loads((FOLDER / "asyncapi.json").read_bytes())


def thumbnails() -> JsonObject:
    return parsed(THUMBNAILS)


def parsed(text: str) -> JsonObject:
    source = read(text)
    assert source.problems == ()
    assert source.root is not None
    assert isinstance(source.root.value, dict)
    return source.root.value


def changed(path: str, value: JsonValue) -> JsonObject:
    """The example with one place changed, or taken out by `None`."""
    document = json.loads(json.dumps(thumbnails()))
    *way, last = path.split(".")
    place = document
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    assert isinstance(document, dict)
    return document


def test_nothing_has_drifted() -> None:
    assert drifted(FOLDER) == [], "run: make generate"


def test_drift_is_named_with_the_command_that_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "pipeline.schema.json").write_text("{}")
    (tmp_path / "asyncapi.json").unlink()
    (tmp_path / "task.exploded.schema.json").write_text("{}")
    assert main(["--check"], tmp_path) == 1
    told = capsys.readouterr().err
    for name in ("pipeline.schema.json", "asyncapi.json", "task.exploded.schema.json"):
        assert f"{name} is not what the models say. Run: make generate" in told
    assert main([], tmp_path) == 0
    assert "pipeline.schema.json" in capsys.readouterr().out
    assert drifted(tmp_path) == []
    assert main(["--chekc"], tmp_path) == 2


def test_the_example_is_good() -> None:
    assert list(PIPELINE.iter_errors(thumbnails())) == []


def test_a_document_may_name_its_schema() -> None:
    assert list(PIPELINE.iter_errors({"$schema": "pipeline.schema.json", **thumbnails()})) == []
    assert list(PROJECT.iter_errors({"$schema": "project.schema.json", "project": "shop"})) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("concurrency", 3),
        ("concurrency", {"limit": 3, "full": "drop"}),
        ("tasks.resize.for_each", "${input.files}"),
        ("tasks.resize.for_each", ["a", "b"]),
        ("tasks.resize.for_each", {"items": "${input.files}", "concurrency": 2}),
        ("tasks.resize.join", {"at_least": 2}),
        ("tasks.resize.memory", "large"),
        ("triggers.call", {"webhook": {"signature": "none"}}),
        ("triggers.call", {"webhook": {"signature": "github", "secret": "HOOK"}}),
        ("triggers.other", {"pipeline": {"pipeline": "other", "on": ["failed"]}}),
        ("triggers.hand", {"manual": {}}),
        ("functions", {"mine": {"lambda": "arn:aws:lambda:us-east-1:000000000000:function:mine"}}),
    ],
)
def test_what_the_model_takes_the_schema_takes(path: str, value: JsonValue) -> None:
    document = changed(path, value)
    Pipeline.read(document)
    assert list(PIPELINE.iter_errors(document)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("project", None),
        ("tasks", {}),
        ("pipeline", "1st"),
        ("colour", "blue"),
        ("deadline", "soon"),
        ("deadline", 60),
        ("deadline", "0s"),
        ("tasks.resize.timeout", "0m0s"),
        ("concurrency", 0),
        ("concurrency", True),
        ("tasks.1st", {"function": "f"}),
        ("tasks.resize.functoin", "resize"),
        ("tasks.resize.action", "s3.copy"),
        ("tasks.resize.function", None),
        ("tasks.resize.join", "most"),
        ("tasks.resize.join", {"at_least": 0}),
        ("tasks.resize.timeout", "30 parsecs"),
        ("tasks.resize.memory", "enormous"),
        ("tasks.resize.for_each", 5),
        ("tasks.validate.retry.attempts", "3"),
        ("tasks.validate.retry.jitter", "some"),
        ("edges.0.on", "succes"),
        ("edges.0.to", None),
        ("edges.0.when", []),
        ("triggers.uploads.s3.bucket", "UP"),
        ("triggers.uploads.manual", {}),
        ("triggers.uploads.s3", None),
        ("triggers.nightly.schedule.rate", "5m"),
        ("triggers.nightly.schedule.cron", None),
        ("triggers.call", {"webhook": {}}),
        ("triggers.call", {"webhook": {"signature": "stripe"}}),
        ("triggers.other", {"pipeline": {"pipeline": "other", "on": []}}),
        ("functions", {"mine": {"lambda": "mine"}}),
    ],
)
def test_what_the_model_refuses_for_its_shape_the_schema_refuses(path: str, value: JsonValue) -> None:
    document = changed(path, value)
    with pytest.raises(ValidationError):
        Pipeline.read(document)
    assert list(PIPELINE.iter_errors(document)) != []


def test_a_project_document() -> None:
    good: JsonObject = {
        "project": "media",
        "secrets": ["MAIL"],
        "members": {"ada": "admin"},
        "buckets": {"uploads": {}},
    }
    Project.read(good)
    assert list(PROJECT.iter_errors(good)) == []
    for bad in ({"members": {"ada": "queen"}}, {"buckets": {"UP": {}}}, {"variables": {"a-b": 1}}):
        assert list(PROJECT.iter_errors({**good, **bad})) != []


@examples(20)
@given(pipelines())
def test_random_pipelines_are_good(pipeline: Pipeline) -> None:
    assert list(PIPELINE.iter_errors(pipeline.document())) == []


@examples(30)
@given(documents())
def test_every_document_survives_the_way_through_yaml_and_json(document: JsonObject) -> None:
    model = Pipeline.read(parsed(as_yaml(document)))
    assert model == Pipeline.read(document)
    assert Pipeline.read(orjson.loads(orjson.dumps(model.document()))) == model
    assert Pipeline.read(model.document()).document() == model.document()
    assert list(PIPELINE.iter_errors(document)) == []
    assert list(PIPELINE.iter_errors(model.document())) == []


def test_schemas_help_an_editor_and_name_no_host() -> None:
    document = json.loads((FOLDER / "pipeline.schema.json").read_bytes())
    assert document["$id"] == "urn:murmuration:schema:pipeline"
    assert {"from", "to", "on", "when"} == document["$defs"]["Edge"]["properties"].keys()
    assert all(told.get("description") for told in document["properties"].values())
    hosts = {host for path in FOLDER.glob("*.json") for host in re.findall(r"\w+://[^\"/]*", path.read_text())}
    assert hosts == {"https://json-schema.org"}


@pytest.mark.parametrize("kind", EventType)
def test_the_schema_of_an_events_data_is_the_models(kind: EventType) -> None:
    schema = json.loads((FOLDER / f"{kind}.schema.json").read_bytes())
    example = _payload(str(kind))["data"]
    validator = jsonschema_rs.validator_for(schema)
    assert DATA[kind].read(example).model_dump(mode="json", exclude_unset=True) == example
    assert list(validator.iter_errors(example)) == []
    assert list(validator.iter_errors({**example, "new": "a reader passes over it"})) == []
    assert list(validator.iter_errors([])) != []


def test_the_asyncapi_document_holds_together() -> None:
    document = ASYNCAPI
    assert document["asyncapi"] == "3.0.0"
    for reference in _references(document):
        _resolve(document, reference)
    text = json.dumps(document)
    for kind in EventType:
        assert f'"name": "{kind}"' in text


@pytest.mark.parametrize("name", [*map(str, EventType), "outside event", "CloudEvent"])
def test_every_message_of_asyncapi_is_like_its_example(name: str) -> None:
    schemas = _resolve(ASYNCAPI, "#/components/schemas")
    validator = jsonschema_rs.validator_for({"components": {"schemas": schemas}, **_object(_message(name)["payload"])})
    payload = _payload(name)
    assert list(validator.iter_errors(payload)) == []
    assert list(validator.iter_errors({**payload, "specversion": "0.3", "Source": "murmuration"})) != []


def _message(name: str) -> JsonObject:
    messages = _object(_resolve(ASYNCAPI, "#/components/messages"))
    (message,) = (one for one in map(_object, messages.values()) if one["name"] == name)
    return message


def _payload(name: str) -> JsonObject:
    examples = _message(name)["examples"]
    assert isinstance(examples, list)
    return _object(_object(examples[0])["payload"])


def _object(value: JsonValue) -> JsonObject:
    assert isinstance(value, dict)
    return value


def _references(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _references(one)


def _resolve(document: JsonValue, reference: str) -> JsonValue:
    for step in reference.removeprefix("#/").split("/"):
        document = _object(document)[step]
    return document
