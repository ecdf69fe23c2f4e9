"""The webhook handler: from a signed call to a run. It knows ports; who speaks HTTP comes before it.

    1. the active version's trigger names the style of signature and the secret (`handlers.signatures`)
    2. the call becomes an event: {body, headers, query, raw}, and an id that is the call's own
    3. the event is taken up like any other: `input` and `key` over it, the input's schema, one run

What must always hold: the signature is judged over the bytes as they came, before anything is read from them; a call that
comes twice is one run; a call that is refused leaves a refusal, and nothing of a body that nobody has signed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import parse_qs

import orjson
from pydantic import JsonValue

from events.outside import LARGEST_EVENT
from events.ports import Ports, Refusal, moment
from handlers.signatures import KEPT_AWAY, NotGenuine, judged
from handlers.start import NotStarted, Started, StartHandler
from schemas.model import JsonObject, Model
from schemas.trigger import WebhookSource

LARGEST_BODY: Final = LARGEST_EVENT
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Call:
    body: bytes
    headers: Iterable[tuple[str, str]] = ()
    query: str = ""
    """What stands after the question mark, as it came."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: HTTPStatus
    why: str = ""
    run: str | None = None


class Webhooks(Protocol):
    """Who answers a call, for whoever speaks HTTP."""

    def call(self, pipeline: str, trigger: str, call: Call) -> Answer: ...


class Called(Model):
    """A call, on its way from whoever speaks HTTP to whoever may start runs."""

    pipeline: str
    trigger: str
    body: str
    """Base64: it is judged as it came."""
    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""

    @classmethod
    def of(cls, pipeline: str, trigger: str, call: Call) -> Called:
        body = base64.b64encode(call.body).decode()
        return cls(pipeline=pipeline, trigger=trigger, body=body, headers=tuple(call.headers), query=call.query)

    @property
    def call(self) -> Call:
        return Call(base64.b64decode(self.body), self.headers, self.query)


class Told(Model):
    """Its answer, on the way back."""

    status: int
    why: str = ""
    run: str | None = None

    @classmethod
    def of(cls, answer: Answer) -> Told:
        return cls(status=answer.status.value, why=answer.why, run=answer.run)

    @property
    def answer(self) -> Answer:
        return Answer(HTTPStatus(self.status), self.why, self.run)


class _BadBody(Exception):
    """Told to the caller, never raised out of here."""


class WebhookHandler:
    def __init__(self, ports: Ports, start: StartHandler) -> None:
        self._ports = ports
        self._start = start

    def call(self, pipeline: str, trigger: str, call: Call) -> Answer:
        source = self._source(pipeline, trigger)
        if source is None:
            return Answer(HTTPStatus.NOT_FOUND, "there is no such webhook")
        headers = _headers(call.headers)
        if len(call.body) > LARGEST_BODY:
            why = f"the body has {len(call.body):,} bytes, and {LARGEST_BODY:,} are allowed"
            return self._refuse(pipeline, trigger, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why, headers, call)
        secrets = self._secrets(pipeline, source)
        if source.signature != "none" and not secrets:
            why = f"the project's secret {source.secret} has no value; set it, and have the call sent again"
            return self._refuse(pipeline, trigger, HTTPStatus.SERVICE_UNAVAILABLE, why, headers, call)
        verdict = judged(source, secrets, headers, call.body, self._ports.clock.now())
        if isinstance(verdict, NotGenuine):
            return self._refuse(pipeline, trigger, HTTPStatus.UNAUTHORIZED, verdict.why, headers, call)
        try:
            event = self._event(verdict.call or self._ports.ids.token(), headers, call)
        except _BadBody as wrong:
            return self._refuse(pipeline, trigger, HTTPStatus.BAD_REQUEST, str(wrong), headers, call)
        # Each call is a delivery of its own: one that comes again has nothing to heal, and says nothing again.
        return self._started(
            pipeline, self._start.triggered(pipeline, trigger, event, f"webhook/{self._ports.ids.token()}")
        )

    def _source(self, pipeline: str, trigger: str) -> WebhookSource | None:
        published = self._ports.catalog.active(pipeline)
        found = None if published is None else published.version.pipeline.triggers.get(trigger)
        return None if found is None else found.webhook

    def _secrets(self, pipeline: str, source: WebhookSource) -> list[str]:
        """The secret; or a list of them, while one takes another's place."""
        value = self._ports.settings.secrets(pipeline.partition("/")[0]).get(source.secret or "")
        return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]

    def _event(self, told_apart_by: str, headers: Mapping[str, str], call: Call) -> JsonObject:
        text = _text(call.body)
        event: JsonObject = {
            "id": hashlib.sha256(told_apart_by.encode(errors="replace")).hexdigest()[:32],
            "source": "webhook",
            "detail-type": "Webhook Called",
            "time": moment(self._ports.clock.now()).isoformat().replace("+00:00", "Z"),
            "body": _body(headers.get("content-type", ""), text),
            "headers": {name: value for name, value in headers.items() if name not in KEPT_AWAY},
            "query": _fields(call.query),
            "raw": text,
        }
        if text is None:
            event["raw_base64"] = base64.b64encode(call.body).decode()
        try:
            orjson.dumps(event)
        except orjson.JSONEncodeError as wrong:
            raise _BadBody(f"the call cannot be kept: {wrong}") from None
        return event

    def _started(self, pipeline: str, found: Started | NotStarted) -> Answer:
        match found:
            case Started(run, new, _):
                return Answer(HTTPStatus.ACCEPTED if new else HTTPStatus.OK, run=run)
            case NotStarted(why):
                paused = self._ports.catalog.paused(pipeline)
                return Answer(HTTPStatus.SERVICE_UNAVAILABLE if paused else HTTPStatus.UNPROCESSABLE_ENTITY, why)

    def _refuse(
        self, pipeline: str, trigger: str, status: HTTPStatus, why: str, headers: Mapping[str, str], call: Call
    ) -> Answer:
        told: JsonObject = {"bytes": len(call.body), "user_agent": headers.get("user-agent", "")[:200]}
        self._ports.refusals.put(
            Refusal(pipeline, trigger, self._ports.clock.now(), f"the call is refused: {why}", told)
        )
        return Answer(status, why)


def _headers(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in given:
        lower = name.lower()
        headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    return headers


def _text(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _body(content_type: str, text: str | None) -> JsonValue:
    """JSON and forms as values, other text as text; nothing for what is no text."""
    kind = content_type.partition(";")[0].strip().lower()
    json = kind == "application/json" or kind.endswith("+json")
    if text is None:
        if json:
            raise _BadBody("the body is not UTF-8, and says that it is JSON")
        return None
    if kind == _FORM:
        return _fields(text)
    if not json and kind:
        return text
    try:
        value: JsonValue = orjson.loads(text)
        return value
    except orjson.JSONDecodeError as wrong:
        if json:
            raise _BadBody(f"the body is not JSON: {wrong}") from None
        return text


def _fields(text: str) -> JsonObject:
    """A field that is there once is a text, one that is there more often a list."""
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=1_000)
    except ValueError:
        raise _BadBody("there are more than 1,000 fields") from None
    fields: JsonObject = {}
    for name, values in found.items():
        fields[name] = values[0] if len(values) == 1 else list[JsonValue](values)
    return fields
