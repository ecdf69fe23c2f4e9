"""Progress on AWS: the last word of a task at work, for whoever watches.

    pk              sk      said                       expires
    progress#RUN    TASK    [attempt, share, words]    the table's time to live

A word costs a write unit, so a task that takes less than some seconds says none, and any other says one in as many. It is worth
nothing once the task has ended, and nothing but a picture is made of it: what cannot be written is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import orjson

from events.ledger import Millis
from events.ports import Clock
from handlers.task import Work
from murmuration.aws.runtime import masking
from murmuration.aws.table import Key, Table
from schemas.errors import MurmurationError

PAUSE_MS: Final[Millis] = 5_000
KEPT_SECONDS: Final = 86_400
_LONGEST: Final = 400


class Progress:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._said: tuple[str, Millis] = ("", 0)

    def tell(self, work: Work, share: float, words: str) -> None:
        now = self._clock.now()
        last = self._said[1] if self._said[0] == work.token else work.started
        if now - last < PAUSE_MS:
            return
        self._said = (work.token, now)
        mask = masking(work.settings.secrets)
        said = orjson.dumps([work.attempt, share, (words if mask is None else mask.text(words))[:_LONGEST]])
        with suppress(MurmurationError):
            self._table.put(
                {**_key(work.run.id, work.node.name)._asdict(), "said": said, "expires": now // 1000 + KEPT_SECONDS}
            )

    def of(self, run: str) -> Mapping[str, tuple[int, float, str]]:
        """By task: in which attempt, the share that is done, and what the task says of it."""
        found: dict[str, tuple[int, float, str]] = {}
        for item in self._table.under(f"progress#{run}", consistent=False):
            said = item["said"]
            assert isinstance(said, bytes), "what was said is JSON"
            attempt, share, words = orjson.loads(said)
            found[str(item["sk"])] = (attempt, share, words)
        return found


def _key(run: str, task: str) -> Key:
    return Key(f"progress#{run}", task)
