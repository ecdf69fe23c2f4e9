"""The time an action has: its own `timeout`, and never more than its task has left."""

from __future__ import annotations

from typing import Final

from handlers.actions.action import ActionContext, ActionFailed, Fault
from schemas.duration import Duration

_MARGIN_MS: Final = 250
"""Kept back, so that an action that runs out of time can still say so itself."""


class TimeLeft:
    """Counts down by the task's own clock."""

    __slots__ = ("_context", "_end", "_ended", "_timeout")

    def __init__(self, context: ActionContext, timeout: Duration) -> None:
        self._context = context
        self._timeout = timeout
        self._end = max(context.remaining_ms() - timeout.ms, _MARGIN_MS)
        self._ended = False

    def ms(self) -> int:
        """What is left, 0 when nothing is."""
        return 0 if self._ended else max(self._context.remaining_ms() - self._end, 0)

    def seconds(self) -> float:
        """What is left, for a call that takes a timeout. Fails where nothing is."""
        left = self.ms()
        if left <= 0:
            raise self.over()
        return left / 1000

    def end(self) -> None:
        """From now on nothing is left: a timer went off, and two clocks need not agree to the millisecond."""
        self._ended = True

    def over(self) -> ActionFailed:
        return ActionFailed(
            Fault.TIMEOUT,
            f"it was not done in {self._timeout}, or in what the task had left",
            advice="Give the action, and the task, a longer timeout",
        )
