"""Controlling: what people ask of runs and pipelines, done by the stack's own functions, which alone may speak as the system.

    {"control": {"cancel": {...}}}      the sweeper's: what ends a run, or starts it again and sets it going, it says anyway
    {"control": {"rerun": {...}}}
    {"control": {"pause": {...}}}       and "resume"

{"done": ...}, or {"refused": {"code", "what", "where", "advice"}}. What may be asked is in `handlers.acting`. A task is settled by the
task function (`murmuration.aws.settling`), for the same reason: its role may say how a task has ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from events.ports import Unavailable
from handlers.acting import Cancel, CannotBeRead, Named, Rerun, refusal
from schemas.errors import MurmurationError
from schemas.model import JsonObject

if TYPE_CHECKING:
    from murmuration.aws.stack import Stack


class NotDoneHere(MurmurationError):
    code = "not-done-here"


def control(stack: Stack, told: JsonObject) -> JsonObject:
    try:
        return {"done": _done(stack, told)}
    except Unavailable:
        raise
    except ValidationError as wrong:
        return {"refused": refusal(CannotBeRead.of(wrong))}
    except MurmurationError as wrong:
        return {"refused": refusal(wrong)}


def _done(stack: Stack, told: JsonObject) -> JsonObject:
    match told:
        case {"cancel": dict(body)}:
            cancel = Cancel.read(body)
            record = stack.control.cancel(cancel.run, cancel.by, cancel.reason)
            return {"run": record.id, "pipeline": record.reference}
        case {"rerun": dict(body)}:
            rerun = Rerun.read(body)
            again = stack.control.rerun_failed if rerun.from_failed else stack.control.rerun
            started = again(rerun.run, rerun.request)
            return {"run": started.run, "new": started.new, "state": started.state.value}
        case {"pause": dict(body)}:
            named = Named.read(body)
            return {"pipeline": named.pipeline, "changed": stack.control.pause(named.pipeline)}
        case {"resume": dict(body)}:
            named = Named.read(body)
            return {"pipeline": named.pipeline, "changed": stack.control.resume(named.pipeline)}
        case _:
            raise NotDoneHere(
                f"nobody here does {', '.join(told) or 'nothing'}",
                advice="Command and stack are of different versions: deploy",
            )
