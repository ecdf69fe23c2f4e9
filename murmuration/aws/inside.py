"""Inside a Lambda: the one stack of this process, and who is told how its invocations go.

An invocation that goes well writes one line, its metrics, with run and task beside them; one that has nothing to tell writes none.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools import Logger, Metrics

from handlers.observing import PowertoolsObserver
from murmuration.aws.clients import Clients
from murmuration.aws.environment import of_variables
from murmuration.aws.invocation import Invocation, LambdaContext, holds_canary
from murmuration.aws.stack import Stack
from schemas.model import JsonObject

if TYPE_CHECKING:
    from murmuration.aws.invocation import TaskDoor

NAMESPACE: Final = "Murmuration"
_CHATTY: Final = ("boto3", "botocore", "urllib3", "s3transfer")


class Operators:
    def __init__(self) -> None:
        name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "murmuration")
        self._logger = Logger(service=name)
        self._metrics = Metrics(namespace=NAMESPACE, service=name)
        self.observer = PowertoolsObserver(self._logger, self._metrics)
        for chatty in _CHATTY:
            logging.getLogger(chatty).setLevel(logging.WARNING)

    @contextmanager
    def observe(self, context: LambdaContext) -> Iterator[None]:
        self._logger.append_keys(function_request_id=context.aws_request_id)
        try:
            yield
        finally:
            if self._metrics.provider.metric_set:
                self._metrics.flush_metrics()


@cache
def operators() -> Operators:
    return Operators()


@cache
def stack() -> Stack:
    return Stack(of_variables(os.environ), Clients(), operators().observer)


@contextmanager
def observed(context: LambdaContext) -> Iterator[Stack]:
    with operators().observe(context):
        yield stack()


def deliver(door: TaskDoor, told: JsonObject, context: LambdaContext) -> None:
    """What a rule's target was given, to those who run tasks."""
    if holds_canary(told):
        from murmuration.aws.publish.heard import hear

        hear(stack().table, told, stack().clock.now() // 1000)
        return
    with observed(context) as here:
        door.take(told, Invocation.of(context, here.clock.now()))
