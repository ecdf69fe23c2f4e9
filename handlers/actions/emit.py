"""`emit`: an event of the user's own, for other pipelines and for whoever listens on the bus."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue, StringConstraints
from pydantic_core import PydanticCustomError

from events.outside import LARGEST_EVENT, LONGEST_SOURCE, LONGEST_TYPE, OutsideEvent, speaks_as_us
from handlers.actions.action import Action, ActionContext, ActionFailed, Fault, derived_id
from schemas.model import JsonObject, Model


def _not_reserved(source: str) -> str:
    if speaks_as_us(source) or source.casefold().startswith("aws."):
        raise PydanticCustomError(
            "reserved_source",
            'the source "{source}" is reserved',
            {"source": source, "advice": "aws.* is AWS and murmuration the system itself; use a name of your own"},
        )
    return source


Source = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9/_.-]+$", max_length=LONGEST_SOURCE), AfterValidator(_not_reserved)
]


class EmitParameters(Model):
    source: Source = Field(description="Who says it: a name of your own, `shop` or `com.example.shop`.")
    type: str = Field(min_length=1, max_length=LONGEST_TYPE, description="What happened: the event's detail-type.")
    detail: JsonObject = Field(default={}, description="What is to be known about it.")
    resources: tuple[Annotated[str, StringConstraints(min_length=1, max_length=2_048)], ...] = Field(
        default=(), max_length=20, description="What it is about: ARNs, or any ids."
    )
    cloudevent: bool = Field(
        default=False,
        description=(
            "Send it as a CloudEvent: rules then match `detail.data`. EventBridge gives every put an id of its own; "
            "a CloudEvent keeps the derived one, so that a repeat starts no second run. Without it a trigger needs a `key`."
        ),
    )


class EmitOutput(Model):
    event_id: str = Field(description="The event's id. Another attempt says the same event again, under the same id.")


def _emit(parameters: EmitParameters, context: ActionContext) -> JsonValue:
    id, now = derived_id(context, "emit"), context.now()
    event = OutsideEvent(id, parameters.source, parameters.type, now, parameters.detail, parameters.resources)
    if parameters.cloudevent:
        event = replace(event, detail=_cloud_event(event))
    if event.size() > LARGEST_EVENT:
        raise ActionFailed(
            Fault.TOO_LARGE,
            f"the event has {event.size():,} bytes, and an event carries at most {LARGEST_EVENT:,}",
            advice="Put the data into a bucket and say in the event where it lies",
        )
    context.emit(event)
    return {"event_id": event.id}


def _cloud_event(event: OutsideEvent) -> JsonObject:
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": event.time.isoformat(),
        "datacontenttype": "application/json",
        "data": event.detail,
    }


ACTIONS = (
    Action(
        name="emit",
        description=(
            "Puts an event of your own on the bus, where triggers and subscribers hear it. "
            "It goes out when the task has succeeded, never for an attempt that failed."
        ),
        parameters=EmitParameters,
        output=EmitOutput,
        run=_emit,
        example="""
            announce:
              action: emit
              with:
                source: shop
                type: order.packed
                detail: {order: "${input.order}", parcels: 2}
        """,
        faults=(Fault.TOO_LARGE,),
    ),
)
