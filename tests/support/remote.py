"""A deployed stack for the command: `--target test`, or `--aws`, leads to one in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from support.publishing import Stage, stage

from murmuration.aws.credentials import Identity
from murmuration.aws.deploy.stack import Deployed
from murmuration.aws.environment import NotDeployed
from murmuration.aws.publish import making
from murmuration.cli import targets
from schemas.model import JsonObject

Function = Callable[[JsonObject], object]


@contextmanager
def remote(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Its publishing function answers; time passes without waiting."""
    with stage() as made, led(monkeypatch, made):
        yield made


@contextmanager
def led(
    monkeypatch: pytest.MonkeyPatch, made: Stage, functions: Mapping[str, Function] | None = None
) -> Iterator[None]:
    """The command finds this stack, and more functions of it answer, by their names without the prefix."""
    environment = made.cloud.environment
    answers: dict[str, Function] = {
        "publish": lambda told: making.answering(environment, made.clients, made.clock).answer(told),
        **(functions or {}),
    }

    def invoke(params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        name = params["url_path"].split("/")[-2].removeprefix(f"{environment.prefix}-")
        answer: dict[str, Any] = {"StatusCode": 200}
        try:
            told = answers[name](json.loads(params["body"]))
        except Exception as wrong:
            told = {"errorType": type(wrong).__name__, "errorMessage": str(wrong)}
            answer["FunctionError"] = "Unhandled"
        return SimpleNamespace(status_code=200), {**answer, "Payload": io.BytesIO(json.dumps(told).encode())}

    def deployed(_: object, name: str) -> Deployed:
        if name != "test":
            raise NotDeployed(f"nothing is deployed as murmur-{name}", advice="Deploy it")
        return Deployed(environment, {})

    events = made.clients.patient("lambda").meta.events
    events.register_first("before-call.lambda.Invoke", invoke, unique_id="invoke")
    monkeypatch.setattr(type(made.clients), "with_config", lambda clients, service, _: clients.patient(service))
    monkeypatch.setattr(making.time, "sleep", made.sleep)
    monkeypatch.setattr(targets, "aws_clients", lambda: made.clients)
    monkeypatch.setattr("murmuration.aws.deploy.stack.deployed", deployed)
    monkeypatch.setattr("murmuration.aws.stages.stages", lambda _: ["test"])
    monkeypatch.setattr(
        "murmuration.aws.credentials.identity",
        lambda _: Identity("123456789012", "eu-central-1", "arn:aws:iam::123456789012:user/ada"),
    )
    yield
    events.unregister("before-call.lambda.Invoke", unique_id="invoke")
