"""Versions: kept as they were written, compared, exported, and made live again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.murmur import SLOW, shop
from support.served import Served, served

from handlers.differences import differences
from schemas.document import read
from schemas.shape import read_pipeline

PATH = "/pipelines/shop/orders"
SECOND = (
    SLOW.replace("  refund:  {action: pass, timeout: 30s}", "  thank:   {action: pass, timeout: 30s}")
    .replace("{from: check, to: refund, on: failure}", "{from: check, to: thank, on: completion}")
    .replace('[">=", 10]', '[">=", 20]')
    .replace("deadline: 10m", "deadline: 20m")
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("versions") / "shop"
    shop(root)
    with served(root) as found:
        etag = found.get(f"{PATH}/draft").headers["etag"]
        body = {"text": f"# second\n{SECOND}", "layout": {"check": {"x": 1, "y": 1}}}
        assert found.put(f"{PATH}/draft", body, headers={"if-match": etag}).status == 200
        assert found.post(f"{PATH}/publish", {"note": "Thanks"}).json["version"] == 2
        yield found


def test_each_version_is_listed_with_who_and_when(here: Served) -> None:
    told = here.get(f"{PATH}/versions").json
    assert [(one["number"], one["note"]) for one in told["versions"]] == [(2, "Thanks"), (1, "")]
    assert all(one["by"] and one["at"].endswith("Z") for one in told["versions"])


def test_a_version_is_shown_as_it_was_written(here: Served) -> None:
    second = here.get(f"{PATH}/versions/2").json
    assert second["text"] == f"# second\n{SECOND}"
    assert second["layout"] == {"check": {"x": 1.0, "y": 1.0}}
    first = here.get(f"{PATH}/versions/1").json
    assert (first["text"], first["as_written"]) == (SLOW, True)
    assert first["document"]["pipeline"] == "orders"
    assert here.get(f"{PATH}/versions/3").code == "no-such-version"
    assert here.get(f"{PATH}/versions/first").status == 422


def test_two_versions_are_compared_part_by_part(here: Served) -> None:
    told = here.get(f"{PATH}/diff", **{"from": "1", "to": "2"}).json
    parts = told["differences"]
    assert [(one["kind"], one["name"]) for one in parts["tasks"]] == [("removed", "refund"), ("added", "thank")]
    assert [(one["kind"], one["to_task"]) for one in parts["edges"]] == [
        ("changed", "deliver"),
        ("added", "thank"),
        ("removed", "refund"),
    ]
    [field] = parts["edges"][0]["fields"]
    assert (field["path"], field["before"], field["after"]) == (
        "when.total",
        [{"numeric": [">=", 10]}],
        [{"numeric": [">=", 20]}],
    )
    assert parts["triggers"] == []
    assert [(one["name"], one["before"], one["after"]) for one in parts["fields"]] == [("deadline", "10m", "20m")]
    assert told["rules"]["added"]
    assert told["rules"]["removed"]
    assert "shop-orders-placed" in "".join(one["name"] for one in told["rules"]["kept"])


def test_a_version_is_the_same_as_itself_and_as_what_is_live(here: Served) -> None:
    for which in ("live", "draft", "2"):
        told = here.get(f"{PATH}/diff", **{"from": "2", "to": which}).json
        assert told["differences"]["same"] is True
        assert told["rules"]["added"] == told["rules"]["removed"] == []


def test_a_version_is_exported(here: Served) -> None:
    text = here.get(f"{PATH}/export", version="2")
    assert text.body.decode() == f"# second\n{SECOND}"
    assert text.headers["content-type"].startswith("application/yaml")
    assert "orders" in text.headers["content-disposition"]
    document = here.get(f"{PATH}/export", version="2", format="json").json
    assert read_pipeline(read(SECOND)).document() == document
    template = here.get(f"{PATH}/export", format="cloudformation", stage="prod").body.decode()
    assert "AWS::Events::Rule" in template
    assert "murmur-prod" in template
    assert here.get(f"{PATH}/export", format="pdf").status == 422


def test_rules_are_told_as_they_are_and_as_they_would_be(here: Served) -> None:
    live = here.get(f"{PATH}/rules").json
    assert live["version"].startswith("shop/orders@")
    assert all(one["pattern"] and one["targets"] and one["hears"] for one in live["rules"])
    draft = here.get(f"{PATH}/rules", version="draft").json
    assert draft["version"] == "draft"
    heard = [{one["hears"].replace("@2", "@3") for one in told["rules"]} for told in (live, draft)]
    assert heard[0] == heard[1]


def test_rolling_back_is_looked_at_first_and_then_done(here: Served) -> None:
    dry = here.post(f"{PATH}/activate", {"version": 1, "dry_run": True}).json
    assert (dry["version"], dry["live"], dry["new"], dry["dry_run"]) == (1, 2, True, True)
    assert here.get(f"{PATH}/versions").json["live"] == 2
    done = here.post(f"{PATH}/activate", {"version": 1}).json
    assert (done["version"], done["live"]) == (1, 2)
    states = {one["number"]: one["state"] for one in here.get(f"{PATH}/versions").json["versions"]}
    assert states[1] == "live"
    assert (here.root / "pipelines" / "orders.yaml").read_text() == SLOW
    run = here.post("/runs", {"pipeline": "shop/orders", "input": {}}).json
    assert run["version"] == 1
    forth = here.post(f"{PATH}/activate", {"version": 2}).json
    assert forth["live"] == 1
    assert (here.root / "pipelines" / "orders.yaml").read_text() == f"# second\n{SECOND}"
    assert here.post(f"{PATH}/activate", {"version": 9}).status == 404


def test_what_is_true_is_no_one_and_an_order_may_mean_something() -> None:
    text = "project: p\npipeline: q\ntasks: {a: {action: pass, with: {output: %s}, timeout: 1s}}\n"
    before, after = (read_pipeline(read(text % value)) for value in ("1", "true"))
    [task] = differences(before, after).tasks
    assert [(field.path, field.before, field.after) for field in task.fields] == [("with.output", 1, True)]
