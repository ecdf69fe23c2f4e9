"""Why a task stands as it does, as a document: for whoever asks over HTTP and for `--json` of the command."""

from __future__ import annotations

from pydantic import Field

from handlers.moments import iso
from handlers.run_document import edge_told
from handlers.why import Carried, EdgeStory, Story
from schemas.model import JsonObject, Model
from schemas.pipeline import EdgeKind
from schemas.run import TaskState


class CarriedDocument(Model):
    event: str
    at: str
    rule: str | None
    pattern: JsonObject | None


class EdgeWhy(Model):
    id: str
    from_: str = Field(alias="from")
    to: str
    on: EdgeKind
    when: JsonObject | None
    live: bool | None
    counted: bool
    """It was live when the gate opened: part of the task's input."""
    why: str
    carried: CarriedDocument | None


class WhyDocument(Model):
    run: str
    task: str
    state: TaskState
    stopped: bool
    """It was at work when its run was ended."""
    why: str
    start: CarriedDocument | None
    edges: tuple[EdgeWhy, ...]
    attempts: tuple[str, ...]


def why_document(run: str, story: Story) -> WhyDocument:
    return WhyDocument(
        run=run,
        task=story.task,
        state=story.state,
        stopped=story.stopped,
        why=story.why,
        start=_carried(story.start),
        edges=tuple(map(_edge, story.edges)),
        attempts=story.attempts,
    )


def _edge(told: EdgeStory) -> EdgeWhy:
    return EdgeWhy.model_validate(
        {
            **edge_told(told.edge),
            "live": told.live,
            "counted": told.counted,
            "why": told.why,
            "carried": _carried(told.carried),
        }
    )


def _carried(carried: Carried | None) -> CarriedDocument | None:
    if carried is None:
        return None
    return CarriedDocument(event=carried.event, at=iso(carried.at), rule=carried.rule, pattern=carried.pattern)
