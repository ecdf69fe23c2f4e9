"""Short forms for scripts: list, start, read what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.murmur import Shop, shop
from support.served import Served, served

OTHER = """
project: other
pipeline: orders
tasks:
  note: {action: transform, timeout: 10s, with: {data: "${input}", expression: id}}
"""
ALONE = OTHER.replace("pipeline: orders", "pipeline: alone\ninput: {type: object, required: [id]}")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    made = shop(tmp_path_factory.mktemp("flows") / "shop")
    (made.root / "pipelines" / "other.yaml").write_text(OTHER)
    (made.root / "pipelines" / "alone.yaml").write_text(ALONE)
    return made


@pytest.fixture(scope="module")
def here(there: Shop) -> Iterator[Served]:
    with served(there.root) as found:
        yield found


def test_each_is_listed_by_the_name_that_is_enough(here: Served) -> None:
    flows = {one["pipeline"]: one for one in here.get("/flows").json["flows"]}
    assert {name: one["flow"] for name, one in flows.items()} == {
        "shop/orders": "shop.orders",
        "other/orders": "other.orders",
        "other/alone": "alone",
    }
    assert flows["other/alone"]["input"]["required"] == ["id"]
    token = here.post("/tokens", {"name": "one", "role": "operator", "projects": ["shop"]}).json["token"]
    assert [one["flow"] for one in here.get("/flows", token=token).json["flows"]] == ["orders"]
    assert here.post("/run/orders", {"id": 1}, token=token).status == 202
    assert here.post("/run/other.orders", {"id": 1}, token=token).code == "no-such-pipeline"


def test_a_script_waits_for_what_comes_of_it(here: Served) -> None:
    told = here.post("/run/alone", {"id": 7}, wait=20)
    assert told.status == 200
    assert (told.json["state"], told.json["outputs"], told.json["errors"]) == ("succeeded", {"note": 7}, {})
    run = told.json["run"]
    assert here.get(f"/run/alone/{run}").json == told.json
    assert here.get(f"/run/other.alone/{run}").json == told.json
    assert here.get(f"/run/shop.orders/{run}").code == "no-such-run"


def test_what_failed_is_told_by_task(here: Served) -> None:
    told = here.post("/run/shop.orders", {"id": 1, "breaks": True}, wait=20).json
    assert told["state"] == "succeeded", "the failure was taken up"
    assert told["errors"]["check"]["type"] == "ValueError"


def test_without_patience_it_is_told_where_to_look(here: Served) -> None:
    told = here.post("/run/other.orders", {"id": 1})
    assert told.status == 202
    found = here.get(f"/run/other.orders/{told.json['run']}", wait=20)
    assert (found.status, found.json["outputs"]) == (200, {"note": 1})


def test_what_cannot_be_run_is_told_in_words(here: Served) -> None:
    assert here.post("/run/orders", {}).code == "ambiguous"
    assert here.post("/run/alones", {}).code == "no-such-pipeline"
    assert here.post("/run/alone", {}).code == "invalid-input"


def test_the_same_key_is_the_same_run(here: Served) -> None:
    first, second = (
        here.post("/run/alone", {"id": 1}, headers={"idempotency-key": "day-1"}, wait=20).json for _ in range(2)
    )
    assert first == second


def test_a_key_with_another_input_is_never_answered_with_the_first_run(here: Served) -> None:
    key = {"idempotency-key": "day-2"}
    first = here.post("/run/alone", {"id": 1}, headers=key, wait=20)
    told = here.post("/run/alone", {"id": 2}, headers=key, wait=20)
    assert (told.status, told.code) == (422, "key-reused")
    assert here.post("/run/alone", {"id": 1}, headers=key, wait=20).json == first.json
