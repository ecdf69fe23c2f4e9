"""Every list that can grow comes in pages: whole, in order, each once, however small the pages are."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from support.murmur import shop
from support.served import Served, served

HEARS = """
project: shop
pipeline: hears
input: {type: object, required: [absent]}
triggers: {placed: {event: {source: [tests]}, input: "${detail}"}}
tasks: {note: {action: pass, timeout: 10s, with: {value: 1}}}
"""
_MANY = 7


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = shop(tmp_path_factory.mktemp("pages") / "shop")
    (made.root / "pipelines" / "hears.yaml").write_text(HEARS)
    for number in range(_MANY):
        (made.root / "buckets" / "uploads" / "in").mkdir(parents=True, exist_ok=True)
        (made.root / "buckets" / "uploads" / "in" / f"{number}.txt").write_text("content")
    with served(made.root) as found:
        for number in range(_MANY):
            assert found.put(f"/projects/shop/variables/v{number}", {"value": number}).status == 200
            assert found.put(f"/projects/shop/secrets/S{number}", {"value": f"value {number}"}).status == 200
            _publish(found, number)
        _refuse(found)
        yield found


def _publish(here: Served, number: int) -> None:
    place = "/pipelines/shop/hears"
    draft = here.get(f"{place}/draft")
    text = HEARS.replace("value: 1", f"value: {number + 10}")
    saved = here.put(f"{place}/draft", {"text": text}, headers={"if-match": draft.headers["etag"]})
    told = here.post(f"{place}/publish", headers={"if-match": saved.headers["etag"]})
    assert told.status == 200, told.body


def _refuse(here: Served) -> None:
    batch = [
        {"specversion": "1.0", "id": str(number), "source": "tests", "type": "t", "data": {}} for number in range(_MANY)
    ]
    assert here.post("/events", batch, headers={"content-type": "application/cloudevents-batch+json"}).status == 202
    until = time.monotonic() + 30
    while len(here.get("/refusals").json["refusals"]) < _MANY:
        assert time.monotonic() < until, "what does not fit is refused"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "path",
    [
        "/refusals",
        "/projects/shop/variables",
        "/projects/shop/secrets",
        "/pipelines/shop/hears/versions",
        "/flows",
        "/runs",
        "/audit",
        "/archive",
        "/tokens",
        "/users",
        "/projects",
        "/pipelines",
        "/projects/shop/members",
        "/projects/shop/notifications",
        "/dead-letters",
        "/buckets/uploads/objects",
    ],
)
def test_pages_of_any_size_are_the_list(here: Served, path: str) -> None:
    [field] = [name for name, value in here.get(path, most=1).json.items() if isinstance(value, list)]
    whole = here.get(path, most=200).json
    assert whole["next"] is None
    for most in (1, 3, _MANY):
        found, after = [], None
        while True:
            page = here.get(path, most=most, after=after).json
            assert len(page[field]) <= most
            found += page[field]
            if (after := page["next"]) is None:
                break
        assert found == whole[field]
    assert here.get(path, after="bm90IG1pbmU").code == "invalid-request"
    assert here.get(path, most=0).code == here.get(path, most=1_001).code == "invalid-request"


def test_those_that_were_made_here_are_all_there(here: Served) -> None:
    versions = [one["number"] for one in here.get("/pipelines/shop/hears/versions").json["versions"]]
    assert versions == [*range(_MANY + 1, 0, -1)]
    assert len(here.get("/refusals", pipeline="shop/hears").json["refusals"]) == _MANY
    assert {f"v{number}" for number in range(_MANY)} <= {
        one["name"] for one in here.get("/projects/shop/variables").json["variables"]
    }
