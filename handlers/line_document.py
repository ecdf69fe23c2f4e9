"""A line that a function printed or logged, as a document: for whoever asks over HTTP and for `--json` of the command."""

from __future__ import annotations

from handlers.moments import iso
from handlers.reading import Logged
from schemas.model import Model


class LineDocument(Model):
    seq: int
    at: str
    run: str
    task: str
    attempt: int
    stream: str
    """`stdout`, `stderr` or `log`."""
    level: str | None
    """Of what was logged: `INFO`."""
    text: str


def line_document(logged: Logged) -> LineDocument:
    line = logged.line
    return LineDocument(
        seq=logged.seq,
        at=iso(line.at),
        run=line.run,
        task=line.task,
        attempt=line.attempt,
        stream=line.stream,
        level=line.level or None,
        text=line.text,
    )
