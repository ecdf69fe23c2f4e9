"""What attempts print: caught at every level, told while it runs, given to the right attempt, and limited."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.shop import Shop

from murmuration.local.workers import Printed, Report
from murmuration.local.workers.output import Allowance, Ears
from murmuration.local.workers.slots import Slots


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop(tmp_path_factory.mktemp("shop"), output_limit=20_000) as shop:
        yield shop


def test_python_c_code_children_and_logging_are_all_heard_in_their_order(shop: Shop) -> None:
    source = """
        import ctypes, os, subprocess, logging
        def handler(event, context):
            print("python")
            subprocess.run(["echo", "child"])
            ctypes.CDLL(None).puts(b"c code")
            context.logger.info("logged %d", 1)
            os.write(1, b"descriptor, without an end of line")
    """
    told = shop.try_out(source)
    assert told.text() == "python\nchild\nc code\ndescriptor, without an end of line"
    said = [(printed.stream, printed.text) for printed in told.printed]
    assert said.index(("log", "logged 1")) > said.index(next(it for it in said if "c code" in it[1]))


def test_levels_of_logging(shop: Shop) -> None:
    source = """
        import logging
        def handler(event, context):
            logging.getLogger("lib").warning("careful")
            context.logger.debug("not shown")
            try:
                1 / 0
            except ZeroDivisionError:
                context.logger.exception("oh")
            context.logger.error("%d", "not a number")
    """
    logs = [printed for printed in shop.try_out(source).printed if printed.stream == "log"]
    assert [printed.level for printed in logs] == ["WARNING", "ERROR", "ERROR"]
    assert "ZeroDivisionError" in logs[1].text
    assert "could not be formatted" in logs[2].text


@pytest.mark.parametrize("says", ["print('now', flush=True)", "context.logger.info('now')", "os.system('echo now')"])
def test_it_is_told_while_the_attempt_runs(shop: Shop, tmp_path: Path, says: str) -> None:
    go = tmp_path / "go"
    source = f"""
        import os, time
        def handler(event, context):
            {says}
            while not os.path.exists(event): time.sleep(0.005)
    """
    job = shop.submit(shop.function(f"live{len(shop.heard)}", source), str(go))
    shop.until(lambda: any(isinstance(it, Printed) and it.job_id == job and "now" in it.text for it in shop.heard))
    assert shop.finished(job) is None
    go.touch()
    assert shop.told(job).finished.failure is None


def test_attempts_that_follow_each_other_never_share_a_line(shop: Shop) -> None:
    shop.function(
        "speaks",
        "import sys, os\n"
        "def handler(event, context):\n"
        "    for _ in range(event % 5):\n"
        "        print(f'<{event}>'); print(f'[{event}]', file=sys.stderr); os.write(1, b'raw%d' % event)\n",
    )
    jobs = {shop.submit("speaks", number): number for number in range(400)}
    for job, number in jobs.items():
        told = shop.told(job)
        assert told.text() == (f"<{number}>\nraw{number}") * (number % 5)
        assert told.text("stderr") == f"[{number}]\n" * (number % 5)


def test_too_much_is_cut_and_counted(shop: Shop) -> None:
    source = """
        def handler(event, context):
            for number in range(100_000):
                print("0123456789")
            print("the end")
            return "done"
    """
    told = shop.try_out(source)
    assert told.output == "done"
    assert len(told.text()) == 20_000
    assert told.printed[-1].text == "... 1,080,008 bytes more were left out: one attempt may print 20,000."


def test_logging_counts_as_well(shop: Shop) -> None:
    source = """
        def handler(event, context):
            for number in range(20_000):
                context.logger.info("x" * 100)
    """
    told = shop.try_out(source)
    assert sum(len(printed.text) for printed in told.printed[:-1]) == 20_000
    assert "bytes more were left out" in told.printed[-1].text


def test_who_prints_without_end_is_ended_by_the_timeout_and_holds_up_nobody(shop: Shop) -> None:
    shop.function("echo", "def handler(event, context): return event")
    flood = shop.submit(
        shop.function("flood", "import os\ndef handler(event, context): os.system('yes')"), timeout_ms=700
    )
    assert [shop.run("echo", number).output for number in range(50)] == list(range(50))
    told = shop.told(flood)
    assert told.failure.type == "Timeout"
    assert len(told.text()) == 20_000


def test_text_that_is_no_text(shop: Shop) -> None:
    told = shop.try_out("import os\ndef handler(event, context): os.write(1, bytes([0xff, 0x41])); print('\\udc80')")
    assert told.text() == "\ufffdA\\udc80\n"


def test_what_a_leftover_child_prints_reaches_no_later_attempt(shop: Shop) -> None:
    shop.function("quiet", "def handler(event, context): return None")
    shop.try_out("import subprocess\ndef handler(event, context): subprocess.Popen(['yes', 'left over'])")
    for _ in range(30):
        assert shop.run("quiet").printed == []


@pytest.mark.parametrize("letter", ["a", "é", "€", "😀"])
def test_a_line_without_end_is_cut_between_characters(letter: str) -> None:
    slots = Slots.create(1)
    (out, out_write), (err, err_write) = os.pipe(), os.pipe()
    ears, told = Ears(slots, 0, out, err), list[Report]()
    with os.fdopen(out_write, "wb", buffering=0) as pipe:
        for ahead in range(len(letter.encode())):
            text = b"x" * ahead + letter.encode() * 32_800
            for part, whole in ((text[:30_000], None), (text[30_000:70_001], False), (text[70_001:], True)):
                pipe.write(part)
                ears.listen(ears.out)
                if whole is not None:
                    ears.tell(ears.out, 1, Allowance(1 << 20), ears.out.read, told, whole=whole)
            assert "".join(one.text for one in told if isinstance(one, Printed)) == "x" * ahead + letter * 32_800
            told.clear()
    os.close(err_write)
    ears.close()
    slots.close()
