"""The surroundings of rules: what the things they name are called, where they are deployed.

The same plan is rendered with the names of an AWS account or with the printable ones of the local stack. A Lambda has
a `key` beside its ARN: the name under which events and rules speak of it, safe as a JSON key and in a rule's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from schemas.pipeline import Memory, OwnLambda, Task

HEAVY: Final = frozenset({"validate"})
"""Actions with a library that weighs more than all else a task needs. The common task function does without it, and these
run on that of the next memory class, where there is one."""


@dataclass(frozen=True, slots=True)
class Lambda:
    key: str
    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    region: str = "us-east-1"
    account: str = "000000000000"
    partition: str = "aws"
    bus: str = "murmuration"
    prefix: str = "mm"
    """Every name of ours begins with it."""
    dead_letters: str = "undelivered"
    memory_functions: Mapping[Memory, str] = field(default_factory=dict)
    """Task functions of their own for memory classes; a class without one runs on the common task function."""
    buckets: Mapping[str, str] = field(default_factory=dict)
    """The real names of buckets, where they are not the usual ones."""

    @property
    def task_function(self) -> Lambda:
        return self._lambda(f"{self.prefix}-task")

    @property
    def start_function(self) -> Lambda:
        return self._lambda(f"{self.prefix}-start")

    @property
    def dead_letter_queue(self) -> str:
        return self._arn("sqs", self.dead_letters)

    @property
    def projector_queue(self) -> str:
        return self._arn("sqs", f"{self.prefix}-projector")

    def function_of(self, task: Task, own: Mapping[str, OwnLambda]) -> Lambda:
        """Who runs a task: the user's own Lambda, or the task function of its memory class."""
        if task.function is not None and task.function in own:
            return _own_lambda(own[task.function].lambda_)
        memory = task.memory
        if task.action in HEAVY and memory in (None, Memory.SMALL):
            memory = Memory.MEDIUM
        if memory is not None and memory in self.memory_functions:
            return self.memory_function(memory)
        return self.task_function

    def memory_function(self, memory: Memory) -> Lambda:
        return self._lambda(self.memory_functions[memory])

    def bucket(self, name: str) -> str:
        return self.buckets.get(name, f"{self.prefix}-{name}-{self.account}")

    def _lambda(self, name: str) -> Lambda:
        return Lambda(name, self._arn("lambda", f"function:{name}"))

    def _arn(self, service: str, name: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{name}"


def _own_lambda(arn: str) -> Lambda:
    name = arn.split(":")[6]
    return Lambda(f"{name[:24]}-{hashlib.sha256(arn.encode()).hexdigest()[:8]}", arn)
