"""The pool as a whole: order, growth and rest, deaths of those who look after it, and the promise of one Finished per job."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from support.shop import PATIENCE, Shop

from murmuration.local.workers import Finished, Job, JobContext, Pool, growth, wire

ECHO = "def handler(event, context): return event"


def waits_for(shop: Shop, name: str) -> str:
    return shop.function(
        name,
        "import os, time\ndef handler(event, context):\n    while not os.path.exists(event): time.sleep(0.002)\n    return 1",
    )


def test_every_job_finishes_once_also_when_far_more_are_submitted_than_fit_in_the_queue(tmp_path: Path) -> None:
    with Shop(tmp_path) as shop:
        shop.function("echo", ECHO)
        jobs = [shop.submit("echo", ["x" * 2_000, number]) for number in range(6_000)]
        assert len(shop.pool) > 0
        shop.until(lambda: len(shop.pool) == 0)
        finished = [it for it in shop.heard if isinstance(it, Finished)]
        assert Counter(it.job_id for it in finished) == Counter(jobs)
        assert all(it.output == ["x" * 2_000, jobs.index(it.job_id)] for it in finished[:50])


def test_a_slow_job_holds_up_no_quick_one(tmp_path: Path) -> None:
    with Shop(tmp_path, size=2, largest=2) as shop:
        shop.function("echo", ECHO)
        slow = shop.submit(waits_for(shop, "slow"), str(tmp_path / "go"))
        quick = [shop.submit("echo", number) for number in range(500)]
        shop.until(lambda: len(shop.pool) == 1)
        assert all(shop.finished(job) for job in quick)
        assert shop.finished(slow) is None
        (tmp_path / "go").touch()
        assert shop.told(slow).output == 1


def test_it_grows_while_all_wait_for_something_and_shrinks_when_they_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "REST_S", 0.1)
    with Shop(tmp_path, size=1, largest=9) as shop:
        shop.function("echo", ECHO)
        slow = [shop.submit(waits_for(shop, "slow"), str(tmp_path / "go")) for _ in range(12)]
        shop.until(lambda: shop.pool.workers == 9)
        assert not any(shop.finished(job) for job in slow), "they all wait for the file"
        (tmp_path / "go").touch()
        assert all(shop.told(job).output == 1 for job in slow)
        shop.until(lambda: shop.pool.workers == 1)
        assert shop.run("echo", 1).output == 1


@pytest.mark.parametrize(
    ("workers", "largest", "waiting", "youngest_ms", "more"),
    [(2, 32, 10, 5, 2), (4, 32, 1, 5, 1), (2, 32, 10, 1, 0), (2, 32, 0, 9, 0), (30, 32, 99, 9, 2), (32, 32, 9, 9, 0)],
)
def test_how_many_more(workers: int, largest: int, waiting: int, youngest_ms: int, more: int) -> None:
    assert growth.more(workers, largest, waiting, youngest_ms * 1_000_000) == more


def test_surplus_goes_after_a_while_of_not_being_needed() -> None:
    rest = growth.Rest(2)
    assert rest.surplus(2, 2, 0.0) == 0
    assert rest.due is None
    assert rest.surplus(8, 8, 1.0) == 0
    assert rest.surplus(8, 5, 1.0 + growth.REST_S) == 0, "eight were needed in this window"
    assert rest.surplus(8, 5, 20.0) == 0
    assert rest.surplus(8, 1, 20.0 + growth.REST_S) == 3, "five were"


def test_the_nursery_is_killed(tmp_path: Path) -> None:
    with Shop(tmp_path, size=1, largest=1) as shop:
        shop.function("echo", ECHO)
        running = shop.submit(waits_for(shop, "slow"), str(tmp_path / "never"))
        shop.until(lambda: shop.pool._staff.slots.running(0) is not None)
        waiting = [shop.submit("echo", number) for number in range(20)]
        os.kill(shop.pool.processes()[0], signal.SIGKILL)
        assert shop.told(running).failure.type == "WorkerDied"
        assert [shop.told(job).output for job in waiting] == list(range(20))


def test_a_job_that_a_dying_worker_took_along_unbegun_is_run_after_all(tmp_path: Path) -> None:
    """The worker is stopped while it waits, is given a job by the kernel, and dies before it can begin."""
    with Shop(tmp_path, size=1, largest=1) as shop:
        shop.function("echo", ECHO)
        assert shop.run("echo", 1).output == 1
        job = Job(1_000, "echo", 2, JobContext("r", "t"))
        shop.pool._open[job.id] = job  # as if the kernel had given it to the worker already
        os.kill(shop.pool.processes()[1], signal.SIGKILL)
        assert shop.told(job.id).output == 2


def test_workers_are_killed_at_random_and_every_job_still_finishes_once(tmp_path: Path) -> None:
    with Shop(tmp_path, size=2, largest=4) as shop:
        shop.function("echo", ECHO)
        jobs = [shop.submit("echo", number) for number in range(1_500)]
        for turn in range(25):
            shop.step()
            workers = shop.pool.processes()[1:]
            if workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(workers[turn % len(workers)], signal.SIGKILL)
        shop.until(lambda: len(shop.pool) == 0)
        ended = Counter(it.job_id for it in shop.heard if isinstance(it, Finished))
        assert ended == Counter(jobs)
        failures = {it.failure.type for it in shop.heard if isinstance(it, Finished) and it.failure}
        assert failures <= {"WorkerDied"}


def test_a_cancelled_job_that_waits_never_runs(tmp_path: Path) -> None:
    with Shop(tmp_path, size=1, largest=1) as shop:
        marker = tmp_path / "ran"
        shop.function("marks", f"def handler(event, context): open({str(marker)!r}, 'w').close()")
        large = "x" * (wire.LARGEST - 1_000)
        slow = shop.submit(waits_for(shop, "slow"), str(tmp_path / "go"))
        shop.function("echo", "def handler(event, context): return 1")
        filling = []
        while not shop.pool._backlog:
            filling.append(shop.submit("echo", large))
        last = shop.submit("marks")
        shop.pool.cancel(last)
        assert shop.told(last).failure.type == "Cancelled"
        (tmp_path / "go").touch()
        assert shop.told(slow).output == 1
        shop.until(lambda: len(shop.pool) == 0)
        assert not marker.exists()


def test_a_function_that_breaks_what_all_workers_share_costs_a_restart(tmp_path: Path) -> None:
    source = """
        import os, socket, stat
        def handler(event, context):
            for fd in range(3, 1100):
                try:
                    socket.socket(fileno=os.dup(fd)).shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
    """
    with Shop(tmp_path) as shop:
        shop.function("echo", ECHO)
        shop.function("breaks", source)
        assert shop.run("breaks").failure.type == "WorkerDied"
        assert shop.run("echo", 1).output == 1


def alive(process: int) -> bool:
    """A zombie is dead; it only waits for whoever adopts the orphans here."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize("ending", ["close", "kill -9"])
