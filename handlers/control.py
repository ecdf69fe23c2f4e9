"""What people do to runs: cancel one, run one again."""

from __future__ import annotations

from events.ports import Ports
from handlers.ending import EndHandler
from schemas.trigger import RunEnd


class Control:
    def __init__(self, ports: Ports, ending: EndHandler) -> None:
        self._ports = ports
        self._ending = ending

    def cancel(self, run: str, by: str, reason: str = "") -> bool:
        record = self._ports.ledger.run(run)
        if record is None:
            return False
        told = f"cancelled by {by}{': ' if reason else ''}{reason}"
        return self._ending.end(record, RunEnd.CANCELLED, told, {"by": by, "reason": reason})
