"""The engine is gone from one moment to the next: no job that it had handed out begins any more. The next engine hands it out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HANDLER = """
import pathlib, time

def handler(event, context):
    with (pathlib.Path(__file__).parents[2] / "journal").open("a") as journal:
        journal.write(f"{event}\\\\n")
    time.sleep(0.05)
"""
ENGINE = """
import os, signal, sys, time
from pathlib import Path
from murmuration.local.workers import Job, JobContext, Pool

here, how, size = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
preload = ["slow_to_load"] if how == "young" else []
pool = Pool(here, size=size, largest=size, preload=preload, environment={"PYTHONPATH": str(here)})
pool.start()
if how == "at rest":
    while len(pool.processes()) <= size:
        pool.collect()
    for process in pool.processes():  # nobody does anything before the engine is gone
        os.kill(process, signal.SIGSTOP)
(here / "processes").write_text(" ".join(map(str, pool.processes())))
for number in range(20):
    pool.submit(Job(number, "work", number, JobContext("r", "t")))
os.kill(os.getpid(), signal.SIGKILL)
"""


def engine(here: Path, how: str, size: int) -> list[int]:
    """One that has died by now. The process ids of its nursery and of the workers that it knew of."""
    (here / "functions" / "work").mkdir(parents=True)
    (here / "functions" / "work" / "handler.py").write_text(HANDLER.replace("\\\\n", "\\n"))
    (here / "slow_to_load.py").write_text("import time\ntime.sleep(0.5)\n")
    died = subprocess.run([sys.executable, "-c", ENGINE, str(here), how, str(size)], check=False)
    assert died.returncode == -signal.SIGKILL
    return [int(process) for process in (here / "processes").read_text().split()]


def begun(here: Path) -> int:
    journal = here / "journal"
    return len(journal.read_text().splitlines()) if journal.exists() else 0


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    # Nobody here waits for it, so it may stay as a zombie.
    return Path(f"/proc/{process}/stat").exists() and ") Z " in Path(f"/proc/{process}/stat").read_text()


def test_workers_begin_nothing_once_the_engine_is_gone(tmp_path: Path) -> None:
    nursery, *workers = engine(tmp_path, "at rest", 2)
    for worker in workers:
        os.kill(worker, signal.SIGCONT)
    wait_for(lambda: all(map(is_gone, workers)))
    os.kill(nursery, signal.SIGCONT)
    wait_for(lambda: is_gone(nursery))
    assert begun(tmp_path) == 0


def test_a_nursery_that_was_slow_to_start_forks_nobody_for_an_engine_that_is_gone(tmp_path: Path) -> None:
    [nursery] = engine(tmp_path, "young", 30)
    wait_for(lambda: is_gone(nursery))
    assert begun(tmp_path) == 0
