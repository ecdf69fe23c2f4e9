"""Keys that lead elsewhere, or look like others: through the API, by signed addresses, and past both. Nothing outside a bucket is
read, written, listed or taken away, and every no is in words."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import urllib3
from support.doors import doors
from support.served import Served, served

from handlers.buckets import BadKey, check_spelling
from murmuration.local.keys import key_mistake, plain
from murmuration.local.signing import Grant, Signing

OUTSIDE = "nobody reads this"
KEYS = [
    "..",
    "../secret",
    "a/../../secret",
    "a/..",
    "./a",
    "a/./b",
    "/etc/passwd",
    "//a",
    "a//b",
    "a/",
    "",
    "..\\secret",
    "a\\..\\b",
    "a\x00b",
    "\x00",
    "a\nb",
    "a\rb",
    "a\tb",
    "a\x7fb",
    "a\x85b",
    "a\u202eb",
    "a\u2066b",
    "a\u2028b",
    "\ufeffa",
    ".hidden",
    "a/.mm-half",
    "a/.murmuration/x",
    "a.part",
    "a~",
    "x" * 1025,
    "é" * 513,
    "x" * 256,
    "漢" * 86,
    "a/" * 600 + "b",
]
ENCODED = [
    "%2e%2e%2fsecret",
    "..%2fsecret",
    "%2e%2e/secret",
    "a/%2e%2e/%2e%2e/secret",
    "..%5csecret",
    "%c0%ae%c0%ae%c0%afsecret",
    "%e0%80%ae%e0%80%ae/secret",
    "%ff",
    "%ed%a0%80",
    "a%00b",
    "a%0d%0ax-injected:%201",
]
"""As they go over the wire."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = doors(tmp_path_factory.mktemp("traversal") / "shop")
    (root / "buckets/secret").write_text(OUTSIDE)
    (root / "secret").write_text(OUTSIDE)
    bucket = root / "buckets/uploads"
    (bucket / "link").symlink_to(root / "secret")
    (bucket / "folder").symlink_to(root)
    (bucket / "real").mkdir()
    (bucket / "real/up").symlink_to("..")
    with served(root) as found:
        yield found


def tree(here: Served) -> set[str]:
    """All but the state, which lives."""
    return {str(one.relative_to(here.root)) for one in here.root.rglob("*") if ".murmuration" not in one.parts}


@pytest.mark.parametrize("key", [*KEYS, "\ufffd"], ids=lambda key: repr(key)[:30])
def test_a_key_that_is_none_is_refused_at_every_call(here: Served, key: str) -> None:
    before = tree(here)
    told = [
        here.post("/buckets/uploads/uploads", {"key": key, "size": 10}),
        here.post("/buckets/uploads/downloads", {"key": key}),
        here.delete("/buckets/uploads/objects", key=key),
    ]
    assert {(one.status, one.code) for one in told} <= {(422, "bad-key"), (422, "invalid-request")}, told
    assert all(OUTSIDE.encode() not in one.body for one in told)
    assert tree(here) == before


@pytest.mark.parametrize("key", KEYS, ids=lambda key: repr(key)[:30])
def test_even_an_address_that_was_signed_for_it_leads_nowhere(here: Served, key: str) -> None:
    """As if whoever signs had been led astray: the files are kept by rules of their own."""
    before = tree(here)
    signing = Signing(here.root / ".murmuration", lambda: 0.0)
    for method in ("GET", "PUT"):
        grant = Grant("PUT" if method == "PUT" else "GET", "uploads", plain(key), 1 << 40, "text/plain", 100)
        told = urllib3.request(
            method, here.url + signing.address(grant), headers={"content-type": "text/plain"}, body=b"x", retries=False
        )
        assert told.status in (403, 404, 422), told.data
        assert OUTSIDE.encode() not in told.data
    assert tree(here) == before


@pytest.mark.parametrize("key", ENCODED)
def test_however_it_is_encoded(here: Served, key: str) -> None:
    before = tree(here)
    for method, path in (
        ("DELETE", f"/buckets/uploads/objects?key={key}"),
        ("GET", f"/buckets/uploads/objects?prefix={key}"),
        ("GET", f"/buckets/{key}/objects"),
        ("GET", f"/objects/{key}"),
        ("GET", f"/objects?bucket=uploads&do=GET&expires=9999999999&key={key}&size=0&type=&signature={'0' * 64}"),
        ("GET", f"/{key}"),
        ("GET", f"/assets/{key}"),
    ):
        told = raw(here, method, path)
        assert told[0] in (200, 400, 403, 404, 422), (path, told)
        assert OUTSIDE.encode() not in told[1]
        assert "x-injected" not in told[2]
    assert tree(here) == before


def raw(here: Served, method: str, path: str) -> tuple[int, bytes, dict[str, str]]:
    """With the path as it is: most clients would tidy it."""
    connection = http.client.HTTPConnection(urlsplit(here.url).netloc, timeout=20)
    connection.putrequest(method, path, skip_accept_encoding=True)
    connection.putheader("authorization", f"Bearer {here.token}")
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    connection.close()
    return found


