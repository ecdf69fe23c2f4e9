"""The books: which jobs are open, and what each has said. A job is closed once, with everything it said before."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from murmuration.functions.failure import Failure
from murmuration.local.workers import wire
from murmuration.local.workers.job import Finished, Job, Printed, Progressed
from murmuration.local.workers.output import Allowance
from murmuration.local.workers.worker import CUT

if TYPE_CHECKING:
    from murmuration.local.workers.job import Report


class Books:
    def __init__(self, output_limit: int) -> None:
        self.open: dict[int, Job] = {}
        self.allowances: dict[int, Allowance] = {}
        """Of the open jobs that have printed something."""
        self._output_limit = output_limit

    def allowance(self, job_id: int) -> Allowance:
        found = self.allowances.get(job_id)
        if found is None:
            found = self.allowances[job_id] = Allowance(self._output_limit)
        return found

    def note(
        self, say: int, job_id: int, micros: int, peak: int, effects: bytes, body: bytes, told: list[Report]
    ) -> bool:
        """What a worker's message says. True when it closes the job."""
        match say:
            case wire.Say.OUTPUT:
                self.close(job_id, micros, told, text=body, effects=effects, peak=peak)
            case wire.Say.OUTPUT_IN_FILE:
                self.close(job_id, micros, told, file=Path(os.fsdecode(body)), effects=effects, peak=peak)
            case wire.Say.WAITS:
                due = datetime.fromtimestamp(int(body) / 1000, UTC).isoformat()
                self.close(job_id, micros, told, text=orjson.dumps({"$waiting": due}), waits_until_ms=int(body))
            case wire.Say.FAILURE:
                type_, message, detail = orjson.loads(body)
                self.close(job_id, micros, told, Failure(type_, message, detail), peak=peak)
            case wire.Say.LOG:
                level, text = orjson.loads(body)
                self._log(job_id, level, text, told)
                return False
            case wire.Say.PROGRESS:
                fraction, message = orjson.loads(body)
                told.append(Progressed(job_id, fraction, message))
                return False
            case _:
                return False
        return True

    def close(
        self, job_id: int, micros: int, told: list[Report], failure: Failure | None = None, *, text: bytes = b"null",
        file: Path | None = None, effects: bytes = b"", peak: int = 0, waits_until_ms: int | None = None,
    ) -> None:  # fmt: skip
        said = tuple(orjson.loads(effects)) if effects else ()
        del self.open[job_id]
        allowance = self.allowances.pop(job_id, None)
        if allowance is not None and allowance.cut:
            text_ = f"... {allowance.cut:,} bytes more were left out: one attempt may print {allowance.limit:,}."
            told.append(Printed(job_id, "log", "WARNING", text_))
        held = peak / 1024 if peak else None
        told.append(Finished(job_id, micros / 1e6, failure, text, file, said, held, waits_until_ms))

    def _log(self, job_id: int, level: str, text: str, told: list[Report]) -> None:
        allowance = self.allowance(job_id)
        if level == CUT:
            allowance.cut += int(text)
            return
        encoded = text.encode()
        taken = allowance.take(len(encoded))
        if taken:
            told.append(Printed(job_id, "log", level, encoded[:taken].decode("utf-8", "ignore")))
