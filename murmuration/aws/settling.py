"""Settling: how a task that waits for a callback has ended, told to the task function by whoever may call it.

{"settle": {"run": ..., "task": ..., "token": ..., "output": ... | "error": {...}}}
{"done": {"run", "task", "state"}}, or {"refused": {"code", "what", "where", "advice"}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from murmuration.acting import Settle, refusal
from schemas.errors import MurmurationError
from schemas.model import JsonObject

if TYPE_CHECKING:
    from handlers.task import TaskHandler


class CannotBeRead(MurmurationError):
    code = "bad-request"


def settle(handler: TaskHandler, told: JsonObject) -> JsonObject:
    try:
        asked = Settle.read(told)
    except ValidationError as wrong:
        what = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong.errors())
        return {"refused": refusal(CannotBeRead(f"the request cannot be read: {what}"))}
    outcome = asked.outcome
    if not handler.complete(asked.run, asked.task, asked.token, outcome):
        return {"refused": refusal(asked.nothing_waits())}
    return {"done": {"run": asked.run, "task": asked.task, "state": outcome.status.value}}
