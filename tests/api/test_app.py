"""What the app does to every request and every answer, whatever it is for."""

from __future__ import annotations

import gzip
import json
from enum import StrEnum
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import JsonValue
from support.small_api import Small, small

from handlers.api import edited, paging
from handlers.api.asked import Here
from handlers.api.body import DEEPEST
from handlers.api.problem import InvalidRequest
from handlers.api.routes import OPEN, Routes
from handlers.auth import Operation
from handlers.cabinet import ABSENT
from murmuration.memory import ManualClock, MemoryCabinet
from schemas.model import Model


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Thing(Model):
    name: str
    colour: Colour = Colour.RED
    tags: tuple[str, ...] = ()
    value: JsonValue = None


class Listed(Model):
    found: tuple[str, ...]


class Things:
    def __init__(self, cabinet: MemoryCabinet) -> None:
        self.cabinet = cabinet

    def routes(self) -> Routes:
        routes = Routes("about")
        read, write = Operation.RUN_READ, Operation.RUN_START
        routes.post("/things", write, self.create, "Make a thing", status=201)
        routes.get("/things", read, self.list, "Things")
        routes.get("/things/<name>", read, self.show, "A thing")
        routes.put("/things/<name>", write, self.save, "Save a thing")
        routes.delete("/things/<name>", write, self.drop, "Drop a thing")
        routes.get("/text", read, self.text, "Much text")
        routes.get("/broken", read, self.broken, "Fails")
        routes.get("/lying", read, self.lying, "Is not what it says")
        routes.post("/open", OPEN, self.open, "For all")
        return routes

    def create(self, thing: Thing) -> Thing:
        return thing

    def list(
        self, most: paging.Most = 50, colour: Colour | None = None, tag: Annotated[list[str] | None, Query()] = None
    ) -> Listed:
        return Listed(found=(str(most), str(colour), *(tag or ())))

    def show(self, name: Annotated[str, Path()]) -> Response[Thing]:
        kept = self.cabinet.get("things", name)
        if kept is None:
            raise InvalidRequest("none")
        return edited.answer(Thing.read(kept.body), kept.version)

    def save(self, name: Annotated[str, Path()], thing: Thing, asked: Here) -> Response[Thing]:
        kept = self.cabinet.put("things", name, thing.document(), expect=edited.wanted(asked))
        return edited.answer(thing, kept.version)

    def drop(self, name: Annotated[str, Path()]) -> None:
        self.cabinet.delete("things", name)

    def text(self) -> Listed:
        return Listed(found=("long " * 2_000,))

    def broken(self) -> Listed:
        raise RuntimeError("a secret of ours")

    def lying(self) -> Listed:
        return {"found": 3}  # type: ignore[return-value]

    def open(self, asked: Here) -> Listed:
        return Listed(found=(asked.caller.name,))


@pytest.fixture
def api() -> Small:
    clock = ManualClock()
    cabinet = MemoryCabinet(clock)
    return small(Things(cabinet).routes(), cabinet=cabinet, clock=clock)


def test_a_body_is_read_as_json_by_its_model(api: Small) -> None:
    told = api.ask("POST", "/things", {"name": "a", "colour": "blue", "tags": ["x", "y"], "value": {"z": [1]}})
    assert told.status == 201
    assert told.json == {"name": "a", "colour": "blue", "tags": ["x", "y"], "value": {"z": [1]}}


DEEP = b'{"name": "a", "value": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"name": "a", "value": NaN}', "NaN"),
        (b'{"name": "a", "value": -Infinity}', "Infinity"),
        (b'{"name": "a", "value": 1e999}', "too large"),
        (b'{"name": "a", "value": 123456789012345678901234567890}', "64 bits"),
        (b'{"name": "a", "value": ' + b"9" * 10_000 + b"}", "64 bits"),
        (b'{"name": "a", "name": "b"}', "twice"),
        (b'{"name": "a", "value": {"k": 1, "k": 2}}', "twice"),
        (b'{"name": "\\ud800"}', "line 1"),
        (b'{"name": "\xff"}', "UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"name":\n  }', "line 2, column 3"),
        (DEEP, f"{DEEPEST} levels"),
        (b"[" * 200_000, f"{DEEPEST} levels"),
        (b"", "required"),
        (b"null", "object"),
        (b'[{"name": "a"}]', "object"),
        (b'{"name": ["a"]}', "string"),
        (b'{"name": "a", "naem": 1}', "Extra"),
        (b'{"name": "a", "tags": "x"}', "array"),
    ],
)
def test_what_is_no_good_json_is_refused_in_words(api: Small, body: bytes, said: str) -> None:
    told = api.ask("POST", "/things", body, headers={"content-type": "application/json"})
    assert (told.status, told.code) == (422, "invalid-request")
    assert said in told.json["detail"]


