"""Attempts that take too long, too much, or their worker with them. Each ends clearly, and the next job runs."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.shop import Shop

from murmuration.local.workers import Finished, host
from murmuration.local.workers.death import died

LINUX = sys.platform == "linux"
FOREVER = "import time\nwhile True: time.sleep(1)\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop(tmp_path_factory.mktemp("shop")) as shop:
        shop.function("echo", "def handler(event, context): return event")
        yield shop


def exists(process: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


@pytest.mark.parametrize(
    "loop",
    [
        "while True: pass",
        "import time; time.sleep(1000)",
        "while True:\n        try: 1 / 0\n        except BaseException: pass",
    ],
)
def test_a_timeout_ends_any_loop(shop: Shop, loop: str) -> None:
    told = shop.try_out(f"def handler(event, context):\n    print('began')\n    {loop}", timeout_ms=150)
    assert told.failure.type == "Timeout"
    assert "0.15 s" in told.failure.message
    assert told.text() == "began\n"
    assert told.finished.seconds >= 0.15
    assert shop.run("echo", 1).output == 1


CHILDREN = {
    "plain": "subprocess.Popen(['sleep', '1000']).pid",
    "of its own session": "subprocess.Popen(['sleep', '1000'], start_new_session=True).pid",
    "grandchild of its own session": (
        'int(subprocess.run([sys.executable, \'-c\', \'import subprocess; print(subprocess.Popen(["sleep", "1000"], '
        "start_new_session=True, stdout=-3, stderr=-3).pid)'], capture_output=True).stdout)"
    ),
}


@pytest.mark.parametrize("child", CHILDREN)
@pytest.mark.parametrize("ending", ["time.sleep(1000)", "return 1", "os._exit(1)"])
def test_what_a_function_started_ends_with_it(shop: Shop, tmp_path: Path, child: str, ending: str) -> None:
    if not LINUX and child != "plain":
        assert any("session of their own" in told for told in host.shortcomings())
        return
    note = tmp_path / "pid"
    source = f"""
        import os, pathlib, subprocess, sys, time
        def handler(event, context):
            pathlib.Path(event).write_text(str({CHILDREN[child]}))
            {ending}
    """
    job = shop.submit(shop.function(f"starts{len(shop.heard)}", source), str(note))
    shop.until(lambda: note.exists() and note.read_text())
    shop.pool.cancel(job)
    shop.told(job)
    process = int(note.read_text())
    shop.until(lambda: not exists(process))
    assert shop.run("echo", 1).output == 1


@pytest.mark.parametrize(
    ("death", "says"),
    [
        ("os._exit(0)", "exit code 0"),
        ("os._exit(3)", "exit code 3"),
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("os.abort()", "SIGABRT"),
        ("os.closerange(0, 65536)", "file descriptors"),
        ("os.kill(os.getpid(), 15)", "SIGTERM"),
    ],
)
def test_a_function_that_ends_its_worker(shop: Shop, death: str, says: str) -> None:
    failure = shop.try_out(f"import os\ndef handler(event, context): {death}").failure
    assert failure.type == "WorkerDied"
    assert says in failure.message
    assert shop.run("echo", 1).output == 1


def test_a_crash_in_c_code_leaves_its_python_stack(shop: Shop) -> None:
    told = shop.try_out("import ctypes\ndef handler(event, context): ctypes.string_at(0)")
    assert "Segmentation fault" in told.text("stderr")
    assert "handler.py" in told.text("stderr")


def test_garbage_in_every_descriptor_hurts_nobody(shop: Shop) -> None:
    source = """
        import os, contextlib
        def handler(event, context):
            for fd in range(3, 1100):
                for junk in (b"", b"x", b"garbage" * 40):
                    with contextlib.suppress(OSError):
                        os.set_blocking(fd, False)
                        os.write(fd, junk)
            return "still here"
    """
    shop.try_out(source)  # whatever it comes to
    assert [shop.run("echo", number).output for number in range(20)] == list(range(20))


@pytest.mark.skipif(not LINUX, reason="memory is limited on Linux only, and shortcomings() says so")
def test_memory_beyond_the_limit_is_out_of_memory(shop: Shop) -> None:
    failure = shop.try_out(
        "def handler(event, context): return len(bytearray(event))", 600 << 20, memory_mb=256
    ).failure
    assert failure.type == "OutOfMemory"
    assert "256 MB" in failure.message
    assert (
        shop.try_out("def handler(event, context): return len(bytearray(100 << 20))", memory_mb=256).output == 100 << 20
    )


@pytest.mark.skipif(not LINUX, reason="memory is limited on Linux only, and shortcomings() says so")
def test_the_memory_of_children_counts(shop: Shop) -> None:
    hog = "import time; kept = bytearray(150 << 20); time.sleep(1000)"
    source = f"""
        import subprocess, sys
        def handler(event, context):
            hogs = [subprocess.Popen([sys.executable, "-c", {hog!r}]) for _ in range(2)]
            hogs[0].wait()
    """
    failure = shop.try_out(source, memory_mb=128).failure
    assert failure.type == "OutOfMemory"
    assert "its processes" in failure.message


def test_cpu_time_beyond_the_limit(shop: Shop) -> None:
    failure = shop.try_out("def handler(event, context):\n    while True: pass", cpu_seconds=1).failure
    assert failure.type == "CpuTimeExceeded"
    assert shop.run("echo", 1).output == 1


def test_long_jobs_tell_how_much_memory_they_held(shop: Shop) -> None:
    source = "import time\ndef handler(event, context):\n    kept = bytearray(event)\n    time.sleep(0.02)"
    peak = shop.try_out(source, 80 << 20).finished.peak_mb
    assert peak is not None
    assert peak > 80


def test_a_child_that_comes_back_out_of_the_function_says_nothing(shop: Shop) -> None:
    source = """
        import os
        def handler(event, context):
            child = os.fork()
            if child:
                os.waitpid(child, 0)
                return "parent"
            return "child"
    """
    assert shop.try_out(source).output == "parent"


def test_cancel_ends_a_running_job(shop: Shop) -> None:
    job = shop.submit(
        shop.function(
            "forever",
            f"def handler(event, context):\n    print('began')\n    {FOREVER.replace(chr(10), chr(10) + '    ')}",
        )
    )
    shop.until(lambda: any(getattr(it, "text", "") and it.job_id == job for it in shop.heard))
    shop.pool.cancel(job)
    assert shop.told(job).failure.type == "Cancelled"
    shop.pool.cancel(job)
    assert shop.run("echo", 1).output == 1


def test_a_timeout_kills_nobody_else(shop: Shop) -> None:
    """Jobs that end just when their time is over: whoever follows on the same worker is never killed in their place."""
    shop.function("brink", "import time\ndef handler(event, context): time.sleep(0.02)")
    jobs = []
    for _ in range(25):
        jobs += [shop.submit("brink", timeout_ms=20), shop.submit("echo", 5)]
    for at, job in enumerate(jobs):
        told = shop.told(job)
        if at % 2:
            assert told.output == 5
        else:
            assert told.finished.failure is None or told.failure.type == "Timeout"


def test_every_way_to_die_is_told_in_words() -> None:
    for status in list(range(1, 65)) + [code << 8 for code in range(256)]:
        failure = died(status, 2048, 256)
        assert failure.message.endswith((".", ")"))
        assert "Traceback" not in failure.message
    assert died(signal.SIGKILL, 300 * 1024, 256).message.count("300 MB") == 1


def test_the_engine_hears_that_a_worker_was_killed_from_outside(shop: Shop) -> None:
    job = shop.submit(
        shop.function(
            "pid", "import os, time\ndef handler(event, context):\n    print(os.getpid())\n    time.sleep(1000)"
        )
    )
    shop.until(lambda: any(getattr(it, "text", "") and it.job_id == job for it in shop.heard))
    process = next(int(it.text) for it in shop.heard if it.job_id == job and not isinstance(it, Finished))  # type: ignore[union-attr]
    os.kill(process, signal.SIGKILL)
    assert "SIGKILL" in shop.told(job).failure.message
