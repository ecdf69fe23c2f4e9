"""A duration as people write it: `30s`, `1h30m`, `500ms`, `2d`. Whole milliseconds inside, one canonical spelling out."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from schemas.errors import InvalidDuration

_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_SPELLING = r"^(?:[0-9]{1,6}d)?(?:[0-9]{1,6}h)?(?:[0-9]{1,7}m)?(?:[0-9]{1,8}s)?(?:[0-9]{1,10}ms)?$"
_PART = re.compile(r"([0-9]{1,10})(ms|[dhms])")
_WHOLE = re.compile(_SPELLING)
_ADVICE = "Write it as 500ms, 30s, 5m, 1h30m or 2d"
LONGEST = 366 * 86_400_000


class Duration:
    """An immutable span of time. Compares, hashes and prints by its length."""

    __slots__ = ("ms",)

    ms: int

    def __init__(self, ms: int) -> None:
        if not 0 <= ms <= LONGEST:
            raise InvalidDuration(f"a duration of {ms} ms is out of range", advice="Use 0s to 366d")
        object.__setattr__(self, "ms", ms)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a duration cannot be changed: {name}")

    @classmethod
    def parse(cls, text: str) -> Duration:
        if not text or len(text) > 40 or not _WHOLE.fullmatch(text):
            raise InvalidDuration(f"{text[:40]!r} is not a duration", advice=_ADVICE)
        return cls(sum(int(amount) * _UNITS[unit] for amount, unit in _PART.findall(text)))

    @property
    def seconds(self) -> float:
        return self.ms / 1000

    def __str__(self) -> str:
        rest, text = self.ms, ""
        for unit, size in _UNITS.items():
            amount, rest = divmod(rest, size)
            text += f"{amount}{unit}" if amount else ""
        return text or "0s"

    def __repr__(self) -> str:
        return f"Duration({self})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and self.ms == other.ms

    def __lt__(self, other: Duration) -> bool:
        return self.ms < other.ms

    def __le__(self, other: Duration) -> bool:
        return self.ms <= other.ms

    def __hash__(self) -> int:
        return hash(self.ms)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validated,
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": _SPELLING, "minLength": 2, "examples": ["30s", "5m", "1h30m"]}


def _validated(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    if isinstance(value, str):
        try:
            return Duration.parse(value)
        except InvalidDuration as wrong:
            raise PydanticCustomError("duration", "{what}", {"what": wrong.what, "advice": wrong.advice}) from wrong
    raise PydanticCustomError("duration", "{what}", {"what": f"{value!r} is not a duration", "advice": _ADVICE})


def _some(duration: Duration) -> Duration:
    if not duration.ms:
        raise PydanticCustomError("no_time", "{duration} is no time", {"duration": str(duration)})
    return duration


Span = Annotated[
    Duration, AfterValidator(_some), Field(json_schema_extra={"pattern": f"^(?=.*[1-9]){_SPELLING.removeprefix('^')}"})
]
"""A duration in which something can happen: never none at all."""
