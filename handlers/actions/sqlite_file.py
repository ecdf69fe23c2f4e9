"""A file of SQLite's: one statement, within its own file and within its time.

SQL itself could lead out of the file (ATTACH, VACUUM INTO, some pragmas): SQLite asks us for every such step, and is
told no.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from handlers.actions.rows import Rows, Values, first_rows, sql_error
from handlers.actions.time_left import TimeLeft

_LONGEST_VALUE: Final = 64_000_000
_INSTRUCTIONS: Final = 10_000
"""SQLite's steps between two looks at the clock."""
_PRAGMAS: Final = frozenset(
    {
        *("table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list"),
        *("user_version", "foreign_keys", "foreign_key_check", "integrity_check", "quick_check", "optimize"),
    }
)


def ask(path: Path, statement: str, values: Values, limit: int, left: TimeLeft) -> Rows:
    driver = import_module("sqlite3")
    try:
        connection = driver.connect(path, timeout=left.seconds(), isolation_level=None)
        with closing(connection):
            connection.setlimit(driver.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
            connection.set_authorizer(_authorizer(driver))
            connection.set_progress_handler(lambda: int(left.ms() == 0), _INSTRUCTIONS)
            connection.execute("BEGIN")
            cursor = connection.execute(statement, values)
            columns = tuple(column[0] for column in cursor.description or ())
            rows = cursor.fetchmany(limit + 1)
            changed = cursor.rowcount
            if len(rows) <= limit:
                cursor.fetchall()
            cursor.close()
            connection.commit()
            return first_rows(columns, rows, changed, limit)
    except (driver.Error, driver.Warning, OverflowError) as wrong:
        raise sql_error(wrong, left) from None


def _authorizer(driver: Any) -> Callable[..., int]:
    """What a statement may do: everything within its own file."""
    refused = {driver.SQLITE_ATTACH, driver.SQLITE_DETACH}

    def allowed(action: int, first: str | None, *_: str | None) -> int:
        pragma = action == driver.SQLITE_PRAGMA and str(first).lower() not in _PRAGMAS
        deny: int = driver.SQLITE_DENY
        okay: int = driver.SQLITE_OK
        return deny if pragma or action in refused else okay

    return allowed
