"""The alarm: a call is ended when its time is up, in the process in which it runs.

A thread cannot be ended, and a process for every task costs what a task costs. But Lambda calls in the main thread, where
a signal is heard between two steps of Python, and wakes whoever sleeps or waits for the network. So the call is left by an
exception that `except Exception` does not catch; who catches it all the same gets it again. Code in C that does not come
back hears nothing: that is ended by Lambda itself, and told by its failure destination.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final, TypeVar

AGAIN_S: Final = 0.5
_SHORTEST_S: Final = 0.001
_T = TypeVar("_T")


class OutOfTime(BaseException):
    """No failure of the called code's: its time is up."""


def within(seconds: float, call: Callable[[], _T]) -> _T:
    """What it gives back, or `OutOfTime`. Outside the main thread nothing ends it."""
    if threading.current_thread() is not threading.main_thread():
        return call()
    armed = True

    def ring(_number: int, _frame: FrameType | None) -> None:
        if armed:
            raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    try:
        # The inner one may itself be interrupted; by the time it rings again the outer one has disarmed it.
        try:
            signal.setitimer(signal.ITIMER_REAL, max(seconds, _SHORTEST_S), AGAIN_S)
            return call()
        finally:
            armed = False
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