@pytest.mark.parametrize("key", ["link", "folder/secret", "folder/project.yaml", "real/up/real/x", "real/up"])
def test_links_lead_nowhere(here: Served, key: str) -> None:
    before = tree(here)
    assert here.post("/buckets/uploads/downloads", {"key": key}).status in (404, 422)
    address = here.post("/buckets/uploads/uploads", {"key": f"{key}/new", "size": 10})
    if address.status == 200:
        told = urllib3.request("PUT", address.json["url"], headers=address.json["headers"], body=b"x", retries=False)
        assert told.status in (404, 422), told.data
    listed = [one["key"] for one in here.get("/buckets/uploads/objects", most=1000).json["objects"]]
    assert not [one for one in listed if one.startswith(("link", "folder", "real/up"))]
    assert tree(here) == before
    assert (here.root / "secret").read_text() == OUTSIDE


def test_a_link_is_replaced_and_not_followed(here: Served, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text(OUTSIDE)
    (here.root / "buckets/uploads/replaced").symlink_to(there)
    address = here.post("/buckets/uploads/uploads", {"key": "replaced", "size": 10}).json
    assert urllib3.request("PUT", address["url"], headers=address["headers"], body=b"new").status == 200
    assert there.read_text() == OUTSIDE
    assert not (here.root / "buckets/uploads/replaced").is_symlink()


def test_composed_and_decomposed_are_one_key(here: Served) -> None:
    composed, decomposed = "caf\u00e9/\u00fc.txt", "cafe\u0301/u\u0308.txt"
    address = here.post("/buckets/uploads/uploads", {"key": decomposed, "size": 10}).json
    assert urllib3.request("PUT", address["url"], headers=address["headers"], body=b"one").status == 200
    for key in (composed, decomposed):
        url = here.post("/buckets/uploads/downloads", {"key": key}).json["url"]
        assert urllib3.request("GET", url).data == b"one"
    listed = [one["key"] for one in here.get("/buckets/uploads/objects", prefix="caf").json["objects"]]
    assert listed == [composed]


@pytest.mark.parametrize("key", ["a b/c d.txt", "CON", "aux.txt", "trailing.", "trailing ", " leading", "A/B", "a/B", "%2e%2e", "x" * 255, "a?b#c", "a..b", "-rf", "$(id)", "\u05d0\u05d1", "👩‍🚀.png"])  # fmt: skip
def test_what_is_only_odd_is_a_key_of_its_own(here: Served, key: str) -> None:
    body = key.encode()
    address = here.post("/buckets/uploads/uploads", {"key": key, "size": len(body)})
    assert address.status == 200, address.body
    assert urllib3.request("PUT", address.json["url"], headers=address.json["headers"], body=body).status == 200
    url = here.post("/buckets/uploads/downloads", {"key": key}).json["url"]
    assert urllib3.request("GET", url).data == body
    assert here.delete("/buckets/uploads/objects", key=key).status == 204


@pytest.mark.parametrize(
    "bucket",
    ["..", ".", "UPLOADS", "up", "a..b", "uploads%2f..", ".murmuration", "secret", "%2e%2e", "x" * 64, "uploads%00"],
)
def test_buckets_that_are_none(here: Served, bucket: str) -> None:
    for method, path in (("GET", "objects"), ("DELETE", "objects?key=secret")):
        status, told, _ = raw(here, method, f"/buckets/{bucket}/{path}")
        assert status in (404, 405, 422), (bucket, status, told)
        assert OUTSIDE.encode() not in told


def test_an_object_is_no_folder(here: Served) -> None:
    address = here.post("/buckets/uploads/uploads", {"key": "plain", "size": 10}).json
    assert urllib3.request("PUT", address["url"], headers=address["headers"], body=b"x").status == 200
    address = here.post("/buckets/uploads/uploads", {"key": "plain/below", "size": 10}).json
    told = urllib3.request("PUT", address["url"], headers=address["headers"], body=b"x", retries=False)
    assert told.status == 422
    assert here.post("/buckets/uploads/downloads", {"key": "real"}).status in (404, 422)


def test_what_the_api_refuses_no_file_has() -> None:
    """The two rules agree: what is not a key by its spelling is none for whoever keeps the files."""
    for key in KEYS:
        try:
            check_spelling(key)
        except BadKey:
            assert key_mistake(plain(key)), repr(key)


def test_names_of_secrets_of_ours_are_no_objects(here: Served) -> None:
    for key in ("../../.murmuration/token", "folder/.murmuration/token"):
        status, _, _ = raw(here, "DELETE", f"/buckets/uploads/objects?key={quote(key, safe='')}")
        assert status in (404, 422)
    assert (here.root / ".murmuration/token").exists()
