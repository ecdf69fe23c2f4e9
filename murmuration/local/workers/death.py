"""From how a worker's process ended to why its job failed."""

from __future__ import annotations

import os
import signal
from enum import Enum
from typing import assert_never

from murmuration.functions.failure import Failure
from murmuration.local.workers.worker import BROKEN, SEVERED

_CRASHES = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT})


class Reason(Enum):
    """Why the pool itself has killed a worker."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    CANCEL = "cancel"


def killed(reason: Reason, timeout_ms: int | None, memory_mb: int | None) -> Failure:
    match reason:
        case Reason.TIMEOUT:
            return Failure(
                "Timeout", f"The attempt took longer than its timeout of {(timeout_ms or 0) / 1000:g} s and was ended."
            )
        case Reason.MEMORY:
            return Failure(
                "OutOfMemory",
                f"The function and its processes held more than their {memory_mb} MB and were ended. {_LARGER}",
            )
        case Reason.CANCEL:
            return Failure("Cancelled", "The attempt was cancelled while it ran.")
        case _:
            assert_never(reason)


_LARGER = "Give the task a larger `memory` (small, medium, large, huge)."


def died(status: int, peak_kb: int, memory_mb: int | None) -> Failure:
    """`status` as from wait(2), of a worker that nobody of the pool has killed."""
    peak = f" It had held up to {peak_kb // 1024} MB." if peak_kb else ""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = _name(number)
        detail: dict[str, object] = {"signal": name}
        if number == signal.SIGXCPU:
            return Failure("CpuTimeExceeded", "The function used more CPU time than the task allows.")
        if number == signal.SIGKILL:
            return _failure(
                f"The worker was killed by {name}: mostly the system had run out of memory, or somebody killed it.{peak} {_LARGER}",
                detail,
            )
        if number in _CRASHES:
            why = "a crash in C code: in a library, or memory that C code could not get"
            held = f" Its limit was {memory_mb} MB." if memory_mb else ""
            return _failure(
                f"The worker died of {name}, {why}.{peak}{held} The last lines it printed show where.", detail
            )
        return _failure(f"The worker was ended by {name}; the function, or somebody outside, sent it.", detail)
    code = os.waitstatus_to_exitcode(status)
    if code in (BROKEN, SEVERED):
        return _failure(
            "The function closed file descriptors that were not its own, so its result could not be sent. Close only what you opened.",
            {"exit_code": code},
        )
    return _failure(
        f"The function ended its process with exit code {code} (os._exit, or C code that calls exit). Return a value, or raise an error, instead.",
        {"exit_code": code},
    )


def nursery_died() -> Failure:
    return Failure(
        "WorkerDied",
        "All workers had to be restarted: the process that looks after them was killed, or what they share was broken.",
    )


def _failure(message: str, detail: dict[str, object]) -> Failure:
    return Failure(
        "WorkerDied", message, {name: value for name, value in detail.items() if isinstance(value, str | int)}
    )


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