def test_as_deep_as_it_may_be(api: Small) -> None:
    value = b"[" * (DEEPEST - 1) + b"]" * (DEEPEST - 1)
    brackets = json.dumps("[" * 1_000).encode()
    assert api.ask("POST", "/things", b'{"name": "a", "value": ' + value + b"}").status == 201
    assert api.ask("POST", "/things", b'{"name": ' + brackets + b"}").status == 201


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("application/merge-patch+json", 201),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
    ],
)
def test_a_body_says_what_it_is(api: Small, kind: str, status: int) -> None:
    assert api.ask("POST", "/things", b'{"name": "a"}', headers={"content-type": kind}).status == status


def test_parameters_are_taken_as_they_were_meant(api: Small) -> None:
    assert api.ask("GET", "/things?most=3&tag=a,b&tag=c").json["found"] == ["3", "None", "a,b", "c"]


@pytest.mark.parametrize(
    ("query", "where", "said"),
    [
        ("most=3&most=4", "query.most", "more than once"),
        ("mots=3", "query.mots", 'Did you mean "most"?'),
        ("most=0", "query.most", "greater"),
        ("most=", "query.most", "integer"),
        ("colour=green", "query.colour", "'red' or 'blue'"),
        ("%ff=1", "query", "UTF-8"),
    ],
)
def test_parameters_that_are_none(api: Small, query: str, where: str, said: str) -> None:
    told = api.ask("GET", f"/things?{query}")
    assert told.status == 422
    assert [one["where"] for one in told.json["problems"]] == [where]
    assert said in told.json["detail"]


def test_all_mistakes_at_once(api: Small) -> None:
    told = api.ask("GET", "/things?most=x&colour=y&z=1")
    assert {one["where"] for one in told.json["problems"]} == {"query.most", "query.colour", "query.z"}


def test_an_open_door_knows_nobody_by_what_is_no_token_of_ours(api: Small) -> None:
    for authorization in ("Basic eDp5", "Bearer theirs", ""):
        told = api.ask("POST", "/open?whatever=1", token=None, headers={"authorization": authorization})
        assert told.json == {"found": ["nobody"]}


def test_a_failure_of_ours_says_nothing_of_itself(api: Small) -> None:
    for path in ("/broken", "/lying"):
        told = api.ask("GET", path)
        assert (told.status, told.code) == (500, "unforeseen")
        assert b"secret" not in told.body
        assert told.headers["x-request-id"] in told.json["advice"]


def test_methods(api: Small) -> None:
    told = api.ask("PATCH", "/things/a")
    assert (told.status, told.headers["allow"]) == (405, "DELETE, GET, HEAD, OPTIONS, PUT")
    options = api.ask("OPTIONS", "/things", token=None)
    assert (options.status, options.headers["allow"], options.body) == (204, "GET, HEAD, OPTIONS, POST", b"")
    assert api.ask("OPTIONS", "/nowhere", token=None).status == 404
    assert api.ask("PATCH", "/things/a", token=None).status == 401
    assert api.ask("TRACE", "/open", token=None).status == 405


def test_head_is_get_without_its_body(api: Small) -> None:
    get, head = api.ask("GET", "/text"), api.ask("HEAD", "/text")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) == len(get.body)


def test_nothing_has_no_body(api: Small) -> None:
    told = api.ask("DELETE", "/things/a")
    assert (told.status, told.body) == (204, b"")
    assert "content-type" not in told.headers


@pytest.mark.parametrize(
    ("accepted", "squeezed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("*;q=0, gzip", True),
        ("identity", False),
        ("", False),
        ("gzip;q=zero", False),
    ],
)
def test_what_is_worth_it_is_gzipped_for_whoever_takes_that(api: Small, accepted: str, squeezed: bool) -> None:
    told, plain = api.ask("GET", "/text", headers={"accept-encoding": accepted}), api.ask("GET", "/text")
    assert (told.headers.get("content-encoding") == "gzip") is squeezed
    assert told.headers["vary"] == "accept-encoding"
    assert (gzip.decompress(told.body) if squeezed else told.body) == plain.body


def test_what_is_small_is_left_alone(api: Small) -> None:
    assert "content-encoding" not in api.ask("GET", "/things", headers={"accept-encoding": "gzip"}).headers


