"""What a function prints and logs, without the secrets of its project: CloudWatch keeps it where others read."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import TextIO

from handlers.actions.masking import Masking


class Masked:
    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._streams: tuple[TextIO, TextIO] | None = None
        self._written: tuple[_Stream, ...] = ()
        self._handlers: list[logging.Handler] = []

    def begin(self) -> None:
        self._streams = (sys.stdout, sys.stderr)
        self._written = tuple(_Stream(stream, self._masking) for stream in self._streams)
        sys.stdout, sys.stderr = self._written
        self._handlers = list(logging.root.handlers)
        for handler in self._handlers:
            handler.addFilter(self._filter)

    def end(self) -> None:
        for handler in self._handlers:
            handler.removeFilter(self._filter)
        if self._streams is not None:
            for written in self._written:
                written.end()
            sys.stdout, sys.stderr = self._streams

    def _filter(self, record: logging.LogRecord) -> bool:
        try:
            text = record.getMessage()
        except Exception:  # the author's arguments do not fit the author's format: the handler will say so
            return True
        record.msg, record.args = self._masking.text(text), None
        if record.exc_info:
            record.exc_text = self._masking.text(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


class _Stream:
    """A stream that masks what is written, also a secret that is written in pieces."""

    def __init__(self, stream: TextIO, masking: Masking) -> None:
        self._stream = stream
        self._masking = masking
        self._flow = masking.flow()

    def write(self, text: str) -> int:
        self._stream.write(text if self._flow is None else self._flow.take(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def end(self) -> None:
        if self._flow is not None:
            self._stream.write(self._flow.end())

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)
