"""A deployed stack that works, and the command in front of it: what a developer with credentials of AWS has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from support.murmur import Shop, shop
from support.remote import led
from support.sky import Invoked, Sky, sky

from handlers import entry
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

HELD: JsonObject = {
    "project": "shop",
    "pipeline": "held",
    "tasks": {"ask": {"function": "ask", "callback": True}, "after": {"action": "pass"}},
    "edges": [{"from": "ask", "to": "after"}],
}
ASK = '''
def handler(event, context):
    """Leaves its token where a test finds it."""
    context.progress(0.25, f"token {context.token}")
'''


@dataclass
class Afar:
    sky: Sky
    shop: Shop

    def __call__(self, *arguments: object, code: int = 0) -> Result:
        """A verb, there."""
        return self.shop(*arguments, "--target", "test", code=code)

    def json(self, *arguments: object, code: int = 0) -> JsonObject:
        told: JsonObject = json.loads(self(*arguments, "--json", code=code).stdout)
        return told

    def run(self, **input_: object) -> str:
        """It has ended."""
        run = self.sky.ask("shop/orders", input_)
        self.sky.settle()
        return run

    def states(self, run: str) -> dict[str, str]:
        tasks = self.json("show", run)["tasks"]
        assert isinstance(tasks, list)
        return {str(task["task"]): str(task["state"]) for task in tasks if isinstance(task, dict)}


@contextmanager
def afar(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Afar]:
    """Its workspace is published and its functions are deployed."""
    here = shop(folder / "shop")
    (here.root / "functions" / "ask").mkdir()
    (here.root / "functions" / "ask" / "handler.py").write_text(ASK)
    (here.root / "pipelines" / "held.json").write_text(json.dumps(HELD))
    functions = {
        name: lambda told, name=name: getattr(entry, name)(told, Invoked(f"called-{name}"))
        for name in ("start", "sweeper", "task")
    }
    with sky(folder / "sky") as made, led(monkeypatch, made.stage, functions):
        made.deploy("shop", here.root / "functions")
        made.publish(Pipeline.read(HELD), *[one for one in _pipelines(here) if one.pipeline == "orders"])
        yield Afar(made, here)


def _pipelines(here: Shop) -> list[Pipeline]:
    from murmuration.workspace import Workspace

    return list(Workspace(here.root).read()[0].pipelines)
