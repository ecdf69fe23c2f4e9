"""Checking: every mistake of a text at once, with its place in the text and in the drawing.

POST /check                                     any text; what it says of itself decides what it is checked beside
POST /pipelines/<project>/<pipeline>/check      the pipeline's draft, or the text that is sent
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from events.check import Target
from handlers.api.asked import Here
from handlers.api.found import Found, found
from handlers.api.routes import Routes
from handlers.api.workshop import Workshop
from handlers.auth import Operation
from handlers.checker import Examined
from schemas.model import JsonObject, Model
from schemas.source import MAX_BYTES

Text = Annotated[str, Field(max_length=MAX_BYTES)]


class Check(Model):
    text: Text
    file: str = Field(default="", max_length=300)
    """What it is called where problems are told."""
    project: str = Field(default="", max_length=100)
    """Where the text does not say it."""
    target: Target | None = None
    """Also refuse what this platform cannot do."""


class CheckDraft(Model):
    text: Text | None = None
    target: Target | None = None


class Checked(Model):
    ok: bool
    """No errors; there may be warnings."""
    problems: list[Found]
    document_: JsonObject | None = Field(serialization_alias="document")
    """What was read, as far as it is a document at all."""
    pipeline: str | None
    """The name that it gives itself."""


class Checking:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def routes(self) -> Routes:
        routes = Routes("pipelines")
        routes.post("/check", Operation.PIPELINE_CHECK, self.check, "Every mistake of a text")
        routes.post(
            "/pipelines/<project>/<pipeline>/check",
            Operation.PIPELINE_CHECK,
            self.check_draft,
            "Every mistake of a draft, or of a text in its place",
        )
        return routes

    def check(self, asked: Here, body: Annotated[Check, Body()]) -> Checked:
        checker = self._workshop.checker
        return checked(
            checker.check(body.text, asked.caller.sees, project=body.project, file=body.file, target=body.target)
        )

    def check_draft(self, project: str, pipeline: str, asked: Here, body: Annotated[CheckDraft, Body()]) -> Checked:
        name = self._workshop.seen(asked.caller, project, pipeline)
        text = self._workshop.draft(name).text if body.text is None else body.text
        return checked(self._workshop.checker.check(text, asked.caller.sees, name=name, target=body.target))


def checked(examined: Examined) -> Checked:
    return Checked(
        ok=not examined.mistakes,
        problems=found(examined),
        document_=document_of(examined),
        pipeline=examined.name or None,
    )


def document_of(examined: Examined) -> JsonObject | None:
    root = examined.source.root
    return root.value if root is not None and isinstance(root.value, dict) else None
