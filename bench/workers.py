"""The workers: how many jobs go through them, what that costs the engine, how long one takes, what they hold.

`run` yields a line per figure. As multiples, they are of a bare echo: two forked processes that send back what they receive over the
same kind of socket, without JSON, functions or limits.
"""

from __future__ import annotations

import os
import select
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from murmuration.local.workers import Finished, Job, JobContext, Pool, wire

TITLE = "workers: jobs through processes"
_JOBS = 40_000
_TRIPS = 2_000
_OPEN = 1_500
_REPEATS = 3
_NO_OP = "def handler(event, context):\n    return event\n"
_WAITS = "import time\ndef handler(event, context):\n    time.sleep(0.02)\n"


def run() -> Iterator[tuple[str, str]]:
    echo, trip = _bare()
    with tempfile.TemporaryDirectory() as folder:
        for name, source in (("noop", _NO_OP), ("waits", _WAITS)):
            place = Path(folder, "functions", name)
            place.mkdir(parents=True)
            (place / "handler.py").write_text(source)
        begun = time.perf_counter()
        with Pool(Path(folder)) as pool:
            _through(pool, "noop", 1)
            yield "from nothing to the first result", f"{(time.perf_counter() - begun) * 1_000:.0f} ms"
            held = sum(map(_held_kb, pool.processes())) / 1024
            yield "nursery and two workers at rest", f"{held:.0f} MB (proportional)"
            seconds, cost = min(_through(pool, "noop", _JOBS) for _ in range(_REPEATS))
            yield (
                "no-op jobs through two workers",
                f"{_JOBS / seconds:,.0f} jobs/s, {_JOBS / seconds / echo:.2f}x the bare echo; {cost / _JOBS * 1e6:.1f} us a job in the engine",
            )
            single = min(_through(pool, "noop", 1, _TRIPS)[0] for _ in range(_REPEATS)) / _TRIPS
            yield "one job at a time, there and back", f"{single * 1e6:.0f} us, {single / trip:.1f}x the bare echo"
            seconds, _ = _through(pool, "waits", 400)
            yield "400 jobs that wait 20 ms each", f"{seconds:.2f} s with {pool.workers} workers at the end"


def _through(pool: Pool, function: str, count: int, times: int = 1) -> tuple[float, float]:
    """Seconds for all of it, and the engine's processor time."""
    context = JobContext("run-1", "task", "bench/workers@1", idempotency_key="0123456789abcdef")
    begun, used = time.perf_counter(), time.process_time()
    for round_ in range(times):
        sent = done = 0
        while done < count:
            while sent < count and sent - done < _OPEN:
                sent += 1
                pool.submit(Job(round_ * count + sent, function, {"a": 1}, context))
            select.select([pool.fileno()], [], [], 0.005)
            for report in pool.collect():
                if isinstance(report, Finished):
                    assert report.failure is None, report.failure
                    done += 1
            pool.tick()
    return time.perf_counter() - begun, time.process_time() - used


def _bare() -> tuple[float, float]:
    """Messages per second, and seconds for one alone, of two processes that send back what they get."""
    asks, asked = wire.channel()
    answers, answered = wire.channel()
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            asks.close()
            answers.close()
            while message := asked.recv(wire.RECEIVE):
                answered.send(message)
            os._exit(0)
        children.append(child)
    asked.close()
    answered.close()
    message = bytes(200)
    rate = _JOBS / min(_timed(lambda: _pumped(asks, answers, message)) for _ in range(_REPEATS))

    def trips() -> None:
        for _ in range(_TRIPS):
            asks.send(message)
            answers.recv(wire.RECEIVE)

    trip = min(_timed(trips) for _ in range(_REPEATS)) / _TRIPS
    asks.close()
    for child in children:
        os.waitpid(child, 0)
    answers.close()
    return rate, trip


def _pumped(asks: socket.socket, answers: socket.socket, message: bytes) -> None:
    sent = done = 0
    while done < _JOBS:
        while sent < _JOBS and sent - done < _OPEN // 2:
            asks.send(message)
            sent += 1
        answers.recv(wire.RECEIVE)
        done += 1


def _timed(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _held_kb(process: int) -> int:
    from murmuration.local.workers import host

    return host.held_kb(process) or 0


if __name__ == "__main__":
    for what, told in run():
        print(f"{what:40} {told}")
