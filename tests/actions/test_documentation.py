"""The page about the actions is what the actions say of themselves, and its examples run as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import jsonschema_rs
import pytest
from pydantic import JsonValue
from support.actions import Context, Said, Server, http_server, loopback, refusal
from support.mail import mail_server

from events.expressions import Template
from handlers.actions import registry
from handlers.actions.action import AnyAction, Waiting
from handlers.actions.documentation import page
from handlers.actions.mail_server import MailServer
from handlers.actions.parameters import schema_of
from schemas import document
from schemas.model import JsonObject
from schemas.pipeline import Task

PAGE = Path(__file__).parents[2] / "docs" / "actions.md"


def action_of(name: str) -> AnyAction:
    action = registry.find(name)
    assert action is not None
    return action


def task_of(name: str, **replaced: str) -> Task:
    """The example's task, with the places that it names put where a test has them."""
    text = action_of(name).example
    for place, here in replaced.items():
        text = text.replace({"api": "https://api.example.com"}[place], here)
    root = document.read(text).root
    assert root is not None
    assert isinstance(root.value, dict)
    (task,) = root.value.values()
    return Task.read(task)


@pytest.fixture
def server() -> Iterator[Server]:
    with http_server() as server:
        server.otherwise = Said(body=b'{"accepted": true}', headers={"content-type": "application/json"})
        yield server


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A world in which every example has what it needs."""
    context = Context(folder=tmp_path, reach=loopback())
    context.buckets.write("uploads", "in/photo.png", b"\x89PNG", "image/png")
    context.buckets.write("reference", "rates.json", b'{"EUR": 0.97}', "application/json")
    context.functions.known["quote"] = lambda payload: {"price": 12, "for": payload}
    registry.run(
        "sql.query",
        {"database": "sqlite:///shop.db", "statement": "CREATE TABLE orders (id TEXT PRIMARY KEY, total REAL)"},
        context,
    )
    return context


def test_the_stored_page_is_the_one_that_the_actions_make() -> None:
    advice = "python -m handlers.actions.documentation > docs/actions.md"
    assert PAGE.read_text(encoding="utf-8") == page(), advice


@pytest.mark.parametrize("name", registry.names())
def test_every_parameter_and_every_output_is_described(name: str) -> None:
    action = action_of(name)
    models = [action.parameters] if isinstance(action.output, dict) else [action.parameters, action.output]
    for model in models:
        schema = schema_of(model)
        definitions = schema.get("$defs", {})
        assert isinstance(definitions, dict)
        for place in (schema, *definitions.values()):
            fields = place.get("properties", {}) if isinstance(place, dict) else {}
            assert isinstance(fields, dict)
            assert [
                key for key, field in fields.items() if not isinstance(field, dict) or "description" not in field
            ] == []


@pytest.mark.parametrize("name", registry.names())
def test_an_example_has_no_mistake(name: str) -> None:
    task = task_of(name)
    assert task.action == name
    assert registry.check_parameters(name, task.with_) == ()


# What is different in the world, or comes back, once an example has run.
EFFECTS: Mapping[str, Callable[[Context, Server, JsonValue], bool]] = {
    "http.request": lambda _, server, __: server.heard[0].headers["authorization"] == "Bearer t0ken",
    "transform": lambda _, __, output: output == [{"id": "A-17", "total": 129.5}],
    "validate": lambda _, __, output: output == {"order": "A-17", "total": 129.5},
    "wait": lambda _, __, output: output == {"waited_until": "2027-01-31T12:15:00.000Z"},
    "emit": lambda context, *_: context.emitted[0].detail == {"order": "A-17", "parcels": 2},
    "s3.copy": lambda context, *_: context.buckets.objects["quarantine", "2027/photo.png"] == b"\x89PNG",
    "s3.read": lambda _, __, output: isinstance(output, dict) and output["content"] == {"EUR": 0.97},
    "s3.write": lambda context, *_: b"9310.5" in context.buckets.objects["reports", "2027/january.json"],
    "s3.delete": lambda context, *_: ("uploads", "in/photo.png") not in context.buckets.objects,
    "sql.query": lambda _, __, output: isinstance(output, dict) and output["rowcount"] == 1,
    "notify.email": lambda _, __, output: isinstance(output, dict) and output["refused"] == [],
    "notify.webhook": lambda _, server, __: server.heard[0].json() == {"text": "Order A-17 could not be packed"},
    "lambda.invoke": lambda _, __, output: output == {"price": 12, "for": {"sku": "A-17", "count": 3}},
    "pass": lambda _, __, output: output == {"width": 200, "height": 200},
}


@pytest.mark.parametrize("name", [name for name in registry.names() if name != "fail"])
def test_an_example_runs(name: str, context: Context, server: Server) -> None:
    with mail_server() as house:
        context.mail = MailServer.read(
            {"host": "localhost", "port": house.port, "security": "none", "from": "shop@example.com"}
        )
        output = registry.run(name, filled(name, server), context)
    output = output.output if isinstance(output, Waiting) else output
    said = action_of(name).output
    jsonschema_rs.validate(said if isinstance(said, dict) else schema_of(said, "serialization"), output)
    assert EFFECTS[name](context, server, output)
    assert len(house.mails) == (name == "notify.email")


def test_the_example_of_fail_fails(context: Context, server: Server) -> None:
    failed = refusal("fail", context, **filled("fail", server))
    assert (failed.type, failed.detail) == ("StaleData", {"hours": 26})


def filled(name: str, server: Server) -> JsonObject:
    """The example's parameters as a run would give them."""
    scope: JsonObject = {
        "input": {"order": "A-17"},
        "secrets": {"shop_token": "t0ken", "team_webhook": f"{server.url}/hook"},
    }
    parameters = Template.parse(dict(task_of(name, api=server.url).with_)).evaluate(scope)
    assert isinstance(parameters, dict)
    return parameters
