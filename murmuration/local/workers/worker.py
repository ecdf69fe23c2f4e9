"""A worker: takes a job, runs it, says how it went, takes the next one.

It takes one message at a time from the socket that all workers share. What it touches of its process it puts back before each
job, because a function may have changed any of it. A worker that cannot vouch for its process any more (children that were left
running, memory that was not given back) ends; the engine has another one made.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from murmuration.functions.failure import Failure
from murmuration.local.workers import host, wire
from murmuration.local.workers.attempt import Answer, Attempts
from murmuration.local.workers.capture import Pipes, Streams
from murmuration.local.workers.slots import JOB, STARTED, TURN, WORDS, Slots

if TYPE_CHECKING:
    from murmuration.local.workers.nursery import Inheritance

RETIRED: Final = 70
"""It has ended between two jobs, with none in its hands."""
SEVERED: Final = 73
"""The sockets that all workers share were shut down: a function has got hold of one. Nobody can work with them any more."""
BROKEN: Final = 71
"""The worker's own channels are gone: a function has closed descriptors that were not its own."""
CUT: Final = "(cut)"
"""In place of a level: the text is how many bytes of log records were left out."""

_FORK_NS: Final = 20_000
"""Nobody starts a process in less time than this."""
_LONG_NS: Final = 10_000_000
_TOO_FAT_KB: Final = 300 * 1024
_LOG_BYTES: Final = 256 * 1024
_PROGRESS_NS: Final = 50_000_000


def work(heritage: Inheritance, slot: int, slots: Slots, pipes: list[int]) -> int:
    """The whole life of a worker; returns its exit code."""
    return _Worker(heritage, slot, slots, pipes).live()


