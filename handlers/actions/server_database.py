"""A database behind a URL: SQLAlchemy speaks to it, if it is installed with the driver that the URL names.

A pipeline's URL may lead only to hosts that actions may reach, and has no option that could lead past the host. The
driver looks the name up again by itself, so this check is a fence and not a wall: DESIGN's promise for addresses is
`http.request`'s. A database that the operator has set up is not checked.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from handlers.actions.action import ActionFailed, Fault
from handlers.actions.addresses import Reach
from handlers.actions.rows import Rows, Values, first_rows, sql_error
from handlers.actions.time_left import TimeLeft

_PORTS: Final = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}
_OPTIONS: Final = frozenset({"sslmode", "ssl", "charset", "application_name", "client_encoding", "timezone"})
_TIME_LIMITS: Final = {
    "postgresql": "SET LOCAL statement_timeout = {ms}",
    "mysql": "SET SESSION max_execution_time = {ms}",
    "mariadb": "SET SESSION max_statement_time = {seconds}",
}
"""Other databases are held by the task's own timeout alone."""


def ask(url: str, reach: Reach | None, statement: str, values: Values, limit: int, left: TimeLeft) -> Rows:
    sqlalchemy = _sqlalchemy()
    try:
        parsed = _parsed(sqlalchemy, url)
        if reach is not None:
            _check_url(parsed, reach)
        engine = sqlalchemy.create_engine(parsed, poolclass=sqlalchemy.pool.NullPool)
        with engine.begin() as connection:
            limiting = _TIME_LIMITS.get(engine.dialect.name)
            if limiting is not None:
                connection.execute(sqlalchemy.text(limiting.format(ms=left.ms(), seconds=left.seconds())))
            result = connection.execute(sqlalchemy.text(statement), dict(values))
            if not result.returns_rows:
                return Rows((), (), result.rowcount, False)
            return first_rows(tuple(result.keys()), result.fetchmany(limit + 1), -1, limit)
    except sqlalchemy.exc.NoSuchModuleError:
        raise ActionFailed(Fault.NOT_CONFIGURED, "SQLAlchemy knows no such kind of database as the URL names") from None
    except ModuleNotFoundError as missing:
        raise ActionFailed(
            Fault.NOT_CONFIGURED,
            f"the database's driver {missing.name} is not installed",
            advice=f"pip install {missing.name}",
        ) from None
    except sqlalchemy.exc.DBAPIError as wrong:
        if wrong.connection_invalidated:
            raise ActionFailed(Fault.CONNECTION_FAILED, "the connection to the database broke") from None
        raise sql_error(wrong.orig or wrong, left) from None
    except sqlalchemy.exc.SQLAlchemyError as wrong:
        raise sql_error(wrong, left) from None
    except OSError:
        raise ActionFailed(Fault.CONNECTION_FAILED, "no connection to the database") from None


def _parsed(sqlalchemy: Any, url: str) -> Any:
    try:
        return sqlalchemy.make_url(url)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise ActionFailed(
            Fault.REFUSED, "the database's URL cannot be read", advice="Write postgresql://user:password@host/name"
        ) from None


def _sqlalchemy() -> Any:
    try:
        return import_module("sqlalchemy")
    except ModuleNotFoundError:
        raise ActionFailed(
            Fault.NOT_CONFIGURED,
            "databases other than SQLite need SQLAlchemy",
            advice="pip install sqlalchemy, and the database's driver (psycopg, pymysql, ...)",
        ) from None


def _check_url(url: Any, reach: Reach) -> None:
    """A pipeline's URL goes to a host that may be reached, and has no option that could lead past it."""
    kind = url.get_backend_name()
    strange = sorted(set(url.query) - _OPTIONS)
    if not url.host or kind == "sqlite":
        raise ActionFailed(
            Fault.REFUSED,
            "the URL names no host",
            advice="Whoever runs this stack may set the database up, and pipelines use its name",
        )
    if strange or not str(url.database or "").replace("-", "_").isidentifier():
        raise ActionFailed(
            Fault.REFUSED,
            f"the option {strange[0]} is not for pipelines to set" if strange else "the URL names no plain database",
            advice="Whoever runs this stack may set the database up, and pipelines use its name",
        )
    reach.addresses(url.host, url.port or _PORTS.get(kind, 0))
