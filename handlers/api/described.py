"""What the OpenAPI document says of some routes beside what their types say: bodies that are read raw, other answers, examples,
and names where the rule of `handlers.api.openapi` makes no good one. By method and path; a test holds each to a route.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from schemas.model import JsonObject

_EVENT: Final[JsonObject] = {
    "type": "object",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1},
        "source": {"type": "string", "minLength": 1},
        "type": {"type": "string", "minLength": 1},
        "subject": {"type": ["string", "null"], "minLength": 1},
        "time": {"type": ["string", "null"], "format": "date-time"},
        "datacontenttype": {"enum": ["application/json", None]},
        "data": {},
    },
    "example": {
        "specversion": "1.0",
        "id": "4711",
        "source": "shop",
        "type": "order.created",
        "data": {"order_id": "A-1", "total": 250},
    },
}
_ANY: Final[JsonObject] = {}
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    name: str = ""
    """The operation's id."""
    body: Mapping[str, JsonObject] = field(default_factory=dict)
    """What is read raw: a schema by media type."""
    answers: Mapping[int, str] = field(default_factory=dict)
    """Other answers that are no problem, in words."""
    kinds: tuple[str, ...] = ()
    """Media types of the answer, where it is not JSON alone."""
    example: JsonObject | None = None
    """Of the body."""
    answer: JsonObject | None = None
    """The answer's schema, where its handler spells it itself."""
    problems: tuple[int, ...] = ()
    """Beside those that its method and its path make possible."""


_GOES_ON: Final = {202: "It takes longer, and goes on: `location` says where to look"}
DESCRIBED: Final[Mapping[tuple[str, str], Described]] = {
    ("GET", "/openapi.json"): Described(name="showOpenapi", answer={"type": "object"}),
    ("GET", "/auth/config"): Described(name="showSignIn"),
    ("GET", "/auth/verify"): Described(name="verifyToken"),
    ("GET", "/pipelines/<project>/<pipeline>/export"): Described(kinds=("application/yaml", JSON), answer=_ANY),
    ("GET", "/actions"): Described(name="listActions"),
    ("GET", "/templates"): Described(name="listTemplates"),
    ("GET", "/pipelines/<project>/<pipeline>/rules"): Described(name="listRules"),
    ("POST", "/pipelines/<project>/<pipeline>/check"): Described(name="checkDraft"),
    ("POST", "/check"): Described(name="checkText"),
    ("POST", "/match"): Described(name="matchEvent"),
    ("POST", "/lib/<name>"): Described(
        name="callFunction", answers={202: "It works still: `location` says where to look"}, problems=(424,), answer={}
    ),
    ("POST", "/run/<flow>"): Described(answers={200: "What came of it: it has ended"}),
    ("GET", "/run/<flow>/<id>"): Described(answers={202: "How it stands: it goes on"}),
    ("GET", "/runs/<run>/artifacts/<id>"): Described(answer={}, kinds=(JSON, "application/octet-stream")),
    ("GET", "/buckets"): Described(name="listBuckets"),
    ("POST", "/buckets/<bucket>/uploads"): Described(name="uploadObject"),
    ("POST", "/buckets/<bucket>/downloads"): Described(name="downloadObject"),
    ("GET", "/archive"): Described(name="searchArchive"),
    ("POST", "/pipelines/<project>/<pipeline>/publish"): Described(answers=_GOES_ON, problems=(412,)),
    ("POST", "/pipelines/<project>/<pipeline>/activate"): Described(answers=_GOES_ON),
    ("POST", "/pipelines/<project>/<pipeline>/unpublish"): Described(answers=_GOES_ON),
    ("POST", "/functions/<name>/test"): Described(
        answers={202: "It goes on, as the run that is named"}, problems=(424,)
    ),
    ("POST", "/runs"): Described(example={"pipeline": "shop/orders", "input": {"order_id": "A-1"}}),
    ("PUT", "/functions/<name>"): Described(answers={201: "It is new"}),
    ("PUT", "/projects/<project>"): Described(answers={201: "It is new"}),
    ("PUT", "/projects/<project>/members/<name>"): Described(answers={201: "He was none before"}),
    ("POST", "/archive/replay"): Described(name="replayArchive"),
    ("POST", "/dead-letters/redrive"): Described(name="redriveDeadLetters"),
    ("POST", "/dead-letters/drop"): Described(name="dropDeadLetters"),
    ("GET", "/runs/<run>/events"): Described(name="listRunEvents"),
    ("GET", "/runs/<run>/logs"): Described(name="listRunLogs"),
    ("GET", "/runs/<run>/why"): Described(name="explainRun"),
    ("POST", "/runs/<run>/rerun"): Described(name="rerun"),
    ("POST", "/events"): Described(
        name="emitEvents",
        body={
            "application/cloudevents+json": _EVENT,
            "application/cloudevents-batch+json": {"type": "array", "items": _EVENT},
        },
    ),
    ("POST", "/hooks/<project>/<pipeline>/<trigger>"): Described(name="callWebhook", body={JSON: _ANY}),
}
