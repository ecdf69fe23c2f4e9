"""What a database answers, whichever it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.actions.action import ActionFailed, Fault
from handlers.actions.time_left import TimeLeft

Values = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Rows:
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    rowcount: int
    truncated: bool


def first_rows(columns: tuple[str, ...], rows: Sequence[Sequence[object]], changed: int, limit: int) -> Rows:
    told = rows[:limit]
    return Rows(columns, told, len(told) if columns else changed, len(rows) > limit)


def sql_error(wrong: BaseException, left: TimeLeft) -> ActionFailed:
    if left.ms() == 0:
        return left.over()
    said = re.sub(r"^\([\w.]+\) ", "", str(wrong)).partition("\n")[0]
    return ActionFailed(Fault.SQL_ERROR, said[:500], detail={"kind": type(wrong).__name__})
