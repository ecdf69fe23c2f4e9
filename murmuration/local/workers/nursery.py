"""The nursery: forks workers, kills them, waits for them, and tells the engine. It runs no code of anybody's.

It has one thread, and imports what all workers share. When the engine goes (the control stream ends), it kills every worker
with all that they started, and goes too; orders that it has not read by then are nobody's any more.

A kill is meant for one turn of one worker. The worker is stopped, its turn read, and only if it is still that turn does it
die; otherwise it continues as if nothing had been. What a function started dies with its worker: its process group
at once, and what hid in a session of its own becomes the nursery's child then (it is a subreaper), where it is found.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass

from murmuration.local.workers import host, wire, worker
from murmuration.local.workers.slots import Slots


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What the engine hands to the nursery, and the nursery to each worker."""

    workspace: str
    spool: str
    artifacts: str
    buckets: str
    control: int
    jobs: int
    results: int
    slots: int
    count: int
    preload: tuple[str, ...]
    actions: str
    """The module whose `run(name, parameters, context, surroundings)` does the built-in actions."""


class Nursery:
    def __init__(self, heritage: Inheritance) -> None:
        self.heritage = heritage
        self.control = socket.socket(fileno=heritage.control)
        self.slots = Slots(heritage.slots, heritage.count)
        self.children: dict[int, int] = {}  # process -> slot
        self._woken, wake = os.pipe()
        for end in (self._woken, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._wake = wake

    def serve(self) -> None:
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        self.tell(wire.News.READY, 0)
        while True:
            ready = dict(poll.poll())
            if self._woken in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._woken, 4096)
            self.bury()
            news = ready.get(self.control.fileno(), 0)
            if news & select.POLLHUP:
                return  # whatever it had still asked for
            if news and not self.obey():
                return

    def tell(self, news: wire.News, slot: int, value: int = 0, peak: int = 0) -> None:
        with contextlib.suppress(OSError):  # an engine that is gone is noticed where its orders are read
            self.control.sendall(wire.pack(news, slot, value, peak))

    def obey(self) -> bool:
        """Do what the next order says. False when there will be none any more."""
        try:
            record, fds, _, _ = socket.recv_fds(self.control, wire.CONTROL.size, 4)
            while record and len(record) < wire.CONTROL.size:
                more = self.control.recv(wire.CONTROL.size - len(record))
                if not more:
                    return False
                record += more
        except ConnectionError:
            return False
        if not record:
            return False
        order = wire.unpack(record)
        match wire.Order(order.kind):
            case wire.Order.FORK:
                self.fork(order.slot, fds)
            case wire.Order.KILL:
                self.kill(order.slot, order.value)
        return True

    def fork(self, slot: int, pipes: list[int]) -> None:
        nursery = os.getpid()
        try:
            process = os.fork()
        except OSError:
            process = -1
        if process == 0:
            code = worker.BROKEN
            try:
                self._leave(nursery)
                code = worker.work(self.heritage, slot, self.slots, pipes)
            finally:
                os._exit(code)
        for end in pipes:
            os.close(end)
        if process < 0:
            self.tell(wire.News.DIED, slot, worker.BROKEN << 8)
            return
        self.children[process] = slot
        self.tell(wire.News.BORN, slot, process)

    def _leave(self, nursery: int) -> None:
        """In the child: nothing of the nursery stays."""
        os.setsid()
        host.die_with_parent(nursery)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.control.close()
        os.close(self._woken)
        os.close(self._wake)

    def kill(self, slot: int, turn: int) -> None:
        process = next((process for process, at in self.children.items() if at == slot), None)
        if process is None:
            return
        os.kill(process, signal.SIGSTOP)
        host.until_stopped(process)
        os.kill(process, signal.SIGKILL if self.slots.turn(slot) == turn else signal.SIGCONT)

    def bury(self) -> None:
        """Wait for whoever has died. What a worker leaves behind dies with it."""
        for process, status, peak in host.departed(list(self.children)):
            slot = self.children.pop(process, None)
            if slot is not None:
                self.sweep()
                self.tell(wire.News.DIED, slot, status, peak)

    def sweep(self) -> None:
        """Kill what became the nursery's because the worker that started it is gone, then what that leaves, and so on."""
        me = os.getpid()
        for _ in range(200):
            strays = [child for child in host.children(me) if child not in self.children]
            if not strays:
                return
            for stray in strays:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(stray, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(stray, os.WNOHANG)
            time.sleep(0.0005)

    def close(self) -> None:
        for process in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + 2
        while self.children and time.monotonic() < deadline:
            self.bury()
            time.sleep(0.002)


def main() -> None:
    import orjson

    told = orjson.loads(sys.argv[1])
    told["preload"] = tuple(told["preload"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    host.adopt_orphans()
    for module in told["preload"]:
        with contextlib.suppress(ImportError):  # then a function that wants it says so
            importlib.import_module(module)
    gc.collect()
    gc.freeze()
    nursery = Nursery(Inheritance(**told))
    try:
        nursery.serve()
    finally:
        nursery.close()
