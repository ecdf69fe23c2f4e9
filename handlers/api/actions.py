"""Actions: the palette. What each built-in action does, what it takes and gives, as JSON Schemas, and an example."""

from __future__ import annotations

from functools import cache

from handlers.actions.registry import schemas
from handlers.api.routes import Routes
from handlers.auth import Operation
from schemas.model import JsonObject, Model


class ActionTold(Model):
    name: str
    group: str
    """What stands before the dot; the name itself where there is none."""
    title: str
    """The first sentence."""
    description: str
    parameters: JsonObject
    output: JsonObject
    example: str
    """A task, as YAML."""


class Actions(Model):
    actions: tuple[ActionTold, ...]


class ActionsApi:
    def routes(self) -> Routes:
        routes = Routes("pipelines")
        routes.get("/actions", Operation.ACTION_READ, self.list, "Every built-in action, with its schemas")
        return routes

    def list(self) -> Actions:
        return actions()


def actions() -> Actions:
    return _palette()


@cache
def _palette() -> Actions:
    return Actions(actions=tuple(_told(name, one) for name, one in schemas().items()))


def _told(name: str, one: JsonObject) -> ActionTold:
    description = str(one["description"])
    title = description.partition(". ")[0].rstrip(".")
    return ActionTold.read({"name": name, "group": name.partition(".")[0], "title": title, **one})