class _Worker:
    def __init__(self, heritage: Inheritance, slot: int, slots: Slots, pipes: list[int]) -> None:
        self.me = os.getpid()
        self.slot = slot
        self.words = slots.words
        self.at = slot * WORDS
        self.spool = Path(heritage.spool)
        self.home = _high(os.open(heritage.workspace, os.O_RDONLY))
        self.jobs = _out_of_the_way(heritage.jobs)
        self._severed = select.poll()
        self._severed.register(self.jobs, 0)  # that it was hung up is told unasked
        self.results = _out_of_the_way(heritage.results)
        self.pipes = Pipes(slots, slot, [_high(end) for end in pipes])
        self.pipes.put_back()
        self.streams = Streams(self.log)
        self.streams.put_back()
        self.limits = host.Limits()
        self.job = 0
        self.logged = 0
        self.progressed = 0
        self.baseline_kb = 0
        self.environment = dict(_environment())
        self.attempts = Attempts(heritage, self.progress)
        self.parent = os.getppid()
        host.adopt_orphans()
        host.die_first()
        host.buffer_c_by_line()
        _show_crashes()

    def live(self) -> int:
        try:
            return self._live()
        except (BrokenPipeError, ConnectionError):
            return SEVERED
        except OSError:
            return BROKEN

    def _live(self) -> int:
        jobs, unpack, head = self.jobs, wire.CALL.unpack_from, wire.CALL.size
        while True:
            message = _receive(jobs)
            if not message:
                return SEVERED
            if not host.LINUX and os.getppid() != self.parent:
                return RETIRED
            call, job = unpack(message)
            match call:
                case wire.Call.JOB | wire.Call.JOB_OF_MANY | wire.Call.JOB_IN_FILE:
                    if self._severed.poll(0):
                        return SEVERED  # the engine is gone, and the next one hands this job out anew
                    keep = self.attempt(job, call, message[head:])
                case wire.Call.PING:
                    self._say(wire.Say.PONG, job)
                    continue
                case _:
                    return RETIRED
            if not keep:
                return RETIRED

    def attempt(self, job: int, call: int, message: bytes) -> bool:
        """Run one job. False when this process should not run another one."""
        words, at = self.words, self.at
        started = time.monotonic_ns()
        words[at + JOB] = job
        words[at + STARTED] = started
        words[at + TURN] += 1
        self.job = job
        self.logged = self.progressed = 0
        try:
            body = orjson.loads(_from_file(message) if call == wire.Call.JOB_IN_FILE else message)
        except OSError as error:
            answer = Answer(b"", Failure("InputLost", f"The parameters could not be read: {error}."))
        else:
            self.limits.hold(body[4], body[5])
            answer = self.attempts.run(body, started, call == wire.Call.JOB_OF_MANY)
        if os.getpid() != self.me:  # a child that the function forked has come back out of it
            os._exit(0)
        self.streams.flush()
        took = time.monotonic_ns() - started
        peak = 0
        if took > _LONG_NS or answer.failure is not None:
            self.limits.hold(None, None)
            peak = host.peak_kb()
        self._finish(answer, took, peak)
        words[at + TURN] += 1
        self._put_back()
        return took < _FORK_NS or (not _has_children() and self._is_slim(peak))

    def _put_back(self) -> None:
        """What a job may have changed of this process. Where it cannot be put back, this worker ends, between two jobs."""
        self.pipes.put_back()
        self.streams.put_back()
        os.fchdir(self.home)
        signal.alarm(0)
        if _environment() != self.environment:
            os.environ.clear()
            os.environ.update({os.fsdecode(name): os.fsdecode(value) for name, value in self.environment.items()})

    def _is_slim(self, peak: int) -> bool:
        """Whether a job that took much memory has given it back."""
        if peak > self.baseline_kb + 8192:
            host.forget_peak()
            self.baseline_kb = host.peak_kb()
        return self.baseline_kb < _TOO_FAT_KB

    def _finish(self, answer: Answer, took: int, peak: int) -> None:
        failed, text, say = answer.failure, answer.text, wire.Say.WAITS if answer.waits else wire.Say.OUTPUT
        effects = answer.effects
        if failed is None and len(text) + len(effects) > wire.LARGEST:
            try:
                text, say = os.fsencode(wire.spill(self.spool, text)), wire.Say.OUTPUT_IN_FILE
            except OSError as error:
                failed = Failure(
                    "OutputLost", f"The output of {len(answer.text):,} bytes could not be written: {error}."
                )
        if failed is None and len(effects) > wire.LARGEST // 2:
            failed = Failure(
                "BadOutput",
                f"The emitted events have {len(effects):,} bytes; {wire.LARGEST // 2:,} are the most. Put large data into an artifact.",
            )
        if failed is not None:
            say, effects = wire.Say.FAILURE, b""
            text = orjson.dumps((failed.type, failed.message, failed.detail))
            if len(text) > wire.LARGEST:
                text = orjson.dumps((failed.type, failed.message, {}))
        if self.logged > _LOG_BYTES:
            self._say(wire.Say.LOG, self.job, text=orjson.dumps((CUT, str(self.logged - _LOG_BYTES))))
        self._say(say, self.job, effects, text, took, peak)

    def _say(
        self, say: wire.Say, job: int, effects: bytes = b"", text: bytes = b"", took: int = 0, peak: int = 0
    ) -> None:
        out, err = self.pipes.written()
        head = wire.SAY.pack(
            say, self.slot, len(effects), self.words[self.at + TURN], job, took // 1000, out, err, peak
        )
        _send(self.results, head + effects + text)

    def log(self, level: str, text: str) -> None:
        """A log record: after what was printed before it, and no more of them than an attempt may print."""
        room = _LOG_BYTES - self.logged
        record = orjson.dumps((level, text.encode("utf-8", "replace").decode()))
        self.logged += len(record)
        if room <= 0 or os.getpid() != self.me:
            return
        self.streams.flush()
        if len(record) > wire.LARGEST:
            record = orjson.dumps((level, text[: wire.LARGEST // 8] + " ... (cut)"))
        self._say(wire.Say.LOG, self.job, text=record)

    def progress(self, fraction: float, message: str) -> None:
        """The latest counts: those that follow each other quickly are left out, but never the end."""
        now = time.monotonic_ns()
        if os.getpid() == self.me and (fraction >= 1 or now - self.progressed >= _PROGRESS_NS):
            self.progressed = now
            self._say(wire.Say.PROGRESS, self.job, text=orjson.dumps((fraction, message[:500])))


def _from_file(name: bytes) -> bytes:
    path = Path(os.fsdecode(name))
    message = path.read_bytes()
    path.unlink()
    return message


def _receive(end: socket.socket) -> bytes:
    """The next message. Whether a socket blocks is a property that all workers share, so any function may have changed it."""
    while True:
        try:
            return end.recv(wire.RECEIVE)
        except BlockingIOError:
            os.set_blocking(end.fileno(), True)


def _send(end: socket.socket, message: bytes) -> None:
    while True:
        try:
            end.send(message)
            return
        except BlockingIOError:
            os.set_blocking(end.fileno(), True)


def _high(fd: int) -> int:
    """Out of the reach of a function that closes the first few hundred descriptors; not inherited by its children."""
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = 1000 if soft == resource.RLIM_INFINITY else min(1000, max(64, soft - 64))
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, room)
    os.close(fd)
    return moved


def _out_of_the_way(fd: int) -> socket.socket:
    return socket.socket(fileno=_high(fd))


def _environment() -> dict[bytes, bytes]:
    """What `os.environ` keeps inside: comparing it costs nothing, where a copy would decode every name."""
    inside: dict[bytes, bytes] = vars(os.environ)["_data"]
    return inside


def _has_children() -> bool:
    """Whether the job left processes behind. Those that have ended are waited for."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _show_crashes() -> None:
    """After a SIGSEGV, the Python stack is the last that the attempt prints."""
    import faulthandler

    with contextlib.suppress(OSError, ValueError):
        faulthandler.enable(file=2, all_threads=False)
