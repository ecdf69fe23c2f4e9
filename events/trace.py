"""W3C trace context: one trace leads through a whole run, whoever started it.

Reading is strict, and what cannot be read is dropped rather than refused: no event is lost for its trace, a new trace
begins instead. Span ids are random, so they are given, not made here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TRACEPARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_SPAN: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
_MEMBER: Final = re.compile(
    r"[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
)
_LONGEST_STATE: Final = 512
_MOST_MEMBERS: Final = 32


@dataclass(frozen=True, slots=True)
class Trace:
    """`str(trace)` is the `traceparent` that goes on."""

    trace: str
    span: str
    flags: str = "01"

    @classmethod
    def read(cls, traceparent: str | None) -> Trace | None:
        """The trace this names, or nothing when it names none by the letter of the standard."""
        found = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
        if found is None:
            return None
        version, trace, span, flags, more = found.groups()
        if version == "ff" or (version == "00" and more) or set(trace) == {"0"} or set(span) == {"0"}:
            return None
        return cls(trace, span, flags if version == "00" else f"{int(flags, 16) & 1:02x}")

    @property
    def sampled(self) -> bool:
        return bool(int(self.flags, 16) & 1)

    def child(self, span: str) -> Trace:
        """The same trace, a step further."""
        assert _SPAN.fullmatch(span), f"{span!r} is no span id"
        assert set(span) != {"0"}, "a span id is not all zeros"
        return Trace(self.trace, span, self.flags)

    def __str__(self) -> str:
        return f"00-{self.trace}-{self.span}-{self.flags}"


def read_tracestate(tracestate: str | None) -> str | None:
    """The vendors' own part, as it came, or nothing when it is not well formed or belongs to no readable trace."""
    if not tracestate or len(tracestate) > _LONGEST_STATE:
        return None
    members = [member.strip(" \t") for member in tracestate.split(",")]
    keys = [member.partition("=")[0] for member in members if member]
    if len(keys) > _MOST_MEMBERS or len(set(keys)) < len(keys):
        return None
    return tracestate if all(not member or _MEMBER.fullmatch(member) for member in members) else None
