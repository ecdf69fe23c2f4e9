"""The pool, as the engine's loop uses it: submit, wait until `fileno()` is readable, collect, tick.

Nothing here blocks and nothing runs in another thread. The kernel's queue holds the jobs that nobody has taken; the slots say
who works on what. `tick` looks after time, memory and the number of workers (`watch.py`).
"""

from __future__ import annotations

import contextlib
import functools
import os
import selectors
import shutil
import sys
import tempfile
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from murmuration.functions.failure import Failure
from murmuration.local.workers import death, wire
from murmuration.local.workers.books import Books
from murmuration.local.workers.environment import allowed
from murmuration.local.workers.job import Finished, Job, Report
from murmuration.local.workers.output import Pipe
from murmuration.local.workers.staff import Places, Staff, Worker
from murmuration.local.workers.watch import Watch
from murmuration.local.workers.worker import RETIRED, SEVERED

if TYPE_CHECKING:
    from collections.abc import Callable

OUTPUT_LIMIT: Final = 256 * 1024
"""What one attempt may print, in bytes; of the rest only the amount is told."""

ACTIONS: Final = "murmuration.local.actions"
_MOST_AT_ONCE: Final = 2_000
_READ: Final = selectors.EVENT_READ
_CALL: Final = wire.CALL.pack
_JOB, _JOB_OF_MANY = int(wire.Call.JOB), int(wire.Call.JOB_OF_MANY)
_OUTPUT, _PONG = int(wire.Say.OUTPUT), int(wire.Say.PONG)


