"""Templates: pipelines to start from. The examples, whole with their functions; one that runs at once; and an empty one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.templates import arithmetic, orders, pictures, restock, sales_report
from schemas.document import read
from schemas.model import Model
from schemas.shape import read_pipeline

HELLO: Final = "hello"
EMPTY: Final = "empty"
_HELLO: Final = """\
project: PROJECT
pipeline: hello
description: Greets somebody. It needs no function of your own, and runs at once.
input: {type: object, properties: {name: {type: string}}}
deadline: 10m
tasks:
  greet:
    action: transform
    timeout: 30s
    with: {data: "${input}", expression: "{text: join('', ['Hello, ', name || 'world']), length: length(name || 'world')}"}
  shout:
    action: transform
    timeout: 30s
    with: {data: "${tasks.greet.output}", expression: "join('', [text, '!'])"}
edges:
  - {from: greet, to: shout, when: {length: [{numeric: ["<", 40]}]}}
"""
_EMPTY: Final = """\
project: PROJECT
pipeline: empty
description: Nothing yet. Its one task does nothing.
tasks:
  begin: {action: pass, timeout: 30s}
"""
_MADE: Final = {
    "arithmetic": arithmetic,
    "orders": orders,
    "pictures": pictures,
    "restock": restock,
    "sales-report": sales_report,
}


class Template(Model):
    id: str
    description: str
    text: str
    triggers: tuple[str, ...]
    """Their kinds."""
    tasks: int
    functions: dict[str, dict[str, str]]
    """What it uses, by name and file: to be put into the workspace first."""


class Templates(Model):
    templates: tuple[Template, ...]


class TemplatesApi:
    def routes(self) -> Routes:
        routes = Routes("pipelines")
        routes.get("/templates", Operation.ACTION_READ, templates, "Pipelines to start from")
        return routes


def templates() -> Templates:
    own: Mapping[str, Mapping[str, str]] = {}
    made = [(id_, module.TEXT, module.FUNCTIONS) for id_, module in _MADE.items()]
    return Templates(
        templates=tuple(
            _template(id_, text, functions)
            for id_, text, functions in ((HELLO, _HELLO, own), *made, (EMPTY, _EMPTY, own))
        )
    )


def template(id_: str) -> Template | None:
    return next((one for one in templates().templates if one.id == id_), None)


def _template(id_: str, text: str, functions: Mapping[str, Mapping[str, str]]) -> Template:
    pipeline = read_pipeline(read(text, file=f"{id_}.yaml"))
    return Template(
        id=id_,
        description=pipeline.description,
        text=text,
        triggers=tuple(trigger.kind for trigger in pipeline.triggers.values()),
        tasks=len(pipeline.tasks),
        functions={name: dict(files) for name, files in functions.items()},
    )
