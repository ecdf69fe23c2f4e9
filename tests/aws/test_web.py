"""The web door: where people sign in is told to everybody; what is not there is told as a problem."""

from __future__ import annotations

from typing import Any, cast

import orjson
import pytest

from handlers import entry

VARIABLES = {
    "AWS_REGION": "eu-central-1",
    "MURMUR_STAGE": "dev",
    "MURMUR_USER_POOL": "eu-central-1_Ab3",
    "MURMUR_USER_POOL_CLIENT": "7client",
    "MURMUR_URL": "https://d1.cloudfront.net",
}


def asked(method: str, path: str, route: str | None = None) -> tuple[int, str, dict[str, Any]]:
    request = {"version": "2.0", "routeKey": route or f"{method} {path}", "rawPath": path}
    told = cast("dict[str, Any]", entry.api(cast(Any, request), cast(Any, None)))
    return told["statusCode"], told["headers"]["content-type"], orjson.loads(told["body"])


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


def test_who_is_about_to_sign_in_is_told_where() -> None:
    status, kind, told = asked("GET", "/api/auth/config")
    assert (status, kind) == (200, "application/json")
    assert told == {
        "stage": "dev",
        "region": "eu-central-1",
        "issuer": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab3",
        "client": "7client",
        "redirect": "https://d1.cloudfront.net",
    }


def test_what_is_not_there_is_a_problem() -> None:
    status, kind, told = asked("POST", "/api/runs", "ANY /api/{proxy+}")
    assert (status, kind) == (404, "application/problem+json")
    assert told["code"] == "no-such-address"
    assert "/api/runs" in told["detail"]
