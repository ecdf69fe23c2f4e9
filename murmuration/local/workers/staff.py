"""The engine's side of the nursery: starting it, asking it for workers, and knowing which worker sits in which slot."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from murmuration.local.workers import wire
from murmuration.local.workers.death import Reason
from murmuration.local.workers.nursery import Inheritance
from murmuration.local.workers.output import Ears
from murmuration.local.workers.slots import Slots

_START: Final = "import sys; sys.path.append(sys.argv[2]); from murmuration.local.workers.nursery import main; main()"
_PIPE: Final = 256 * 1024
_ROOT: Final = str(Path(__file__).resolve().parents[3])


@dataclass(slots=True, eq=False)
class Worker:
    slot: int
    ears: Ears
    heard: int
    """The last odd turn whose end was heard of: what is in the pipes now is said by the next one."""
    began: int
    """The turn at which it came."""
    process: int = 0
    reason: Reason | None = None
    """Why it is being killed, and for which turn."""
    turn: int = 0
    watched: float = 0.0
    """When its memory was last looked at."""


@dataclass(frozen=True, slots=True)
class Places:
    workspace: Path
    spool: Path
    artifacts: Path
    buckets: Path
    actions: str


class Staff:
    """One nursery and its workers, from its start to its end; when a nursery dies, a new Staff takes over."""

    def __init__(self, places: Places, largest: int, environment: Mapping[str, str], preload: Sequence[str]) -> None:
        self.slots = Slots.create(largest)
        self.workers: dict[int, Worker] = {}
        self.jobs, jobs = wire.channel()
        self.results, results = wire.channel()
        self.control, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        heritage = Inheritance(
            workspace=str(places.workspace), spool=str(places.spool), artifacts=str(places.artifacts),
            buckets=str(places.buckets), control=control.fileno(), jobs=jobs.fileno(), results=results.fileno(),
            slots=self.slots.fd, count=largest, preload=tuple(preload), actions=places.actions,
        )  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, _argument(heritage), _ROOT],
            stdin=subprocess.DEVNULL,
            pass_fds=(control.fileno(), jobs.fileno(), results.fileno(), self.slots.fd),
            env=dict(environment),
            cwd=places.workspace,
            start_new_session=True,
        )
        for end in (jobs, results, control):
            end.close()
        for end in (self.jobs, self.results, self.control):
            end.setblocking(False)
        self._news = b""

    @property
    def nursery(self) -> int:
        return self._process.pid

    def hire(self) -> Worker | None:
        """Ask for one more worker. None when there is no free slot, no descriptor left, or nobody to ask."""
        slot = next((slot for slot in range(self.slots.count) if slot not in self.workers), None)
        if slot is None:
            return None
        self.slots.vacate(slot)
        pipes = _pipes()
        if pipes is None:
            return None
        (out_read, out_write), (err_read, err_write) = pipes
        asked = self._order(wire.Order.FORK, slot, fds=(out_read, out_write, err_read, err_write))
        os.close(out_write)
        os.close(err_write)
        if not asked:
            os.close(out_read)
            os.close(err_read)
            return None
        for end in (out_read, err_read):
            _widen(end)
        worker = Worker(
            slot,
            Ears(self.slots, slot, out_read, err_read),
            heard=self.slots.turn(slot) - 1,
            began=self.slots.turn(slot),
        )
        self.workers[slot] = worker
        return worker

    def kill(self, worker: Worker, turn: int, reason: Reason) -> None:
        """Kill it if it is still at that turn."""
        if worker.reason is None or worker.turn != turn:
            worker.reason, worker.turn = reason, turn
            if not self._order(wire.Order.KILL, worker.slot, turn):
                worker.reason = None

    def dismiss(self, worker: Worker) -> None:
        """It has died."""
        worker.ears.close()
        del self.workers[worker.slot]

    def news(self) -> list[wire.Message] | None:
        """What the nursery has told. None when it is no more."""
        try:
            data = self.control.recv(65_536)
        except BlockingIOError:
            return []
        except ConnectionError:
            return None
        if not data:
            return None
        data = self._news + data
        whole = len(data) - len(data) % wire.CONTROL.size
        self._news = data[whole:]
        return [wire.unpack(data[at : at + wire.CONTROL.size]) for at in range(0, whole, wire.CONTROL.size)]

    def close(self) -> None:
        """End the nursery and every worker, and wait until they are gone."""
        self.control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for worker in list(self.workers.values()):
            if worker.process:  # what a worker had started, should the nursery have been killed itself
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(worker.process, signal.SIGKILL)
            self.dismiss(worker)
        self.jobs.close()
        self.results.close()
        self.slots.close()

    def _order(self, order: wire.Order, slot: int, value: int = 0, fds: Sequence[int] = ()) -> bool:
        record = wire.pack(order, slot, value)
        try:
            if fds:
                socket.send_fds(self.control, [record], list(fds))
            else:
                self.control.send(record)
        except OSError:  # its queue is full, or the nursery is dead, which is noticed where its news is read
            return False
        return True


def _pipes() -> tuple[tuple[int, int], tuple[int, int]] | None:
    try:
        out = os.pipe()
    except OSError:
        return None
    try:
        return out, os.pipe()
    except OSError:
        for end in out:
            os.close(end)
        return None


def _widen(pipe: int) -> None:
    """Room for who prints much, so that he seldom waits for us."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _argument(heritage: Inheritance) -> str:
    import json

    return json.dumps(asdict(heritage))