def test_two_editors_never_overwrite_each_other(api: Small) -> None:
    save, thing = ("PUT", "/things/a"), {"name": "a"}
    assert api.ask(*save, thing).code == "version-wanted"
    made = api.ask(*save, thing, headers={"if-none-match": "*"})
    assert (made.status, made.headers["etag"][0]) == (200, '"')
    assert api.ask(*save, thing, headers={"if-none-match": "*"}).status == 412
    mine = api.ask(*save, {**thing, "tags": ["mine"]}, headers={"if-match": made.headers["etag"]})
    late = api.ask(*save, {**thing, "tags": ["late"]}, headers={"if-match": made.headers["etag"]})
    assert (late.status, late.code, late.headers["etag"]) == (412, "changed-meanwhile", mine.headers["etag"])
    weak = api.ask(*save, thing, headers={"if-match": f"W/{mine.headers['etag']}"})
    assert weak.status == 200, "a proxy that gzips makes them weak"


@pytest.mark.parametrize("given", ["*", '"a", "b"', "a", '""', "W/a", "", '"a'])
def test_a_write_names_one_version(api: Small, given: str) -> None:
    assert api.ask("PUT", "/things/a", {"name": "a"}, headers={"if-match": given}).status == 428


def test_what_is_there_already_is_not_sent_again(api: Small) -> None:
    etag = api.ask("PUT", "/things/a", {"name": "a"}, headers={"if-none-match": "*"}).headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        told = api.ask("GET", "/things/a", headers={"if-none-match": known})
        assert (told.status, told.body, told.headers["etag"]) == (304, b"", etag)
    for other in ('"x"', etag[:-1], "", "nonsense"):
        assert api.ask("GET", "/things/a", headers={"if-none-match": other}).status == 200


def test_agreeing_on_what_is_kept_elsewhere() -> None:
    edited.agree(None, "v", "it")
    edited.agree("v", "v", "it")
    with pytest.raises(Exception, match="is gone") as gone:
        edited.agree("v", ABSENT, "it")
    assert gone.value.current == ABSENT  # type: ignore[attr-defined]


def test_cursors_belong_to_their_list() -> None:
    cursor = paging.cursor("a", "key/ä")
    assert paging.start("a", cursor) == "key/ä"
    assert paging.start("a", None) is paging.cursor("a", None) is None
    made_up: list[Any] = ["x", "%%%", paging.cursor("b", "key"), "e30", cursor[:-3] if cursor else "", "ä"]
    for one in made_up:
        with pytest.raises(InvalidRequest):
            paging.start("a", one)


def test_pages_of_what_may_be_seen() -> None:
    keys = [f"{number:04}" for number in range(1_000)]

    def read(after: str | None, most: int) -> list[str]:
        return [key for key in keys if after is None or key > after][:most]

    found: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor is not None:
        page, cursor = paging.gathered(read, str, lambda key: int(key) % 37 == 0, of="a", after=cursor, most=5)
        assert len(page) <= 5
        found += page
        pages += 1
    assert found == [key for key in keys if int(key) % 37 == 0]


ELSEWHERE = "https://designer.example"


def asked_of_elsewhere(*origins: str, origin: str = ELSEWHERE) -> tuple[Any, Any]:
    api = small(Things(MemoryCabinet(ManualClock())).routes(), origins=origins)
    wants = {"origin": origin, "access-control-request-method": "POST"}
    return api.ask("OPTIONS", "/things", token=None, headers=wants), api.ask("GET", "/text", headers={"origin": origin})


def test_no_page_elsewhere_may_ask_unless_it_is_named() -> None:
    for told in asked_of_elsewhere():
        assert not any(name.startswith("access-control") for name in told.headers)
    for told in asked_of_elsewhere(ELSEWHERE, origin="https://evil.example"):
        assert not any(name.startswith("access-control") for name in told.headers)
        assert "origin" in told.headers["vary"]


@pytest.mark.parametrize("origins", [(ELSEWHERE,), ("*",), (ELSEWHERE.upper(), "https://b.example")])
def test_a_page_that_is_named_may(origins: tuple[str, ...]) -> None:
    preflight, told = asked_of_elsewhere(*origins)
    assert preflight.status == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "if-match" in preflight.headers["access-control-allow-headers"]
    assert told.headers["access-control-allow-origin"] == ("*" if origins == ("*",) else ELSEWHERE)
    assert "etag" in told.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in {*preflight.headers, *told.headers}
