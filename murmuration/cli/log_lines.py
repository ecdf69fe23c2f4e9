"""What a server has to say beside its results: a line for people, and the whole of it, traces too, in a file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

import click

FILE: Final = "server.log"
_LARGEST: Final = 4 << 20


@contextmanager
def log_lines(state: Path, *, quiet: bool = False) -> Iterator[None]:
    """`quiet`: what is out of order is only in the file, for whoever is here has asked for something else."""
    state.mkdir(parents=True, exist_ok=True)
    log = logging.getLogger("murmuration")
    whole = _Whole(state / FILE, maxBytes=_LARGEST, backupCount=1, delay=True)
    whole.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    lines = _Lines(state / FILE)
    handlers = (whole, lines)
    for handler in handlers:
        handler.setLevel(logging.ERROR if quiet and handler is lines else logging.WARNING)
        log.addHandler(handler)
    propagate, log.propagate = log.propagate, False
    try:
        yield
    finally:
        log.propagate = propagate
        for handler in handlers:
            log.removeHandler(handler)
            handler.close()


class _Whole(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk is told by the lines; a trace for each would help nobody."""


class _Lines(logging.Handler):
    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        wrong = record.exc_info[1] if record.exc_info else None
        more = f": {type(wrong).__name__}: {wrong} (more in {self._file})" if wrong is not None else ""
        colour = "red" if record.levelno >= logging.ERROR else "yellow"
        click.echo(f"{click.style(record.levelname.lower(), fg=colour)} {record.getMessage()}{more}", err=True)
