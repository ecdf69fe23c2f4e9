"""What the operating system can do for workers, and what it cannot.

Linux kills a worker when the nursery dies, hands orphans to the nearest subreaper, shows every process in /proc, and counts
the memory a process may write to. macOS does none of these; there a worker's process group is killed and the
engine's own look at memory is missing. `shortcomings()` says so in words.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LINUX: Final = sys.platform == "linux"
_PDEATHSIG: Final = 1
_SUBREAPER: Final = 36
_HEADROOM_MB: Final = 64
"""What Python, its buffers and a thread's stack may take beyond the job's own limit."""

libc: Final = ctypes.CDLL(None, use_errno=True)


def shortcomings() -> tuple[str, ...]:
    """What this platform cannot limit, each with what happens instead."""
    told = [
        "Disk space, network and the number of processes of a function are not limited; use a container where that matters.",
    ]
    if not LINUX:
        told += [
            "Memory: this system does not enforce a limit on a process's memory, so `memory` is not held; it can only be held on Linux.",
            "Processes that a function started in a session of their own outlive its timeout; only its process group is killed.",
            "When the nursery is killed (kill -9), its workers finish their job before they notice.",
        ]
    return tuple(told)


def die_with_parent(parent: int) -> None:
    """This process is killed when the process that forked it dies, also if that was before this call."""
    if LINUX:
        libc.prctl(_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def adopt_orphans() -> None:
    """What descendants leave behind becomes a child of this process, so that it can be found."""
    if LINUX:
        libc.prctl(_SUBREAPER, 1, 0, 0, 0)


def die_first() -> None:
    """When memory runs out, the system should kill a worker and not the engine."""
    if LINUX:
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("600")


def flush_c() -> None:
    libc.fflush(None)


def buffer_c_by_line() -> None:
    """C code's stdout shows its lines while it runs; by default it would keep 4 KB of them."""
    with contextlib.suppress(ValueError):
        stdout = ctypes.c_void_p.in_dll(libc, "stdout" if LINUX else "__stdoutp")
        libc.setvbuf(stdout, None, 1, 0)  # 1: _IOLBF on both systems


class Limits:
    """The limits of this process, changed only when a job asks for others than the one before."""

    def __init__(self) -> None:
        self._memory_mb: int | None = None
        self._cpu = False
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def hold(self, memory_mb: int | None, cpu_seconds: int | None) -> None:
        if memory_mb != self._memory_mb:
            self._memory_mb = memory_mb
            _memory(memory_mb)
        if cpu_seconds is not None or self._cpu:
            self._cpu = cpu_seconds is not None
            _cpu(cpu_seconds)


def _memory(megabytes: int | None) -> None:
    """RLIMIT_DATA counts what a process may write to. RLIMIT_AS would also count what libraries and runtimes merely reserve."""
    if not LINUX:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = hard if megabytes is None else (megabytes + _HEADROOM_MB) * 1024 * 1024
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard) if limit != resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _cpu(seconds: int | None) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if seconds is None:
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def peak_kb() -> int:
    """The most memory that this process has held since `forget_peak`."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if LINUX else peak // 1024


def forget_peak() -> None:
    if LINUX:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")


def departed(children: list[int]) -> Iterator[tuple[int, int, int]]:
    """The children that have died, waited for: process, wait status, most memory held in KB. Their process groups die too.

    On Linux these are also the adopted ones, and a group is killed while its number is still its own.
    """
    if sys.platform == "linux":
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
                _kill_group(found.si_pid)
                process, status, usage = os.wait4(found.si_pid, 0)
                yield process, status, usage.ru_maxrss
    else:
        for child in children:
            process, status, usage = os.wait4(child, os.WNOHANG)
            if process:
                _kill_group(process)
                yield process, status, usage.ru_maxrss // 1024


def _kill_group(process: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def until_stopped(child: int) -> None:
    """After SIGSTOP. For at most 50 ms: a process deep in the kernel stops before it runs anything of its own again."""
    for _ in range(100):
        if sys.platform == "linux":
            options = os.WSTOPPED | os.WEXITED | os.WNOHANG | os.WNOWAIT
            if os.waitid(os.P_PID, child, options) is not None:
                return
        time.sleep(0.0005)


def children(process: int) -> list[int]:
    """The children of one process, as /proc shows them. Empty where it does not."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (thread / "children").read_bytes().split())
    return found


def tree(root: int) -> Iterator[int]:
    """`root` and everything below it."""
    todo = [root]
    while todo:
        process = todo.pop()
        yield process
        todo += children(process)


def held_kb(process: int) -> int | None:
    """What a process really costs: its own pages and its share of the shared ones. None where nobody says."""
    if not LINUX:
        return None
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return None


def resident_kb(process: int) -> int:
    """Quick to ask, and never less than `held_kb`. 0 where nobody says."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_bytes().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * (os.sysconf("SC_PAGE_SIZE") // 1024)