class Pool:
    def __init__(
        self,
        workspace: Path,
        *,
        size: int = 2,
        largest: int = 32,
        environment: Mapping[str, str] | None = None,
        artifacts: Path | None = None,
        buckets: Path | None = None,
        spool: Path | None = None,
        preload: Sequence[str] | None = None,
        actions: str = ACTIONS,
        output_limit: int = OUTPUT_LIMIT,
    ) -> None:
        """`environment` is what functions see beside the allow-list; `preload` names modules that all workers share, by
        default what does the actions (and so pydantic and the SDK);
        `actions` is the module in whose `run(name, parameters, context, surroundings)` built-in actions are done.

        Where no place is given, large values wait in a temporary folder, artifacts go to `artifacts/` in the workspace,
        and buckets are the folders in `buckets/`.
        """
        assert 0 < size <= largest
        self._own_spool = spool is None
        self._places = Places(
            workspace=workspace.absolute(),
            spool=(spool or Path(tempfile.mkdtemp(prefix="murmuration-"))).absolute(),
            artifacts=(artifacts or workspace / "artifacts").absolute(),
            buckets=(buckets or workspace / "buckets").absolute(),
            actions=actions,
        )
        self._size = size
        self._largest = largest
        self._environment = allowed(os.environ, environment or {})
        self._preload = (actions,) if preload is None else tuple(preload)
        self._output_limit = output_limit
        self._books = Books(output_limit)
        self._open = self._books.open
        self._backlog: deque[tuple[int, bytes]] = deque()
        self._ready: list[Report] = []
        self._selector = selectors.DefaultSelector()
        self._staff: Staff
        self._watch: Watch

    def __enter__(self) -> Pool:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the nursery and ask for the first workers. Returns at once; jobs may be submitted from now on."""
        self._places.spool.mkdir(parents=True, exist_ok=True)
        for left in self._places.spool.glob("*.json"):  # by an engine that was killed
            left.unlink(missing_ok=True)
        self._staff_up()

    def _staff_up(self) -> None:
        self._staff = Staff(self._places, self._largest, self._environment, self._preload)
        self._watch = Watch(self._staff, self._open, self._size)
        for end, hears in ((self._staff.results, self._hear), (self._staff.control, self._news)):
            self._selector.register(end, _READ, hears)
        self._hire(self._size)

    def close(self) -> None:
        """End every worker, whatever it does. Jobs that are open stay without a Finished."""
        self._staff.close()
        self._selector.close()
        if self._own_spool:
            shutil.rmtree(self._places.spool, ignore_errors=True)

    def fileno(self) -> int:
        """Readable when `collect` has something to do."""
        return self._selector.fileno()

    def __len__(self) -> int:
        """How many jobs are open: submitted and not finished."""
        return len(self._open)

    @property
    def workers(self) -> int:
        return len(self._staff.workers)

    def processes(self) -> list[int]:
        """The nursery and the workers, as process ids, to look at their memory."""
        return [self._staff.nursery, *(worker.process for worker in self._staff.workers.values() if worker.process)]

    def submit(self, job: Job) -> None:
        assert job.id not in self._open, f"job {job.id} was submitted before"
        try:
            message = self._message(job)
        except OSError as error:  # no room for a large one
            self._open[job.id] = job
            failure = Failure("InputLost", f"The parameters could not be handed to a worker: {error}.")
            self._books.close(job.id, 0, self._ready, failure)
            self._nudge()
            return
        self._open[job.id] = job
        self._watch.fresh = True
        if self._backlog:
            self._backlog.append((job.id, message))
            return
        try:
            self._staff.jobs.send(message)
        except OSError:
            self._wait(job.id, message)

    def collect(self) -> list[Report]:
        """What has happened since the last call, in order. Never blocks."""
        told, self._ready = self._ready, []
        for key, _ in self._selector.select(0):
            act: Callable[[list[Report]], None] = key.data
            act(told)
        return told

    def tick(self, now: float | None = None) -> None:
        """Look after what time does: timeouts, memory, growth. `now` is `time.monotonic()`. Cheap to call often."""
        wants = self._watch.look(time.monotonic() if now is None else now)
        if wants is None:
            return
        if wants.restart:
            self._restart(self._ready)
            return
        for pipe, worker in wants.resume:
            if self._staff.workers.get(worker.slot) is worker and not pipe.ended:
                self._register(worker, pipe)
        for _ in range(wants.fewer):
            self._send(0, wire.CALL.pack(wire.Call.RETIRE, 0))
        if wants.ping:
            self._send(0, wire.CALL.pack(wire.Call.PING, 0))
        for job in wants.again:
            self._send(job.id, self._message(job))
        if not self._watch.ailing:
            self._hire(max(wants.more, self._size - self.workers))

    def next_deadline(self) -> float | None:
        """When `tick` is due, by `time.monotonic()`; None when only a message can bring something new."""
        return self._watch.next_deadline()

    def cancel(self, job_id: int) -> None:
        """End this job: at once if it runs, before it starts if it waits. Its Finished says which came first."""
        if job_id not in self._open:
            return
        for waiting in self._backlog:
            if waiting[0] == job_id:
                self._backlog.remove(waiting)
                self._books.close(
                    job_id, 0, self._ready, Failure("Cancelled", "The attempt was cancelled before it ran.")
                )
                self._nudge()
                return
        self._watch.cancel(job_id)

    # sending

    def _message(self, job: Job) -> bytes:
        asks = job.context
        body = orjson.dumps((
            job.kind, job.function, job.parameters, job.timeout_ms, job.memory_mb, job.cpu_seconds,
            asks.run, asks.pipeline, asks.task, asks.attempt, asks.idempotency_key, asks.deadline, asks.variables, asks.secrets, asks.settings, asks.token,
        ))  # fmt: skip
        if len(body) <= wire.LARGEST:
            many = len(self._open) >= len(self._staff.workers)
            return _CALL(_JOB_OF_MANY if many else _JOB, job.id) + body
        return wire.CALL.pack(wire.Call.JOB_IN_FILE, job.id) + os.fsencode(wire.spill(self._places.spool, body))

    def _send(self, job_id: int, message: bytes) -> None:
        if not self._backlog:
            try:
                self._staff.jobs.send(message)
                return
            except OSError:
                pass
        self._wait(job_id, message)

    def _wait(self, job_id: int, message: bytes) -> None:
        """The kernel's queue is full; or the nursery is dead, and then everything is sent again to the next one."""
        if not self._backlog:
            self._selector.register(self._staff.jobs, selectors.EVENT_WRITE, self._flush)
        self._backlog.append((job_id, message))

    def _flush(self, told: list[Report]) -> None:
        with contextlib.suppress(OSError):
            while self._backlog:
                self._staff.jobs.send(self._backlog[0][1])
                self._backlog.popleft()
        if not self._backlog:
            self._selector.unregister(self._staff.jobs)

    def _nudge(self) -> None:
        """Make `fileno` readable: a worker answers this with a message."""
        self._send(0, wire.CALL.pack(wire.Call.PING, 0))

    # hearing

    def _hear(self, told: list[Report], most: int = _MOST_AT_ONCE) -> None:
        receive, head, unpack = self._staff.results.recv, wire.SAY.size, wire.SAY.unpack_from
        workers, jobs = self._staff.workers, self._open
        for _ in range(most):
            try:
                message = receive(wire.RECEIVE)
            except OSError:
                return
            if not message:
                return
            if len(message) < head:  # garbage that a function wrote where it should not
                continue
            say, slot, size, turn, job_id, micros, out, err, peak = unpack(message)
            worker = workers.get(slot)
            if worker is None:
                continue
            if say == _PONG:
                self._watch.ponged()
                continue
            if job_id not in jobs:
                continue
            ears = worker.ears
            if out > ears.out.told or err > ears.err.told:
                ears.until(job_id, self._books.allowance(job_id), out, err, told)
            body = message[head + size :]
            if say == _OUTPUT and not size and not self._books.allowances:  # all that most jobs say
                worker.heard = turn
                del jobs[job_id]
                told.append(Finished(job_id, micros / 1e6, None, body, None, (), peak / 1024 if peak else None))
                if not jobs:  # nobody else has anything to say
                    return
                continue
            with contextlib.suppress(ValueError, TypeError):  # garbage that looks like a message
                if self._books.note(say, job_id, micros, peak, message[head : head + size], body, told):
                    worker.heard = turn

    def _listen(self, worker: Worker, pipe: Pipe, told: list[Report]) -> None:
        """Something was printed. It is told now if it is certain whose it is; else when the worker's next message says so."""
        if self._staff.workers.get(worker.slot) is not worker:
            return
        before = self._staff.slots.running(worker.slot)
        worker.ears.listen(pipe)
        if before is not None:
            turn, job_id, _ = before
            if self._staff.slots.turn(worker.slot) == turn == worker.heard + 2 and job_id in self._open:
                allowance = self._books.allowance(job_id)
                worker.ears.tell(pipe, job_id, allowance, pipe.read, told, whole=False)
                if not allowance.spent and not pipe.ended:
                    return
        if pipe.ended or len(pipe.kept) > self._output_limit or before is not None:
            self._selector.unregister(pipe.fd)  # for a while: it prints more than anybody will see
            self._watch.quiet(pipe, worker)

    # workers coming and going

    def _hire(self, count: int) -> None:
        for _ in range(count):
            worker = self._staff.hire()
            if worker is None:
                return
            for pipe in (worker.ears.out, worker.ears.err):
                self._register(worker, pipe)

    def _register(self, worker: Worker, pipe: Pipe) -> None:
        self._selector.register(pipe.fd, _READ, functools.partial(self._listen, worker, pipe))

    def _news(self, told: list[Report]) -> None:
        news = self._staff.news()
        if news is None:
            self._restart(told)
            return
        for said in news:
            worker = self._staff.workers.get(said.slot)
            if said.kind == wire.News.READY:
                self._staff.slots.seal()
            elif said.kind == wire.News.BORN and worker is not None:
                worker.process = said.value
            elif said.kind == wire.News.DIED and worker is not None:
                self._hear(told, sys.maxsize)
                self._bury(worker, said.value, said.peak, told)
                if _is_severed(said.value):
                    self._restart(told)
                    return
        if not self._watch.ailing:
            self._hire(self._size - self.workers)

    def _bury(self, worker: Worker, status: int, peak: int, told: list[Report]) -> None:
        running = self._staff.slots.running(worker.slot)
        if running is not None and running[1] in self._open:
            turn, job_id, started = running
            job = self._open[job_id]
            if worker.reason is not None and worker.turn == turn:
                failure = death.killed(worker.reason, job.timeout_ms, job.memory_mb)
            else:
                failure = death.died(status, peak, job.memory_mb)
            self._last_words(worker, job_id, told)
            self._books.close(job_id, (time.monotonic_ns() - started) // 1000, told, failure, peak=peak)
        elif os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) != RETIRED:
            self._watch.suspect(worker, (job_id for job_id, _ in self._backlog))
        self._dismiss(worker)

    def _last_words(self, worker: Worker, job_id: int, told: list[Report]) -> None:
        allowance = self._books.allowance(job_id)
        for pipe in (worker.ears.out, worker.ears.err):
            while worker.ears.listen(pipe):
                worker.ears.tell(pipe, job_id, allowance, pipe.read, told, whole=True)
            worker.ears.tell(pipe, job_id, allowance, pipe.read, told, whole=True)

    def _dismiss(self, worker: Worker) -> None:
        for fd in worker.ears.fds():
            with contextlib.suppress(KeyError):
                self._selector.unregister(fd)
        self._staff.dismiss(worker)

    def _restart(self, told: list[Report]) -> None:
        """The nursery is dead and every worker with it: what ran has failed, what waited is given to a new one."""
        self._hear(told, sys.maxsize)
        old = self._staff
        for worker in list(old.workers.values()):
            running = old.slots.running(worker.slot)
            if running is not None and running[1] in self._open:
                self._last_words(worker, running[1], told)
                self._books.close(running[1], (time.monotonic_ns() - running[2]) // 1000, told, death.nursery_died())
            for fd in worker.ears.fds():
                with contextlib.suppress(KeyError):
                    self._selector.unregister(fd)
        for end in (old.results, old.control, old.jobs):
            with contextlib.suppress(KeyError):
                self._selector.unregister(end)
        cancelled = self._watch.cancelled
        old.close()
        self._backlog.clear()
        self._staff_up()
        self._watch.cancelled |= cancelled
        for job in list(self._open.values()):
            self._send(job.id, self._message(job))


def _is_severed(status: int) -> bool:
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == SEVERED
