"""Settling: how a task that waits for a callback has ended, told to the task function by whoever may call it.

{"settle": {"run": ..., "task": ..., "token": ..., "output": ... | "error": {...}}}
{"done": {"run", "task", "state"}}, or {"refused": {"code", "what", "where", "advice"}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from handlers.acting import CannotBeRead, Settle, refusal
from schemas.model import JsonObject

if TYPE_CHECKING:
    from handlers.task import TaskHandler


def settle(handler: TaskHandler, told: JsonObject) -> JsonObject:
    try:
        asked = Settle.read(told)
    except ValidationError as wrong:
        return {"refused": refusal(CannotBeRead.of(wrong))}
    outcome = asked.outcome
    if not handler.complete(asked.run, asked.task, asked.token, outcome):
        return {"refused": refusal(asked.nothing_waits())}
    return {"done": {"run": asked.run, "task": asked.task, "state": outcome.status.value}}
