"""What a rule hears, in words: "`validate` succeeded"."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, assert_never

from events.routes import Hears
from schemas.model import JsonObject

_NAMED: Final = 3
_CONDITION_LENGTH: Final = 60


def in_words(hears: Hears, tasks: Sequence[str], when: JsonObject | None, reference: str) -> str:
    who, how = listed(tasks), ending(hears)
    condition = f" with {about(hears)} {shortened(when)}" if when is not None else ""
    return f"a run of {reference} {how}" if hears is Hears.START else f"{who} {how}{condition}"


def ending(hears: Hears) -> str:
    match hears:
        case Hears.START:
            return "started"
        case Hears.SUCCESS:
            return "succeeded"
        case Hears.FAILURE:
            return "failed"
        case Hears.COMPLETION:
            return "succeeded or failed"
        case Hears.ANY_END:
            return "succeeded, failed or was skipped"
        case _:
            assert_never(hears)


def about(hears: Hears) -> str:
    return {Hears.SUCCESS: "output", Hears.FAILURE: "error"}.get(hears, "outcome")


def listed(tasks: Sequence[str]) -> str:
    """ "`a`", "`a` or `b`", "`a`, `b`, `c` or one of 17 more"."""
    quoted = [f"`{task}`" for task in tasks[:_NAMED]]
    if len(tasks) > _NAMED:
        return f"{', '.join(quoted)} or one of {len(tasks) - _NAMED} more"
    return " or ".join(quoted)


def shortened(pattern: JsonObject) -> str:
    text = json.dumps(pattern, ensure_ascii=False)
    return text if len(text) <= _CONDITION_LENGTH else f"{text[: _CONDITION_LENGTH - 3]}..."
