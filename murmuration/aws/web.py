"""The web door: what the stack's HTTP API answers. So far that is where people sign in; whatever else is asked for is not there, and
the answer says so as a problem (RFC 9457).

    GET /api/auth/config     the user pool and its client, for whoever is about to sign in; no token is asked for
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson
from pydantic import JsonValue

from schemas.model import JsonObject

_SIGN_IN: Final = "/api/auth/config"


def answer(request: JsonObject, variables: Mapping[str, str]) -> JsonObject:
    """`request` and the answer are as API Gateway's HTTP APIs have them, version 2.0; `variables` are the function's environment."""
    path = str(request.get("rawPath", ""))
    if request.get("routeKey") == f"GET {_SIGN_IN}":
        return _told(200, "application/json", sign_in(variables))
    problem: JsonObject = {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "no-such-address",
        "detail": f"there is nothing at {path}",
    }
    return _told(404, "application/problem+json", problem)


def sign_in(variables: Mapping[str, str]) -> JsonObject:
    region, pool = variables.get("AWS_REGION", ""), variables.get("MURMUR_USER_POOL", "")
    return {
        "stage": variables.get("MURMUR_STAGE", ""),
        "region": region,
        "issuer": f"https://cognito-idp.{region}.amazonaws.com/{pool}",
        "client": variables.get("MURMUR_USER_POOL_CLIENT", ""),
        "redirect": variables.get("MURMUR_URL", ""),
    }


def _told(status: int, kind: str, body: JsonValue) -> JsonObject:
    headers: JsonObject = {"content-type": kind, "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": orjson.dumps(body).decode()}
