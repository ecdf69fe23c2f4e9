"""HTTP as API Gateway's HTTP API tells it (payload version 2.0), so that what answers here is what answers in Lambda."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from pydantic import JsonValue

from schemas.model import JsonObject


class Sent(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def event_of(scope: Mapping[str, Any], body: bytes, request: str) -> JsonObject:
    """Headers that come more than once are joined, as the gateway joins them; so are parameters."""
    headers: dict[str, str] = {}
    cookies: list[JsonValue] = []
    for name, value in scope["headers"]:
        spelled, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if spelled == "cookie":
            cookies += [one.strip() for one in text.split(";")]
        else:
            headers[spelled] = f"{headers[spelled]},{text}" if spelled in headers else text
    query = scope["query_string"].decode("latin-1")
    path = _path(scope)
    event: JsonObject = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": dict[str, JsonValue](headers),
        "requestContext": {
            "accountId": "local",
            "apiId": "local",
            "domainName": headers.get("host", ""),
            "requestId": request,
            "routeKey": "$default",
            "stage": "$default",
            "http": {
                "method": scope["method"],
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": (scope.get("client") or ("",))[0],
                "userAgent": headers.get("user-agent", ""),
            },
        },
        "isBase64Encoded": True,
        "body": base64.b64encode(body).decode(),
    }
    if cookies:
        event["cookies"] = cookies
    if query:
        event["queryStringParameters"] = dict[str, JsonValue](_joined(parse_qsl(query, keep_blank_values=True)))
    return event


def sent(answer: JsonObject) -> Sent:
    body = str(answer.get("body") or "")
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    headers = answer.get("headers")
    told = [
        (name.lower().encode("latin-1"), str(value).encode("latin-1", "replace"))
        for name, value in (headers.items() if isinstance(headers, dict) else ())
        if name.lower() != "content-length" or not content  # of a HEAD: what the GET would have
    ]
    cookies = answer.get("cookies")
    told += [(b"set-cookie", str(one).encode("latin-1")) for one in (cookies if isinstance(cookies, list) else ())]
    status = answer.get("statusCode")
    assert isinstance(status, int), "an answer has its status"
    return Sent(status, told, content)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _path(scope: Mapping[str, Any]) -> str:
    raw = scope.get("raw_path")
    return unquote(raw.decode("latin-1").partition("?")[0]) if isinstance(raw, bytes) else str(scope["path"])
