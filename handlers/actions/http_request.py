"""`http.request`: one HTTP call, with what its answer holds as the task's output."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self
from urllib.parse import urlencode

import orjson
from pydantic import AfterValidator, Field, JsonValue, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from handlers.actions.action import Action, ActionContext, ActionFailed, Fault
from handlers.actions.place import Base64, Place
from handlers.actions.time_left import TimeLeft
from schemas.duration import Duration
from schemas.model import JsonObject, Model

if TYPE_CHECKING:
    from handlers.actions.http_client import Answer

INLINE: Final = 1_000_000
_SAVED: Final = 5_000_000_000
_EXCERPT: Final = 1_000
_UPLOAD: Final = 64_000_000
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]{0,8192}")
_OURS: Final = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"),
        *("accept-encoding", "proxy-authorization", "proxy-connection", "keep-alive"),
    }
)
_TEXT: Final = re.compile(r"text/.*|application/(.*\+)?(xml|javascript|x-www-form-urlencoded|x-ndjson|yaml)")
_JSON: Final = re.compile(r"(application|text)/(.*\+)?json")

Scalar = str | int | float | bool


def _plain_headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value):
            raise PydanticCustomError(
                "header", "a header's name is a word, and its value one line of at most 8,192 characters", {}
            )
        if name.lower() in _OURS:
            raise PydanticCustomError("header", 'the header "{name}" is set by the action itself', {"name": name})
    return headers


class Basic(Model):
    username: Annotated[str, StringConstraints(pattern=r"^[^:\x00-\x1f\x7f]*$")] = Field(description="Without a colon.")
    password: str = Field(description="Keep it as a secret.")


class Auth(Model):
    """Who is asking. Goes to the URL's own origin alone, never along with a redirect to another one."""

    bearer: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]+$")] | None = Field(
        default=None, description="A token. Keep it as a secret."
    )
    basic: Basic | None = Field(default=None, description="A name and a password.")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.bearer is None) == (self.basic is None):
            raise PydanticCustomError(
                "one_of", "there is one way to say who asks", {"advice": "Write either bearer: or basic:"}
            )
        return self

    def header(self) -> str:
        if self.basic is None:
            return f"Bearer {self.bearer}"
        return f"Basic {base64.b64encode(f'{self.basic.username}:{self.basic.password}'.encode()).decode()}"


class Body(Model):
    """What is sent: exactly one of these."""

    json_: JsonValue = Field(default=None, alias="json", description="Any value, as JSON.")
    text: str = Field(default="", description="Text, as UTF-8.")
    form: dict[str, Scalar | tuple[Scalar, ...]] = Field(default={}, description="A form's fields; a list is several.")
    base64: Base64 = Field(default="", description="Bytes, written as base64.")
    object: Place | None = Field(default=None, description="An object in a bucket, of up to 64 MB.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            given = " and ".join(sorted(name.rstrip("_") for name in self.model_fields_set))
            raise PydanticCustomError(
                "one_of",
                "a body is exactly one thing, and this is {given}",
                {"given": given or "none", "advice": "Write one of json, text, form, base64, object"},
            )
        return self


class HttpParameters(Model):
    url: str = Field(min_length=1, max_length=8_192, description="http or https. No user or password in it.")
    method: Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="GET", description="What is done."
    )
    query: dict[str, Scalar | tuple[Scalar, ...]] = Field(default={}, description="Added to the URL's own query.")
    headers: Annotated[dict[str, str], AfterValidator(_plain_headers)] = Field(
        default={}, description="Beside those that the action sets itself."
    )
    body: Body | None = Field(default=None, description="What is sent: exactly one of the following.")
    auth: Auth | None = Field(
        default=None,
        description="Who asks, one of the two. Told to the URL's own origin alone, not to where it redirects.",
    )
    timeout: Duration = Field(default=Duration(30_000), description="For everything, redirects included.")
    expect: tuple[Annotated[int, Field(ge=200, le=599)] | Literal["2xx", "3xx", "4xx", "5xx"], ...] = Field(
        default=("2xx",), min_length=1, description="The statuses that are a success; any other is an `HttpError`."
    )
    redirects: int = Field(default=5, ge=0, le=10, description="How many are followed.")
    save_to: Place | None = Field(default=None, description="The body goes there instead of into the output.")


class HttpOutput(Model):
    status: int = Field(description="The answer's.")
    headers: dict[str, str] = Field(description="By lower-case name.")
    body: JsonValue = Field(
        default=None, description="JSON as a value, text as text, the rest as base64; none if it was saved."
    )
    encoding: Literal["json", "text", "base64", "none"] = Field(default="none", description="What `body` is.")
    saved: JsonValue = Field(default=None, description="Bucket, key and size, if the body was saved.")


