"""Every call to AWS fails in three ways: before anything is done, after it was done (the reply is lost), or by a refusal for now.

    with Faults(here.clients.dynamodb) as faults:
        faults.strike(Fault.LOST, at=3)              the fourth call's reply is lost once; the SDK asks again by itself
        faults.strike(Fault.LOST, at=3, tries=9)     it is lost however often the SDK asks: our own code is told `Unavailable`
        ...
        faults.calls                                 what was asked, in order, repeats left out

A call is told apart from its repeats by the SDK. It does not sleep between them here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum
from types import SimpleNamespace, TracebackType
from typing import Any, Final, Self
from unittest.mock import patch

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

ALWAYS: Final = 1_000
WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


class Fault(StrEnum):
    BEFORE = "nothing is done"
    LOST = "it is done, the reply is lost"
    THROTTLED = "it is refused for now"


def every(_: str) -> bool:
    return True


class Faults:
    """On one client, any service's. `of` tells which calls count."""

    def __init__(self, client: Any, of: Callable[[str], bool] = every) -> None:
        self._client = client
        self._of = of
        self._left = ExitStack()
        self.clear()

    def clear(self) -> None:
        self.calls: list[str] = []
        self.struck = 0
        """How many tries of the SDK's have failed by now."""
        self._fault: Fault | None = None
        self._at = -1
        self._tries = 0
        self._now = False

    def strike(self, fault: Fault, at: int, tries: int = 1) -> None:
        self.clear()
        self._fault, self._at, self._tries = fault, at, tries

    def __enter__(self) -> Self:
        events = self._client.meta.events
        hooks = (
            ("before-call", self._called, events.register_first),
            ("before-send", self._first, events.register_first),
            ("before-send", self._last, events.register_last),
        )
        for event, hook, register in hooks:
            register(event, hook)
            self._left.callback(events.unregister, event, hook)
        self._left.enter_context(patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)))
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._left.close()

    def _called(self, model: Any, **_: Any) -> None:
        self._now = False
        if self._of(model.name):
            self._now = len(self.calls) == self._at
            self.calls.append(model.name)

    def _first(self, request: Any, **_: Any) -> None:
        """Before moto does it."""
        if not self._strikes():
            return
        if self._fault is Fault.BEFORE:
            self._count()
            raise ConnectionClosedError(endpoint_url=request.url)
        if self._fault is Fault.THROTTLED:
            botocore_stubber.enabled = False

    def _last(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        """After moto has done it, or has not."""
        if not self._strikes():
            return None
        self._count()
        if self._fault is Fault.LOST:
            raise ReadTimeoutError(endpoint_url=request.url)
        botocore_stubber.enabled = True
        return _refusal(request.url, event_name.split(".")[1])

    def _strikes(self) -> bool:
        return self._now and self._tries > 0

    def _count(self) -> None:
        self._tries -= 1
        self.struck += 1


def _refusal(url: str, service: str) -> AWSResponse:
    if service == "s3":
        body = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
        return AWSResponse(url, 503, {"content-type": "application/xml"}, MockRawResponse(body))
    code = "ProvisionedThroughputExceededException" if service == "dynamodb" else "ThrottlingException"
    body = json.dumps({"__type": code, "message": "Rate exceeded"}).encode()
    return AWSResponse(url, 400, {"content-type": "application/x-amz-json-1.0"}, MockRawResponse(body))
