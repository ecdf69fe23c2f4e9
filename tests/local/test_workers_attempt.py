"""What an attempt gives back: outputs, errors, context. All on one pool: no test may hurt the next one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.shop import Shop

from murmuration.local.workers import wire


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop(tmp_path_factory.mktemp("shop"), environment={"ASKED": "for"}) as shop:
        yield shop


def test_the_output_is_what_the_function_returns(shop: Shop) -> None:
    told = shop.try_out(
        "def handler(event, context): return {'got': event, 'by': (1, 2.5, None, True, 'é')}", {"a": [1]}
    )
    assert told.output == {"got": {"a": [1]}, "by": [1, 2.5, None, True, "é"]}
    assert told.finished.seconds >= 0


@pytest.mark.parametrize(
    "source",
    [
        "def handler(event): return event",
        "def handler(event, context, more=1): return event",
        "def handler(*args): return args[0]",
        "async def handler(event, context):\n    import asyncio\n    await asyncio.sleep(0)\n    return event",
        "class H:\n    def __call__(self, event, context): return event\nhandler = H()",
    ],
)
def test_all_shapes_of_a_handler(shop: Shop, source: str) -> None:
    assert shop.try_out(source, 7).output == 7


def test_a_handler_without_arguments(shop: Shop) -> None:
    assert shop.try_out("def handler(): return 3").output == 3


def test_large_parameters_and_outputs_travel_by_file(shop: Shop) -> None:
    text = "x" * (wire.LARGEST * 3)
    told = shop.try_out("def handler(event, context): return event * 2", text)
    assert told.finished.file is not None
    assert told.output == text * 2
    spool = told.finished.file.parent
    assert list(spool.iterdir()) == [told.finished.file], "the parameters' file is gone, the output's is ours"
    told.finished.file.unlink()


BAD: list[tuple[str, str, str]] = [
    ("{'a': [1, float('nan')]}", "output.a[1]", "nan"),
    ("{'a': {'b c': float('-inf')}}", "output.a['b c']", "-inf"),
    ("[{1}]", "output[0]", "set"),
    ("{'x': b'raw'}", "output.x", "bytes"),
    ("{'x': {1: 2}}", "output.x", "not text"),
    ("[2 ** 64]", "output[0]", "64 bits"),
    ("{'x': object()}", "output.x", "builtins.object"),
    ("['\\ud800']", "output[0]", "surrogate"),
    ("(i for i in [1])", "output", "generator"),
]


@pytest.mark.parametrize(("value", "place", "why"), BAD)
def test_an_output_that_is_not_json_names_the_place(shop: Shop, value: str, place: str, why: str) -> None:
    failure = shop.try_out(f"def handler(event, context): return {value}").failure
    assert failure.type == "BadOutput"
    assert failure.message.startswith(f"{place} ")
    assert why in failure.message


def test_a_cycle_is_found(shop: Shop) -> None:
    failure = shop.try_out("def handler(event, context):\n    a = []\n    a.append({'a': a})\n    return a").failure
    assert (failure.type, failure.message) == ("BadOutput", "output[0].a contains itself")


def test_dates_and_their_like_become_text(shop: Shop) -> None:
    source = """
        import datetime, uuid, enum
        class Colour(enum.Enum):
            RED = "red"
        def handler(event, context):
            return [datetime.date(2026, 1, 2), uuid.UUID(int=1), Colour.RED, None]
    """
    assert shop.try_out(source).output == ["2026-01-02", "00000000-0000-0000-0000-000000000001", "red", None]


def test_an_exception_becomes_type_message_and_the_authors_frames(shop: Shop) -> None:
    source = """
        class ShopClosed(Exception):
            pass

        def inner():
            raise ShopClosed("come back tomorrow")

        def handler(event, context):
            inner()
    """
    failure = shop.try_out(source).failure
    assert (failure.type, failure.message) == ("ShopClosed", "come back tomorrow")
    assert "handler.py" in failure.traceback
    assert 'raise ShopClosed("come back tomorrow")' in failure.traceback
    assert "workers/attempt.py" not in failure.traceback


@pytest.mark.parametrize(
    ("raises", "type_", "says"),
    [
        ("import sys; sys.exit(3)", "SystemExit", "sys.exit(3)"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("raise type('Odd', (BaseException,), {})('odd')", "Odd", "odd"),
        ("raise TimeoutError('slow')", "TimeoutError", "slow"),
        ("raise type('Rude', (Exception,), {'__str__': lambda self: 1 / 0})()", "Rude", "cannot be read"),
        ("return handler(event, context)", "RecursionError", "without end"),
    ],
)
def test_whatever_is_raised_is_a_failure(shop: Shop, raises: str, type_: str, says: str) -> None:
    failure = shop.try_out(f"def handler(event, context): {raises}").failure
    assert failure.type == type_
    assert says in failure.message


@pytest.mark.parametrize(
    ("source", "type_", "says"),
    [
        ("def handler(event, context:\n    pass", "SyntaxError", "handler.py, line 1"),
        ("import no_such_library\ndef handler(event, context): pass", "ModuleNotFoundError", "no_such_library"),
        ("x = 1", "InvalidFunction", "has no function `handler`"),
        ("handler = 3", "InvalidFunction", "is a int"),
        ("\n\ndef handler(a, b, c): pass", "InvalidFunction", "handler.py:3: handler(a, b, c)"),
        ("raise RuntimeError('while loading')", "RuntimeError", "while loading"),
    ],
)
def test_a_function_that_cannot_be_loaded(shop: Shop, source: str, type_: str, says: str) -> None:
    failure = shop.try_out(source).failure
    assert failure.type == type_
    assert says in failure.message


def test_an_import_error_shows_the_line(shop: Shop) -> None:
    failure = shop.try_out("import json\nimport no_such_library\n").failure
    assert 'handler.py", line 2' in failure.traceback


def test_a_missing_function_is_told_with_its_neighbour(shop: Shop) -> None:
    shop.function("resize", "def handler(event, context): pass")
    failure = shop.run("resise").failure
    assert failure.type == "FunctionNotFound"
    assert 'Did you mean "resize"?' in failure.message


def test_the_context(shop: Shop) -> None:
    source = """
        def handler(event, context):
            return [context.run, context.pipeline, context.task, context.attempt, context.idempotency_key,
                    context.variables["colour"], context.secrets["token"],
                    context.deadline.isoformat(), context.remaining_ms()]
    """
    told = shop.try_out(
        source, pipeline="media/x@1", attempt=2, idempotency_key="k", variables={"colour": "red"},
        secrets={"token": "s3cr3t"}, deadline=1_000,
    )  # fmt: skip
    assert told.output == ["run-1", "media/x@1", "step", 2, "k", "red", "s3cr3t", "1970-01-01T00:00:01+00:00", 0]


def test_the_deadline_is_the_timeouts_or_the_runs(shop: Shop) -> None:
    source = "def handler(event, context): return context.remaining_ms()"
    assert shop.try_out(source).output is None
    assert 0 < shop.try_out(source, timeout_ms=600_000, deadline=4_000_000_000_000).output <= 600_000


def test_artifacts_travel_by_reference(shop: Shop) -> None:
    writer = shop.function(
        "writer", "def handler(event, context): return context.artifacts.write('out/a.bin', bytes([0, 255]))"
    )
    reader = shop.function(
        "reader",
        "def handler(event, context):\n"
        "    with context.artifacts.open(event) as file:\n"
        "        return [list(file.read()), context.artifacts.path(event).name]",
    )
    reference = shop.run(writer).output
    assert reference == {"bucket": "artifacts", "key": "run-1/step/1/out/a.bin", "size": 2}
    assert shop.run(reader, reference).output == [[0, 255], "a.bin"]


def test_buckets_are_read_and_written_as_artifacts_are(shop: Shop) -> None:
    (shop.workspace / "buckets/uploads/in").mkdir(exist_ok=True)
    (shop.workspace / "buckets/uploads/in/a.txt").write_text("hello")
    source = """
        def handler(event, context):
            data = context.artifacts.read(event)
            return context.artifacts.write("out/a.txt", data.upper(), bucket="uploads")
    """
    told = shop.try_out(source, {"bucket": {"name": "uploads"}, "object": {"key": "in/a.txt", "size": 5}})
    assert told.output == {"bucket": "uploads", "key": "out/a.txt", "size": 5}
    assert (shop.workspace / "buckets/uploads/out/a.txt").read_text() == "HELLO"


@pytest.mark.parametrize("key", ["../secrets", "/etc/passwd", "a//b", "a/../../b", ""])
def test_no_reference_leads_out_of_its_bucket(shop: Shop, key: str) -> None:
    source = "def handler(event, context): return context.artifacts.read(event).decode()"
    assert shop.try_out(source, {"bucket": "uploads", "key": key}).failure.type == "ValueError"


def test_events_that_were_emitted_come_with_the_end(shop: Shop) -> None:
    source = """
        def handler(event, context):
            context.emit({"source": "shop", "detail-type": "order.packed", "detail": {"order": event}})
            return "done"
    """
    told = shop.try_out(source, 7)
    assert told.output == "done"
    assert told.finished.effects == ({"detail": {"order": 7}, "source": "shop", "detail-type": "order.packed"},)
    assert shop.try_out(source + "    raise ValueError\n").finished.effects == ()


@pytest.mark.parametrize(
    "event",
    [
        {"source": "murmuration", "detail-type": "task.succeeded"},
        {"source": "aws.s3", "detail-type": "Object Created"},
        {"source": "shop"},
        {"source": "shop", "detail-type": "x", "detail": []},
        {"source": "shop", "detail-type": "x", "detial": {}},
    ],
)
def test_events_that_nobody_may_emit(shop: Shop, event: dict[str, Any]) -> None:
    assert shop.try_out("def handler(event, context): context.emit(event)", event).failure.type == "ValueError"


def test_progress(shop: Shop) -> None:
    source = """
        def handler(event, context):
            for part in range(1000):
                context.progress(part / 1000, "busy")
            context.progress(2, "over")
    """
    progress = shop.try_out(source).progress
    assert (progress[0].fraction, progress[0].message) == (0.0, "busy")
    assert (progress[-1].fraction, progress[-1].message) == (1.0, "over")
    assert len(progress) < 900, "what follows quickly is left out"


def test_the_environment_holds_what_was_allowed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "server-secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "server-secret")
    source = """
        import os, pathlib
        def handler(event, context):
            return [dict(os.environ), pathlib.Path("/proc/self/environ").read_text() if event else ""]
    """
    with Shop(tmp_path, environment={"ASKED": "for"}) as shop:
        visible, raw = shop.try_out(source, Path("/proc/self/environ").exists(), secrets={"token": "t0k3n"}).output
    assert visible["ASKED"] == "for"
    assert visible["PATH"]
    assert "server-secret" not in json.dumps([visible, raw])
    assert "t0k3n" not in raw


def test_the_function_holds_no_descriptor_of_the_engine(shop: Shop, tmp_path: Path) -> None:
    source = """
        import os
        def handler(event, context):
            return [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if int(fd) > 2
                    and os.path.exists(f"/proc/self/fd/{fd}")]
    """
    if not Path("/proc/self/fd").exists():
        source = "def handler(event, context): return []"
    with (tmp_path / "ledger.db").open("w"):
        held = shop.try_out(source).output
    assert not [name for name in held if "ledger.db" in name]


def test_what_a_job_does_to_its_process_does_not_reach_the_next_one(shop: Shop) -> None:
    spoils = """
        import os, sys, logging, signal
        def handler(event, context):
            os.chdir("/")
            os.environ["LEFT"] = "behind"
            os.environ.pop("PATH")
            sys.stdout = None
            sys.stderr.close()
            os.close(1)
            os.close(2)
            logging.disable(logging.CRITICAL)
            logging.getLogger().handlers.clear()
            signal.alarm(3)
    """
    looks = """
        import os, sys, logging
        def handler(event, context):
            print("out"); print("err", file=sys.stderr); logging.getLogger().info("log"); os.write(1, b"raw")
            return [os.getcwd(), os.environ.get("LEFT"), "PATH" in os.environ]
    """
    spoiler, looker = shop.function("spoils", spoils), shop.function("looks", looks)
    for _ in range(4):
        assert shop.run(spoiler).output is None
        told = shop.run(looker)
        assert told.output == [str(shop.workspace), None, True]
        assert (told.text(), told.text("stderr"), told.text("log")) == ("out\nraw", "err\n", "log")
