"""Webhooks over HTTP: the signature decides, over the bytes as they came; a call that comes twice is one run."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from support.doors import SECRET, doors, inputs, started
from support.served import Answered, Served, served

from handlers.webhook import LARGEST_BODY

WINDOW = 300
Style = Callable[..., Mapping[str, str]]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = doors(tmp_path_factory.mktemp("hooks") / "shop")
    with served(root) as found:
        yield found


def digest(text: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def github(body: bytes, secret: str = SECRET, **_: int) -> Mapping[str, str]:
    return {"X-Hub-Signature-256": f"sha256={digest(body, secret)}"}


def stripe(body: bytes, secret: str = SECRET, late: int = 0) -> Mapping[str, str]:
    at = int(time.time()) - late
    return {"Stripe-Signature": f"t={at},v1={digest(f'{at}.'.encode() + body, secret)}"}


def plain(body: bytes, secret: str = SECRET, late: int = 0) -> Mapping[str, str]:
    at = int(time.time()) - late
    return {"X-Signature": f"sha256={digest(f'{at}..'.encode() + body, secret)}", "X-Timestamp": str(at)}


STYLES: Mapping[str, Style] = {"github": github, "stripe": stripe, "plain": plain}


def call(
    here: Served, trigger: str, body: bytes, headers: Mapping[str, str] | None = None, query: str = ""
) -> Answered:
    address = f"/hooks/shop/hooks/{trigger}{'?' + query if query else ''}"
    return here.ask("POST", address, body, token=None, headers={"content-type": "application/json", **(headers or {})})


@pytest.mark.parametrize("style", STYLES)
def test_a_signed_call_starts_one_run_however_often_it_comes(here: Served, style: str) -> None:
    before = inputs(here, "hooks")
    body = json.dumps({"style": style, "text": "é  \n"}, indent=3).encode()
    headers = STYLES[style](body)
    first = call(here, style, body, headers)
    assert (first.status, first.json["new"]) == (202, True)
    again = call(here, style, body, headers)
    assert (again.status, again.json) == (200, {"run": first.json["run"], "new": False})
    [found] = started(here, "hooks", before)
    assert found["body"] == {"style": style, "text": "é  \n"}
    assert found["raw"] == body.decode()


@pytest.mark.parametrize("style", STYLES)
def test_what_is_not_genuine_starts_nothing(here: Served, style: str) -> None:
    before = inputs(here, "hooks")
    body = b'{"order": 8}'
    good = STYLES[style](body)
    tries = [
        call(here, style, body),
        call(here, style, b'{"order": 9}', good),
        call(here, style, body + b" ", good),
        call(here, style, body, STYLES[style](body, "another secret")),
        call(here, style, body, {name: value.upper() + "0" for name, value in good.items()}),
    ]
    assert [(one.status, one.code) for one in tries] == [(401, "not-genuine")] * len(tries)
    assert inputs(here, "hooks") == before


@pytest.mark.parametrize("style", ["stripe", "plain"])
@pytest.mark.parametrize(
    ("late", "status"), [(WINDOW - 20, 202), (20 - WINDOW, 202), (WINDOW + 20, 401), (-WINDOW - 20, 401)]
)
def test_a_call_is_good_for_a_while(here: Served, style: str, late: int, status: int) -> None:
    body = json.dumps({"late": late, "style": style}).encode()
    assert call(here, style, body, STYLES[style](body, late=late)).status == status


def test_bytes_that_are_no_text_arrive_as_they_were(here: Served) -> None:
    before = inputs(here, "hooks")
    body = bytes(range(256))
    told = call(here, "github", body, {**github(body), "content-type": "application/octet-stream"}, "a=1&a=2&b=%C3%A9")
    assert told.status == 202
    [found] = started(here, "hooks", before)
    assert base64.b64decode(found["raw_base64"]) == body
    assert found["query"] == {"a": ["1", "2"], "b": "é"}


def test_secrets_stay_out_of_the_input(here: Served) -> None:
    before = inputs(here, "hooks")
    body = b'{"n": 1}'
    kept = {"X-Custom": "kept", "Cookie": "session=1", **github(body)}
    assert call(here, "github", body, kept).status == 202
    [found] = started(here, "hooks", before)
    assert found["headers"]["x-custom"] == "kept"
    assert not {"cookie", "authorization", "x-hub-signature-256"} & found["headers"].keys()


def test_sizes(here: Served) -> None:
    fits = b'"' + b"x" * (LARGEST_BODY - 2) + b'"'
    told = call(here, "github", fits, github(fits))
    assert told.status in (202, 422), told.body  # a run's input may be smaller than a call's body
    large = fits + b" "
    told = call(here, "github", large, github(large))
    assert (told.status, told.code) == (413, "too-large")


@pytest.mark.parametrize(
    "address",
    ["/hooks/shop/hooks/nothing", "/hooks/shop/none/github", "/hooks/other/hooks/github", "/hooks/shop/orders/placed"],
)
def test_what_is_no_webhook(here: Served, address: str) -> None:
    told = here.ask("POST", address, b"{}", token=None)
    assert (told.status, told.code) == (404, "no-such-webhook")


@pytest.mark.parametrize("name", ["..%2f..", "a%00b", "%C3%A9", "x" * 65, "%2e%2e"])
def test_names_that_are_none(here: Served, name: str) -> None:
    assert here.ask("POST", f"/hooks/shop/hooks/{name}", b"{}", token=None).status in (401, 404, 422)


def test_a_secret_without_a_value_lets_nobody_in(here: Served) -> None:
    told = call(here, "unset", b"{}", plain(b"{}", ""))
    assert (told.status, told.code) == (503, "not-now")
    assert int(told.headers["retry-after"]) > 0


def test_only_posts_are_calls(here: Served) -> None:
    assert here.ask("GET", "/hooks/shop/hooks/open", token=None).status in (401, 405)


def test_the_call_that_the_page_shows(here: Served) -> None:
    """What people copy: with the address and the secret in their places, it starts a run."""
    page = (Path(__file__).parents[2] / "docs/triggers.md").read_text()
    [script] = [block.split("```")[0] for block in page.split("```sh\n")[1:] if "/hooks/" in block]
    before = inputs(here, "hooks")
    script = script.replace("/hooks/PROJECT/PIPELINE/TRIGGER", "/hooks/shop/hooks/plain")
    environment = {"URL": here.url, "SECRET": SECRET, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert json.loads(done.stdout)["new"] is True, done.stdout + done.stderr
    [found] = started(here, "hooks", before)
    assert found["body"] == {"order": 7}
