"""What only time shows: jobs over their time or memory, workers that are all stuck, a job that a dying worker took along.

A look reads the slots. A worker that dies between two jobs may have taken one from the queue without having begun it. The
queue is in order: once a ping that was sent after the death is answered, everything before it was taken. Who then, after a moment of
grace, is neither finished nor in a slot was lost, never begun, and is sent again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from murmuration.local.workers import growth, host
from murmuration.local.workers.death import Reason
from murmuration.local.workers.job import Job
from murmuration.local.workers.output import Pipe
from murmuration.local.workers.staff import Staff, Worker

_LOOK_S: Final = 0.002
_STUCK_S: Final = growth.STUCK_NS / 1e9
_WATCH_S: Final = 0.25
_GRACE_S: Final = 0.5
_QUIET_S: Final = 0.005
_AILING_S: Final = 1.0
_HEADROOM_KB: Final = 64 * 1024


@dataclass(slots=True)
class Wants:
    """What the pool should do after a look."""

    more: int = 0
    fewer: int = 0
    ping: bool = False
    restart: bool = False
    """Its workers die before they have done anything: a function has broken what they share."""
    again: list[Job] = field(default_factory=list)
    resume: list[tuple[Pipe, Worker]] = field(default_factory=list)


class Watch:
    def __init__(self, staff: Staff, jobs: dict[int, Job], size: int) -> None:
        self._staff = staff
        self._jobs = jobs
        self._rest = growth.Rest(size)
        self._looked = 0.0
        self._due: float | None = None
        self.fresh = False
        """Jobs were submitted since the last look."""
        self.cancelled: set[int] = set()
        self._quiet: list[tuple[Pipe, Worker]] = []
        self._suspects: set[int] = set()
        self._ping = False
        self._ponged = 0.0
        self._stillborn = 0
        self._ailing_until = 0.0

    @property
    def ailing(self) -> bool:
        """Workers die before they have done anything, one after the other: wait a little before the next one."""
        return self._stillborn > 4

    def cancel(self, job_id: int) -> None:
        self.cancelled.add(job_id)
        self.fresh = True
        self._looked = 0.0

    def quiet(self, pipe: Pipe, worker: Worker) -> None:
        """This pipe is not listened to until a later look."""
        self._quiet.append((pipe, worker))
        self.fresh = True

    def suspect(self, worker: Worker, unsent: Iterable[int]) -> None:
        """This worker died between two jobs."""
        if self._staff.slots.turn(worker.slot) == worker.began:
            self._stillborn += 1
            self._ailing_until = time.monotonic() + _AILING_S
        running = {found[1] for slot in self._staff.workers if (found := self._staff.slots.running(slot)) is not None}
        self._suspects |= self._jobs.keys() - running - set(unsent)
        self._ping, self._ponged = bool(self._suspects), 0.0
        self.fresh = True

    def ponged(self) -> None:
        self._ponged = time.monotonic()

    def next_deadline(self) -> float | None:
        if self.fresh:
            return self._looked + _STUCK_S
        return self._due

    def look(self, now: float) -> Wants | None:
        """None when the last look was just now."""
        if now - self._looked < _LOOK_S:
            return None
        self._looked, self.fresh = now, False
        wants = Wants()
        if now >= self._ailing_until:
            wants.restart = self.ailing
            self._stillborn = 0
        wants.ping, self._ping = self._ping, False
        wants.resume, self._quiet = self._quiet, []
        busy, youngest, due = self._running(now)
        workers = len(self._staff.workers)
        waiting = len(self._jobs) - busy
        if busy == workers and not self.ailing:
            wants.more = growth.more(workers, self._staff.slots.count, waiting, youngest)
        wants.fewer = self._rest.surplus(workers, min(workers, len(self._jobs)), now)
        if self._suspects:
            wants.again = self._lost(now)
        self._due = self._soonest(now, waiting, due)
        return wants

    def _running(self, now: float) -> tuple[int, int, float | None]:
        """How many are busy, how long ago one of them began, when the next timeout is due. Kills what is over."""
        busy, youngest, due = 0, 1 << 62, None
        now_ns = int(now * 1e9)
        for worker in self._staff.workers.values():
            found = self._staff.slots.running(worker.slot)
            if found is None:
                continue
            turn, job_id, started = found
            job = self._jobs.get(job_id)
            busy += 1
            youngest = min(youngest, now_ns - started)
            if job is None:
                continue
            ends = self._hold(worker, job, turn, started, now, now_ns)
            if ends is not None:
                due = ends if due is None else min(due, ends)
        return busy, youngest, due

    def _hold(self, worker: Worker, job: Job, turn: int, started: int, now: float, now_ns: int) -> float | None:
        """Kill this job if it is over a limit; else when to look again."""
        if job.id in self.cancelled:
            self.cancelled.discard(job.id)
            self._staff.kill(worker, turn, Reason.CANCEL)
            return None
        ends = None
        if job.timeout_ms is not None:
            end_ns = started + job.timeout_ms * 1_000_000
            if now_ns >= end_ns:
                self._staff.kill(worker, turn, Reason.TIMEOUT)
                return None
            ends = end_ns / 1e9
        if job.memory_mb is not None and host.LINUX:
            if now - worker.watched >= _WATCH_S and now_ns - started > _WATCH_S * 1e9:
                worker.watched = now
                if _too_large(worker.process, job.memory_mb * 1024 + _HEADROOM_KB):
                    self._staff.kill(worker, turn, Reason.MEMORY)
            ends = min(ends or now + _WATCH_S, now + _WATCH_S)
        return ends

    def _lost(self, now: float) -> list[Job]:
        self._suspects &= self._jobs.keys()
        if not self._ponged or now - self._ponged < _GRACE_S:
            return []
        running = {found[1] for slot in self._staff.workers if (found := self._staff.slots.running(slot)) is not None}
        lost = [self._jobs[job_id] for job_id in sorted(self._suspects - running)]
        self._suspects = set()
        return lost

    def _soonest(self, now: float, waiting: int, due: float | None) -> float | None:
        times = [time for time in (due, self._rest.due) if time is not None]
        if waiting > 0 or self.cancelled:
            times.append(now + _STUCK_S)
        if self._quiet:
            times.append(now + _QUIET_S)
        if self._suspects:
            times.append(now + _GRACE_S)
        if self.ailing:
            times.append(self._ailing_until)
        return min(times, default=None)


def _too_large(process: int, limit_kb: int) -> bool:
    """With everything it has started. The exact figure is dear, so it is asked for only when the rough one is too large."""
    processes = list(host.tree(process))
    if sum(map(host.resident_kb, processes)) <= limit_kb:
        return False
    return sum(host.held_kb(process) or 0 for process in processes) > limit_kb
