"""The contract is the behaviour: schemathesis over the OpenAPI document, every check, as each role, on the local server and on the
Lambda's handler. No 5xx, no status or schema that the document does not have, no way past who may come in.

Here within some seconds, by examples and the edges of every parameter; `make prove` goes on with as many as its factor, and
follows what one answer says into the next request.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from support.api_on_aws import api_on_aws
from support.contract import over_http, tried
from support.murmur import shop
from support.served import Served, served

from schemas.project import Role

FACTOR: Final = int(os.environ.get("MURMUR_PROVE", "0"))
LONG: Final = ("--phases", "examples,coverage,fuzzing,stateful", "--max-time", str(12 * FACTOR))
_SHORT: Final = ("--phases", "examples,coverage", "--max-examples", "2")
SHORT: Final = (*_SHORT, "--max-time", "15")
"""On a quiet machine it is through long before."""
FITTING: Final = (*_SHORT, "--mode", "positive", "--max-time", "8")
"""Whoever may do little is refused before anything is read: data that does not fit would tell nothing new."""
AFAR: Final = (*_SHORT, "--mode", "positive", "--max-time", "10")
"""Simulated AWS is slow."""
ROLES: Final = ("admin", "editor", "operator", "viewer", "emitter", "nobody")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Served]:
    """Each has its own: an admin takes away what there is."""
    shop(tmp_path / "shop")
    with served(tmp_path / "shop") as found:
        yield found


def token_of(here: Served, who: str) -> str | None:
    match who:
        case "nobody":
            return None
        case "admin":
            return here.token
        case _:
            return str(here.post("/tokens", {"name": who, "role": who, "expires": "1h"}).json["token"])


@pytest.mark.timeout(300 + 60 * FACTOR)
@pytest.mark.parametrize("who", ROLES if FACTOR else ("admin", "viewer", "nobody"))
def test_on_the_local_server(here: Served, tmp_path: Path, who: str) -> None:
    run = here.post("/runs", {"pipeline": "orders"}).json["run"]
    document = here.get("/openapi.json").json
    there = {"project": "shop", "pipeline": "orders", "run": run, "bucket": "uploads"}
    options = LONG if FACTOR else SHORT if who == "admin" else FITTING
    token = token_of(here, who)
    tried(tmp_path / "tried", f"{here.url}/api", document, *options, token=token, parameters=there)
    assert here.process.poll() is None


@pytest.mark.timeout(300 + 60 * FACTOR)
@pytest.mark.parametrize("who", ROLES[:4] if FACTOR else ("admin",))
def test_as_the_lambda_answers_it(tmp_path: Path, who: str) -> None:
    with api_on_aws(tmp_path) as here, over_http(here) as url:
        run = here.post("/runs", {"pipeline": "orders"}).json["run"]
        document = here.get("/openapi.json").json
        there = {"project": "shop", "pipeline": "orders", "run": run, "bucket": "uploads"}
        token = here.token_of(Role(who))
        tried(tmp_path / "tried", url, document, *(LONG if FACTOR else AFAR), token=token, parameters=there)
