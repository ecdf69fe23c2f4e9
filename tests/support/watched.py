"""A port that is watched: each call may be refused before it is done, or be the last thing its process does.

What was done is told to whoever watches, in order. So a test counts the writes of a step, then lets each of them fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from events.ports import Unavailable

WRITES = frozenset(
    {
        *(
            "ledger.open",
            "ledger.admit",
            "ledger.end",
            "ledger.told",
            "ledger.arrive",
            "ledger.claim",
            "ledger.settle",
        ),
        *(
            "ledger.skip",
            "ledger.heals",
            "ledger.keep",
            "ledger.retry",
            "ledger.hold",
            "ledger.postpone",
            "bus.put",
            "bus.put_outside",
            "bus.put_operations",
        ),
        *("timers.set", "view.put", "refusals.put", "artifacts.put", "catalog.pause"),
    }
)


class Died(Exception):
    """The process is gone. What it had written is written."""


class Weather(Protocol):
    """Decides what becomes of a call; raises `Unavailable` or `Died`."""

    def before(self, call: str) -> None: ...

    def after(self, call: str) -> None: ...


class Fair:
    def before(self, call: str) -> None:
        pass

    def after(self, call: str) -> None:
        pass


class Counting(Fair):
    """Fair, and keeps what was written."""

    def __init__(self) -> None:
        self.writes: list[str] = []

    def after(self, call: str) -> None:
        if call in WRITES:
            self.writes.append(call)


class FailsAt:
    """The n-th write, counted from 0: refused, or done as the last thing."""

    def __init__(self, n: int, *, done: bool) -> None:
        self.left = n
        self.done = done
        self.struck = ""

    def before(self, call: str) -> None:
        if not self.done and self._is_it(call):
            raise Unavailable(f"{call} was refused", advice="It will be tried again")

    def after(self, call: str) -> None:
        if self.done and self._is_it(call):
            raise Died(call)

    def _is_it(self, call: str) -> bool:
        if call not in WRITES:
            return False
        self.left -= 1
        if self.left != -1:
            return False
        self.struck = call
        return True


class Watched:
    """Every call of `port` goes through the weather that is when it is made."""

    def __init__(
        self, name: str, port: object, weather: Callable[[], Weather], note: Callable[[str, tuple[Any, ...], Any], None]
    ) -> None:
        self._name = name
        self._port = port
        self._weather = weather
        self._note = note

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        call = f"{self._name}.{name}"

        def called(*args: Any) -> Any:
            self._weather().before(call)
            result = method(*args)
            self._note(call, args, result)
            self._weather().after(call)
            return result

        return called
