"""The runner: claimed work goes to the pool of workers as jobs, and what they say comes back in the ledger's words."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

from events.ledger import Millis
from handlers.actions.masking import MaskedFlow, Masking
from handlers.reading import Line
from handlers.task import Hold, Work
from murmuration.local.engine import Answer
from murmuration.local.progress import ProgressBoard
from murmuration.local.workers import Finished, Job, JobContext, Kind, Pool, Printed, Progressed, Stream
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status, TaskError
from schemas.pipeline import Memory

MEMORY_MB: Final[Mapping[Memory, int]] = {
    Memory.SMALL: 256,
    Memory.MEDIUM: 1_024,
    Memory.LARGE: 4_096,
    Memory.HUGE: 10_240,
}

_DESCRIPTIONS: Final = 1 << 62
"""Jobs beyond it are no attempts."""
_DESCRIBE_MS: Final = 30_000


class PoolRunner:
    def __init__(
        self, pool: Pool, now: Callable[[], Millis], board: ProgressBoard, settings: JsonObject | None = None
    ) -> None:
        """`settings` are the operator's, for actions."""
        self._pool = pool
        self._now = now
        self._settings: JsonObject = settings or {}
        self._work: dict[int, Work] = {}
        self._masking: tuple[JsonObject, Masking] = ({}, Masking())
        self._flows: dict[int, dict[Stream, MaskedFlow | None]] = {}
        """Of jobs that have printed something."""
        self._lines: list[Line] = []
        self._board = board
        self._described: dict[int, Callable[[Finished], None]] = {}
        self._next_description = _DESCRIPTIONS

    def start(self, job: int, work: Work) -> None:
        self._work[job] = work
        self._pool.submit(_job(job, work, self._settings))

    def describe(self, function: str, told: Callable[[Finished], None]) -> None:
        """What a function says of itself. Nobody is asked twice at once."""
        self._next_description += 1
        self._described[self._next_description] = told
        context = JobContext("describe", function)
        job = Job(self._next_description, function, None, context, timeout_ms=_DESCRIBE_MS, kind=Kind.DESCRIBE)
        self._pool.submit(job)

    def finished(self) -> list[Answer]:
        self._pool.tick()
        answers: list[Answer] = []
        for report in self._pool.collect():
            if isinstance(report, Finished):
                if report.job_id > _DESCRIPTIONS:
                    self._described.pop(report.job_id)(report)
                    continue
                work = self._work.pop(report.job_id, None)
                if work is not None:
                    self._board.drop(work.run.id, work.node.name)
                    if self._flows:
                        self._say_the_rest(report.job_id, work)
                    mask = self._mask(work)
                    effects = tuple(_masked(effect, mask) for effect in report.effects)
                    answers.append(Answer(report.job_id, _result(report, mask), effects))
            elif report.job_id in self._work:
                self._note(self._work[report.job_id], report)
        self._board.write()
        return answers

    def stop(self, run: str) -> None:
        """End what still runs for a run that has ended."""
        for job, work in self._work.items():
            if work.run.id == run:
                self._pool.cancel(job)

    def lines(self) -> list[Line]:
        """What was printed since the last call."""
        lines, self._lines = self._lines, []
        return lines

    def fileno(self) -> int:
        return self._pool.fileno()

    def patience(self) -> float | None:
        """Seconds until the pool wants to look after its workers, or there is progress to tell."""
        deadline, board = self._pool.next_deadline(), self._board.patience()
        if deadline is None:
            return board
        pool = max(0.0, deadline - time.monotonic())
        return pool if board is None else min(pool, board)

    def _note(self, work: Work, report: Printed | Progressed) -> None:
        mask = self._mask(work)
        match report:
            case Progressed(_, fraction, message):
                self._board.note(work.run.id, work.node.name, fraction, mask.text(message))
            case Printed(_, "log", level, text):
                self._put(work, "log", level, mask.text(text))
            case Printed(job, stream, level, text):
                flows = self._flows.setdefault(job, {})
                if stream not in flows:
                    flows[stream] = mask.flow()
                flow = flows[stream]
                self._put(work, stream, level, text if flow is None else flow.take(text))

    def _say_the_rest(self, job: int, work: Work) -> None:
        for stream, flow in self._flows.pop(job, {}).items():
            if flow is not None:
                self._put(work, stream, "", flow.end())

    def _put(self, work: Work, stream: Stream, level: str, text: str) -> None:
        if text:
            self._lines.append(Line(work.run.id, work.node.name, work.attempt, self._now(), stream, level, text))

    def _mask(self, work: Work) -> Masking:
        """What a function prints, fails with, gives back or says is kept and shown; its secrets are not."""
        secrets = work.settings.secrets
        if secrets is not self._masking[0]:
            self._masking = (secrets, Masking(map(str, secrets.values())))
        return self._masking[1]


def _job(job: int, work: Work, settings: JsonObject) -> Job:
    task = work.node.task
    project = work.settings
    return Job(
        id=job,
        function=task.function or task.action or "",
        parameters=work.parameters,
        context=JobContext(
            run=work.run.id,
            task=work.node.name,
            pipeline=work.loaded.reference,
            attempt=work.attempt,
            idempotency_key=work.idempotency_key,
            deadline=work.run.deadline,
            variables=project.variables,
            secrets=project.secrets,
            settings=settings if task.action is not None else {},
            token=work.token if task.callback else "",
        ),
        timeout_ms=work.timeout,
        memory_mb=None if task.memory is None else MEMORY_MB[task.memory],
        kind=Kind.FUNCTION if task.action is None else Kind.ACTION,
    )


def _result(report: Finished, mask: Masking) -> Outcome | Hold:
    if report.failure is not None:
        failure = report.failure
        detail = mask.value(failure.detail)
        assert isinstance(detail, dict), "an object stays one"
        error = TaskError(type=failure.type, message=mask.text(failure.message), detail=detail)
        return Outcome(status=Status.FAILED, error=error)
    if report.waits_until_ms is not None:
        return Hold(report.waits_until_ms, "timer")
    try:
        output = report.output
        if report.file is not None:
            report.file.unlink(missing_ok=True)
    except (OSError, ValueError) as wrong:
        return Outcome.failed("OutputLost", f"The output could not be read: {wrong}.")
    return Outcome.succeeded(mask.value(output))


def _masked(effect: JsonObject, mask: Masking) -> JsonObject:
    masked = mask.value(effect)
    assert isinstance(masked, dict), "an object stays one"
    return masked
