"""Built-in actions in workers: over the local buckets, with the operator's settings, beside functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.shop import Shop, Told

from murmuration.local.workers import Kind


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop(tmp_path_factory.mktemp("shop"), size=1, largest=1) as shop:
        (shop.workspace / "data").mkdir()
        shop.function(
            "peek", "import gc\ndef handler(event, context):\n    if event: raise LookupError(event)\n    return 'ok'"
        )
        yield shop


def act(shop: Shop, name: str, parameters: Any, **settings: Any) -> Told:
    return shop.run(name, parameters, kind=Kind.ACTION, idempotency_key="run-1/step", settings=settings)


def test_an_action_runs(shop: Shop) -> None:
    assert act(shop, "pass", {"value": [1, {"a": None}]}).output == [1, {"a": None}]


def test_what_actions_need_is_there_before_the_first_one_and_is_nobody_elses(shop: Shop) -> None:
    """Forked with every worker: the first action of each does not wait for imports."""
    found = shop.function("looks", "import sys\ndef handler(event, context): return sorted({*event} & {*sys.modules})")
    wanted = ["handlers.actions.registry", "murmuration.local.actions", "murmuration.sdk", "pydantic"]
    with Shop(shop.workspace, size=1, largest=1) as fresh:
        assert fresh.run(found, wanted).output == wanted
    own = shop.function(
        "own",
        "import events, handlers\ndef handler(e, c): return [events.MINE, handlers.MINE]",
        {"events.py": "MINE = 1", "handlers/__init__.py": "MINE = 2"},
    )
    assert shop.run(own).output == [1, 2]
    assert act(shop, "pass", {"value": 3}).output == 3
    assert shop.run(own).output == [1, 2]


def test_a_wait_holds_no_worker(shop: Shop) -> None:
    finished = act(shop, "wait", {"until": "2999-01-01T00:00:00Z"}).finished
    assert finished.failure is None
    assert finished.waits_until_ms == 32_472_144_000_000


def test_what_an_action_raises_keeps_its_type_and_shows_no_code(shop: Shop) -> None:
    failure = act(shop, "fail", {"type": "OutOfStock", "message": "none left", "detail": {"sku": 7}}).failure
    assert (failure.type, failure.detail) == ("OutOfStock", {"sku": 7})
    assert "none left" in failure.message
    assert act(shop, "fial", {}).failure.type == "InvalidInput"
    assert act(shop, "pass", [1]).failure.type == "InvalidInput"


def test_buckets_and_databases_are_the_workspaces(shop: Shop) -> None:
    place = {"bucket": "uploads", "key": "a.txt"}
    assert act(shop, "s3.write", {**place, "text": "hello"}).finished.failure is None
    assert (shop.workspace / "buckets/uploads/a.txt").read_text() == "hello"
    left = shop.try_out("def handler(event, context): return context.artifacts.write('b.txt', 'left')").output
    assert act(shop, "s3.write", {**place, "key": "b.txt", "artifact": left["key"]}).finished.failure is None
    assert (shop.workspace / "buckets/uploads/b.txt").read_text() == "left"
    assert act(shop, "s3.write", {**place, "artifact": "nothing/here"}).failure.type == "NotFound"
    asked = {"database": "shop", "statement": "SELECT 1 AS one"}
    assert act(shop, "sql.query", asked).failure.type == "NotFound"
    assert act(shop, "sql.query", asked, databases={"shop": "sqlite:///shop.db"}).output["rows"] == [{"one": 1}]


def test_events_come_with_the_end(shop: Shop) -> None:
    told = act(shop, "emit", {"source": "shop", "type": "order.packed", "detail": {"a": 1}})
    assert [(it["source"], it["detail-type"], it["detail"]) for it in told.finished.effects] == [
        ("shop", "order.packed", {"a": 1})
    ]


def test_a_function_called_by_an_action(shop: Shop) -> None:
    assert act(shop, "lambda.invoke", {"function": "peek", "payload": None}).finished.failure is None
    assert act(shop, "lambda.invoke", {"function": "peek", "payload": "x"}).failure.type == "LookupError"
    assert act(shop, "lambda.invoke", {"function": "peak"}).failure.type == "NotFound"


def test_the_settings_are_gone_when_a_function_runs(shop: Shop) -> None:
    source = """
        import gc
        def handler(event, context):
            needle = "".join(reversed(event))
            return sum(1 for it in gc.get_objects() if isinstance(it, dict) and needle in map(str, it.values()))
    """
    act(shop, "pass", {}, mail={"host": "mail.example.org", "username": "u", "password": "hunter2hunter2"})
    assert shop.try_out(source, "2retnuh2retnuh").output == 0
