"""Answers: what every one of them gets on its way out.

    x-request-id      the request's own id, which is in the log, too
    304               of a read whose ETag the caller has
    HEAD              what the GET would say, without it
    gzip              what is worth it, to whoever takes it
    CORS              what pages elsewhere must be told

What must always hold: 204 and 304 have no body; what varies with a request's header says so.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

import orjson
from aws_lambda_powertools.event_handler import Response
from pydantic import JsonValue

from handlers.api import compressing, edited
from handlers.api.cors import Cors
from schemas.model import JsonObject

REQUEST: Final = "x-request-id"
_BARE: Final = frozenset({204, 304})
_LASTING: Final = frozenset({"etag", "cache-control", "vary", "content-location", "expires", "idempotency-replayed"})


def spelled(answer: Response[Any]) -> JsonObject:
    """A problem, as the gateway wants it."""
    headers: JsonObject = {name.lower(): str(value) for name, value in answer.headers.items()}
    return {"statusCode": answer.status_code, "headers": headers, "body": str(answer.body), "isBase64Encoded": False}


def serialized(value: Any) -> str:
    """JSON without NaN. What orjson leaves to others (a number beyond 64 bits, half a character) is spelled in full."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


def finished(told: JsonObject, method: str, asked: Mapping[str, str], request: str, cors: Cors) -> JsonObject:
    given = told.get("headers")
    headers: dict[str, JsonValue] = (
        {name.lower(): value for name, value in (given or {}).items()} if isinstance(given, dict) else {}
    )
    status = told["statusCode"]
    assert isinstance(status, int), "an answer has its status"
    etag = headers.get("etag")
    if method in ("GET", "HEAD") and status == 200 and etag and edited.has(asked.get("if-none-match", ""), str(etag)):
        status, headers = 304, {name: value for name, value in headers.items() if name in _LASTING}
    content = b"" if status in _BARE else _content(told)
    kind = str(headers.get("content-type", ""))
    if status in _BARE:
        headers.pop("content-type", None)
    elif compressing.worth(kind, len(content)) and "content-encoding" not in headers:
        _vary(headers, "accept-encoding")
        if compressing.takes_gzip(asked.get("accept-encoding", "")):
            headers["content-encoding"] = "gzip"
            content = compressing.squeezed(content)
    for name, value in cors.told(asked).items():
        if name == "vary":
            _vary(headers, value)
        else:
            headers[name] = value
    if method == "HEAD":
        headers["content-length"] = str(len(content))
        content = b""
    headers |= {REQUEST: request, "x-content-type-options": "nosniff"}
    body, encoded = _body(content)
    return {**told, "statusCode": status, "headers": headers, "body": body, "isBase64Encoded": encoded}


def _content(told: JsonObject) -> bytes:
    body = told.get("body")
    if body is None:
        return b""
    return base64.b64decode(str(body)) if told.get("isBase64Encoded") else str(body).encode("utf-8", "replace")


def _body(content: bytes) -> tuple[str, bool]:
    try:
        return content.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(content).decode(), True


def _vary(headers: dict[str, JsonValue], by: str) -> None:
    there = [one for one in str(headers.get("vary", "")).split(", ") if one]
    headers["vary"] = ", ".join([*there, *([] if by in there else [by])])
