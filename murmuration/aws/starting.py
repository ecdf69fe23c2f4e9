"""Starting: what the start function is given, and what it answers.

{"trigger": "project/pipeline/name", "event": ...}                        by a rule
{"trigger": ..., "scheduled": ..., "execution": ...}                      by Scheduler (`murmuration.aws.scheduled`)
{"asked": {"pipeline": "project/pipeline", "request": "an id", ...}}      by whoever may call it: no event is paid for
    beside these: "input", "trigger" (what it was: manual), "version"

{"webhook": {...}}                                                        by the API, as it came (`murmuration.aws.ingest`)

{"run": "r-...", "new": true, "state": "open"}, or {"refused": why}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from pydantic import JsonValue

from events.event import BUS_SOURCE
from handlers.start import NotStarted, Started
from murmuration.aws.bus import as_it_came
from schemas.errors import InvalidEvent
from schemas.model import JsonObject, Model

if TYPE_CHECKING:
    from murmuration.aws.stack import Stack


class Asked(Model):
    pipeline: str
    request: str
    input: JsonValue = None
    trigger: str = "manual"
    version: int | None = None


def start(stack: Stack, told: JsonObject, request: str) -> JsonObject:
    if isinstance(call := told.get("webhook"), dict):
        from handlers.webhook import WebhookHandler
        from murmuration.aws.ingest import called

        return called(WebhookHandler(stack.ports, stack.start), call)
    match _started(stack, told, request):
        case Started(run, new, state):
            return {"run": run, "new": new, "state": state.value}
        case NotStarted(why):
            return {"refused": why}
        case never:
            assert_never(never)


def _replay(event: JsonObject) -> str | None:
    """EventBridge names the replay that brings an event. Our own events are never replayed: they start nothing new."""
    name = event.get("replay-name")
    return name if isinstance(name, str) and event.get("source") != BUS_SOURCE else None


def _started(stack: Stack, told: JsonObject, request: str) -> Started | NotStarted:
    match told:
        case {"asked": dict(body)}:
            asked = Asked.read(body)
            return stack.start.asked(
                asked.pipeline, asked.request, asked.input, trigger=asked.trigger, version=asked.version
            )
        case {"trigger": str(), "scheduled": _}:
            return stack.scheduled.comes(told)
        case {"trigger": str(name), "event": dict(event)}:
            pipeline, _, trigger = name.rpartition("/")
            came = as_it_came(event)
            # Lambda tries the same request again, and nobody else has it: who died in between is healed by itself.
            started = stack.start.triggered(
                pipeline, trigger, came, f"{came.get('id')}>{request}", replay=_replay(came)
            )
            if came.get("source") != BUS_SOURCE and _replay(came) is None:
                stack.outside.put(came)
            return started
        case _:
            advice = 'Give it {"asked": {"pipeline": ..., "request": ...}}'
            raise InvalidEvent("this is neither a trigger nor a request", advice=advice)