def _request(parameters: HttpParameters, context: ActionContext) -> JsonValue:
    from handlers.actions.http_client import Request, exchange
    from handlers.actions.target import Target

    left = TimeLeft(context, parameters.timeout)
    target = Target.parse(parameters.url).with_query(_encoded(parameters.query))
    content, content_type = _payload(parameters.body, context)
    headers = _headers(parameters, context, content_type)
    request = Request(parameters.method, target, headers, content)

    with exchange(request, context.reach, left, parameters.redirects) as answer:
        if not _expected(answer.status, parameters):
            raise http_error(parameters.method, answer)
        return {"status": answer.status, "headers": dict(answer.headers), **_taken(answer, parameters, context)}


def _taken(answer: Answer, parameters: HttpParameters, context: ActionContext) -> JsonObject:
    """The body: into the output, or into a bucket."""
    kind = answer.headers.get("content-type", "")
    place = parameters.save_to
    if place is None:
        body, encoding = _decoded(answer.read(INLINE), kind)
        return {"body": body, "encoding": encoding, "saved": None}
    info = context.buckets.write(place.bucket, place.key, answer.chunks(_SAVED), kind or "application/octet-stream")
    return {
        "body": None,
        "encoding": "none",
        "saved": {"bucket": info.bucket, "key": info.key, "size": info.size},
    }


def _headers(parameters: HttpParameters, context: ActionContext, content_type: str) -> dict[str, str]:
    headers = {"user-agent": "murmuration", "accept": "*/*", "accept-encoding": "gzip, deflate"}
    if content_type:
        headers["content-type"] = content_type
    if parameters.method not in _SAFE_METHODS:
        headers["idempotency-key"] = context.idempotency_key
    if parameters.auth is not None:
        headers["authorization"] = parameters.auth.header()
    return headers | {name.lower(): value for name, value in parameters.headers.items()}


def _payload(body: Body | None, context: ActionContext) -> tuple[bytes | None, str]:
    if body is None:
        return None, ""
    given = body.model_fields_set
    if "text" in given:
        return body.text.encode(), "text/plain; charset=utf-8"
    if "form" in given:
        return _encoded(body.form).encode(), "application/x-www-form-urlencoded"
    if "base64" in given:
        return base64.b64decode(body.base64), "application/octet-stream"
    if body.object is not None:
        return context.buckets.read(body.object.bucket, body.object.key, _UPLOAD), "application/octet-stream"
    return orjson.dumps(body.json_), "application/json"


def _encoded(fields: dict[str, Scalar | tuple[Scalar, ...]]) -> str:
    pairs = [
        (name, str(value).lower() if isinstance(value, bool) else str(value))
        for name, values in fields.items()
        for value in (values if isinstance(values, tuple) else (values,))
    ]
    return urlencode(pairs)


def _expected(status: int, parameters: HttpParameters) -> bool:
    return status in parameters.expect or f"{status // 100}xx" in parameters.expect


def http_error(method: str, answer: Answer) -> ActionFailed:
    body = answer.excerpt(_EXCERPT).decode(errors="replace")
    detail: JsonObject = {"status": answer.status, "body": body}
    if "retry-after" in answer.headers:
        detail["retry_after"] = answer.headers["retry-after"]
    told = " ".join(body.split())[:200]
    return ActionFailed(
        Fault.HTTP_ERROR,
        f"{method} {answer.target.origin} answered {answer.status}{f': {told}' if told else ''}",
        detail=detail,
    )


def _decoded(content: bytes, content_type: str) -> tuple[JsonValue, str]:
    """By its content type; what is not what it says it is comes as the next plainer thing."""
    kind, _, rest = content_type.lower().partition(";")
    kind = kind.strip()
    if not content:
        return None, "none"
    if _JSON.fullmatch(kind):
        try:
            return orjson.loads(content), "json"
        except orjson.JSONDecodeError:
            kind = "text/plain"
    if _TEXT.fullmatch(kind):
        charset = re.search(r"charset=\"?([a-z0-9_.:-]+)", rest)
        try:
            return content.decode(charset[1] if charset else "utf-8"), "text"
        except (LookupError, ValueError):
            return base64.b64encode(content).decode(), "base64"
    return base64.b64encode(content).decode(), "base64"


ACTIONS = (
    Action(
        name="http.request",
        description=(
            "Makes an HTTP call and gives back status, headers and body. Private, loopback and metadata addresses are "
            "refused unless whoever runs the stack allows them. Calls that change something carry an `Idempotency-Key` "
            "that is the same for every attempt."
        ),
        parameters=HttpParameters,
        output=HttpOutput,
        run=_request,
        example="""
            order:
              action: http.request
              retry: {attempts: 5, on: [Timeout, ConnectionFailed, HttpError]}
              with:
                method: POST
                url: https://api.example.com/orders
                auth: {bearer: "${secrets.shop_token}"}
                body: {json: {sku: A-17, count: 3}}
                timeout: 10s
        """,
        faults=(
            *(Fault.HTTP_ERROR, Fault.TIMEOUT, Fault.CONNECTION_FAILED, Fault.REFUSED),
            *(Fault.TOO_MANY_REDIRECTS, Fault.TOO_LARGE),
        ),
    ),
)