def test_nobody_outlives_the_engine(tmp_path: Path, ending: str) -> None:
    (tmp_path / "functions" / "slow").mkdir(parents=True)
    (tmp_path / "functions/slow/handler.py").write_text(
        "import subprocess, time\n"
        "def handler(event, context):\n"
        "    print(subprocess.Popen(['sleep', '1000'], start_new_session=True).pid)\n"
        "    time.sleep(1000)\n"
    )
    engine = """
import sys, select, os
from pathlib import Path
from murmuration.local.workers import Job, JobContext, Pool
pool = Pool(Path(sys.argv[1]))
pool.start()
pool.submit(Job(1, "slow", None, JobContext("r", "t")))
child = None
while child is None or len(pool.processes()) < 3:
    select.select([pool.fileno()], [], [], 1)
    for said in pool.collect():
        child = int(said.text)
    pool.tick()
print(child, *pool.processes(), flush=True)
sys.stdin.readline()
pool.close()
"""
    running = subprocess.Popen(
        [sys.executable, "-c", engine, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with running:
        assert running.stdout is not None
        processes = [int(word) for word in running.stdout.readline().split()]
        assert len(processes) == 4
        assert all(map(alive, processes))
        if ending == "close":
            running.communicate("\n")
            assert not any(map(alive, processes)), "close waits until they are gone"
        else:
            running.kill()
            ends = time.monotonic() + PATIENCE
            while any(map(alive, processes)):
                assert time.monotonic() < ends
                time.sleep(0.01)


def test_interrupting_the_terminal_does_not_reach_the_workers(tmp_path: Path) -> None:
    with Shop(tmp_path) as shop:
        shop.function("echo", ECHO)
        shop.run("echo")
        shop.until(lambda: len(shop.pool.processes()) == 3)
        mine = os.getpgid(0)
        assert all(os.getpgid(process) != mine for process in shop.pool.processes())
        shop.until(lambda: len({os.getsid(process) for process in shop.pool.processes()}) == 3)


def test_closing_leaves_no_file_and_no_descriptor(tmp_path: Path) -> None:
    folder = Path("/proc/self/fd")
    before = len(list(folder.iterdir())) if folder.exists() else 0
    for _ in range(2):
        with Shop(tmp_path / "shop") as shop:
            shop.function("echo", ECHO)
            shop.run("echo", "x" * 100_000)
            spool = shop.pool._places.spool
        assert not spool.exists()
    assert (len(list(folder.iterdir())) if folder.exists() else 0) <= before


def test_nothing_to_do_means_nothing_to_wait_for(tmp_path: Path) -> None:
    with Shop(tmp_path) as shop:
        shop.function("echo", ECHO)
        shop.run("echo", 1)
        shop.until(lambda: shop.pool.next_deadline() is None)


def test_actions_are_run_by_the_module_that_was_named(tmp_path: Path) -> None:
    (tmp_path / "my_actions.py").write_text(
        "from murmuration.local.workers.attempt import Until\n"
        "def run(name, parameters, context, surroundings):\n"
        "    if name == 'wait': return Until(parameters)\n"
        "    return [name, parameters, context.task, surroundings.settings, surroundings.invoke('echo', 5, context)]\n"
    )
    from murmuration.local.workers import Kind

    with Shop(tmp_path, actions="my_actions", environment={"PYTHONPATH": str(tmp_path)}) as shop:
        shop.function("echo", ECHO)
        told = shop.run("pass", {"a": 1}, kind=Kind.ACTION, settings={"mail": "server"})
        assert told.output == ["pass", {"a": 1}, "step", {"mail": "server"}, 5]
        assert shop.run("wait", 12_345, kind=Kind.ACTION).finished.waits_until_ms == 12_345


def test_a_pool_has_at_least_one_worker(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        Pool(tmp_path, size=0)


def test_what_a_killed_engine_left_in_the_spool_is_cleared(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "old.json").write_text("{}")
    with Shop(tmp_path / "shop", spool=spool) as shop:
        shop.function("echo", ECHO)
        assert shop.run("echo", 1).output == 1
        assert list(spool.iterdir()) == []
        spool.rmdir()
        assert shop.run("echo", "x" * wire.LARGEST).failure.type == "InputLost"
        assert shop.run("echo", 2).output == 2


def test_idle_workers_that_are_killed_are_replaced_without_a_word(tmp_path: Path) -> None:
    with Shop(tmp_path, size=1, largest=1) as shop:
        shop.function("echo", ECHO)
        nursery = shop.pool.processes()[0]
        for number in range(8):
            assert shop.run("echo", number).output == number
            shop.until(lambda: len(shop.pool.processes()) == 2)
            os.kill(shop.pool.processes()[1], signal.SIGKILL)
        assert shop.run("echo", 9).output == 9
        assert shop.pool.processes()[0] == nursery
