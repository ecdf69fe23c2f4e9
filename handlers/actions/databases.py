"""The databases that `sql.query` may open: files in the data folder, and what a URL or the operator's settings name.

  - A database that the operator has set up is opened by its name, as it was set up; its URL is in no pipeline.
  - `sqlite:///shop.db` is a file in the data folder. No path leads out of that folder: not by `..`, not by a link, and
    not by SQL either. SQLite comes with Python.
  - Any other URL is SQLAlchemy's. Its host must be one that actions may reach.

Drivers are imported by name when a task first wants them, whatever they are called: nothing here depends on one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from handlers.actions import server_database, sqlite_file
from handlers.actions.action import ActionFailed, Fault
from handlers.actions.addresses import Reach
from handlers.actions.rows import Rows, Values
from handlers.actions.time_left import TimeLeft
from schemas.names import did_you_mean

_SQLITE: Final = "sqlite:///"


class Databases:
    def __init__(self, reach: Reach, *, folder: Path | None = None, named: Mapping[str, str] | None = None) -> None:
        self._reach = reach
        self._folder = folder
        self._named = dict(named or {})

    def query(self, database: str, statement: str, values: Values, limit: int, left: TimeLeft) -> Rows:
        """One statement in a transaction of its own, committed when it has succeeded."""
        left.seconds()
        known = self._named.get(database)
        if known is None and "://" not in database:
            raise ActionFailed(
                Fault.NOT_FOUND,
                f'no database "{database[:80]}" is set up here',
                advice=did_you_mean(database, self._named)
                or "Write sqlite:///shop.db, a URL, or a name that is set up",
            )
        if known is not None and known.startswith(_SQLITE):
            path = (self._folder or Path()) / known.removeprefix(_SQLITE)
            return sqlite_file.ask(path, statement, values, limit, left)
        if known is None and database.startswith("sqlite"):
            return sqlite_file.ask(self._inside(database), statement, values, limit, left)
        reach = self._reach if known is None else None
        return server_database.ask(known or database, reach, statement, values, limit, left)

    def _inside(self, url: str) -> Path:
        """The file in the data folder that the URL names."""
        name = url.removeprefix(_SQLITE)
        if not url.startswith(_SQLITE) or not name or name.startswith(("/", ":")) or set(name) & set("?#%\\\0"):
            raise ActionFailed(
                Fault.REFUSED, "an SQLite database is a file in the data folder", advice="Write sqlite:///shop.db"
            )
        if self._folder is None:
            raise ActionFailed(
                Fault.NOT_CONFIGURED,
                "there is no data folder here, so there are no SQLite files",
                advice="Use a database server's URL",
            )
        folder = self._folder.resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder) or path == folder:
            raise ActionFailed(Fault.REFUSED, f"{name[:80]} leads out of the data folder")
        if not path.parent.is_dir():
            raise ActionFailed(Fault.NOT_FOUND, f"the data folder has no folder {path.parent.relative_to(folder)}")
        return path
