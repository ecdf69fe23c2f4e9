"""What an attempt prints, as the engine hears it: two pipes per worker, cut into jobs by byte, and limited.

Every message of a worker says how far its stdout and stderr had come. So what lies before that in the pipes was said
before: by the job that the message is of. While a job runs, what is in the pipes is its own as soon as the end of the job
before it has been heard of.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from murmuration.local.workers.job import Printed
from murmuration.local.workers.slots import READ_ERR, READ_OUT, READING, WORDS, Slots

if TYPE_CHECKING:
    from murmuration.local.workers.job import Report, Stream

_CHUNK: Final = 65_536
_PATIENCE: Final = 16
"""How many chunks are read at once from somebody who prints without end."""


@dataclass(slots=True, eq=False)
class Pipe:
    """One of the two pipes of one worker."""

    stream: Stream
    fd: int
    word: int
    read: int = 0
    """How many bytes were read from it."""
    told: int = 0
    """How many of them were attributed to a job."""
    ended: bool = False
    kept: bytearray = field(default_factory=bytearray)
    """The bytes between `told` and `read`, less those that were thrown away."""


@dataclass(slots=True, eq=False)
class Allowance:
    """What one attempt may still print."""

    limit: int
    used: int = 0
    cut: int = 0

    def take(self, size: int) -> int:
        """For how much of `size` bytes there is room; the rest is counted."""
        room = min(size, max(0, self.limit - self.used))
        self.used += size
        self.cut += size - room
        return room

    @property
    def spent(self) -> bool:
        return self.used >= self.limit


class Ears:
    """The pipes of one worker."""

    def __init__(self, slots: Slots, slot: int, out: int, err: int) -> None:
        self._words = slots.words
        self._at = slot * WORDS
        self.out = Pipe("stdout", out, READ_OUT)
        self.err = Pipe("stderr", err, READ_ERR)
        os.set_blocking(out, False)
        os.set_blocking(err, False)

    def fds(self) -> tuple[int, int]:
        return self.out.fd, self.err.fd

    def close(self) -> None:
        for fd in self.fds():
            os.close(fd)

    def listen(self, pipe: Pipe) -> int:
        """Read what is there, a few chunks at most. How much it was."""
        words, at = self._words, self._at
        total = 0
        words[at + READING] = 1
        try:
            for _ in range(_PATIENCE):
                try:
                    data = os.read(pipe.fd, _CHUNK)
                except BlockingIOError:
                    break
                if not data:
                    pipe.ended = True
                    break
                total += len(data)
                pipe.read += len(data)
                words[at + pipe.word] = pipe.read
                pipe.kept += data
        finally:
            words[at + READING] = 0
        return total

    def until(self, job: int, allowance: Allowance, out: int, err: int, told: list[Report]) -> None:
        """Tell everything up to these positions as said by `job`."""
        if out > self.out.told:
            self._until(self.out, job, allowance, out, told)
        if err > self.err.told:
            self._until(self.err, job, allowance, err, told)

    def _until(self, pipe: Pipe, job: int, allowance: Allowance, end: int, told: list[Report]) -> None:
        while pipe.read < end and self.listen(pipe):
            self.tell(pipe, job, allowance, min(end, pipe.read), told, whole=True)
        self.tell(pipe, job, allowance, min(end, pipe.read), told, whole=True)

    def tell(self, pipe: Pipe, job: int, allowance: Allowance, end: int, told: list[Report], *, whole: bool) -> None:
        """Attribute the bytes up to `end` to `job`; when not the `whole`, the last line waits until it is complete."""
        size = end - pipe.told
        if not whole:
            size = _lines(pipe.kept, size)
        if size <= 0:
            return
        pipe.told += size
        taken = allowance.take(size)
        if taken:
            told.append(Printed(job, pipe.stream, "", pipe.kept[:taken].decode("utf-8", "replace")))
        del pipe.kept[:size]


def _lines(data: bytearray, size: int) -> int:
    """How much of the first `size` bytes are complete lines; a very long line is not waited for."""
    end = max(data.rfind(b"\n", 0, size), data.rfind(b"\r", 0, size)) + 1
    return end if end or size < _CHUNK else _letters(data, size)


def _letters(data: bytearray, size: int) -> int:
    """How much of the first `size` bytes are complete characters, should they be UTF-8."""
    for back in range(1, 4):
        byte = data[size - back]
        if byte >= 0xC0:
            return size - back if back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else size
        if byte < 0x80:
            break
    return size
