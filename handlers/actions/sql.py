"""`sql.query`: one statement in one transaction, its parameters bound by name."""

from __future__ import annotations

import base64
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from handlers.actions.action import Action, ActionContext, ActionFailed, Fault
from handlers.actions.statement import is_single
from handlers.actions.time_left import TimeLeft
from schemas.duration import Duration
from schemas.model import Model


def _one_statement(statement: str) -> str:
    if not is_single(statement):
        raise PydanticCustomError(
            "statement", "this is not exactly one statement", {"advice": "Give each statement a task of its own"}
        )
    return statement


class SqlParameters(Model):
    database: str = Field(
        min_length=1,
        max_length=2_048,
        description="`sqlite:///shop.db` (a file in the data folder), the URL of another database, or the name of one that is set up.",
    )
    statement: Annotated[str, AfterValidator(_one_statement)] = Field(
        max_length=100_000, description="One statement. Values stand in it as `:name`, never as `${...}`."
    )
    parameters: dict[str, str | int | float | bool | None] = Field(
        default={}, description="A value for each `:name`. `:idempotency_key` is there by itself."
    )
    limit: int = Field(default=1_000, ge=1, le=10_000, description="How many rows are given back at most.")
    timeout: Duration = Field(default=Duration(30_000), description="For everything together.")


class SqlOutput(Model):
    rows: list[dict[str, JsonValue]] = Field(
        description="By column. Times and exact decimals are text, bytes are base64."
    )
    columns: list[str] = Field(description="Their names, in order; also where there are no rows.")
    rowcount: int = Field(description="Rows given back, or rows that were changed; -1 where the database does not say.")
    truncated: bool = Field(description="There were more rows than `limit`.")


def _query(parameters: SqlParameters, context: ActionContext) -> JsonValue:
    values = {"idempotency_key": context.idempotency_key, **parameters.parameters}
    left = TimeLeft(context, parameters.timeout)
    answer = context.databases.query(parameters.database, parameters.statement, values, parameters.limit, left)
    twice = sorted({name for name in answer.columns if answer.columns.count(name) > 1})
    if twice:
        raise ActionFailed(
            Fault.SQL_ERROR, f"two columns are called {twice[0]}", advice="Name them apart: SELECT a.id AS order_id"
        )
    rows: list[JsonValue] = [
        {name: _plain(value) for name, value in zip(answer.columns, row, strict=True)} for row in answer.rows
    ]
    return {
        "rows": rows,
        "columns": list(answer.columns),
        "rowcount": answer.rowcount,
        "truncated": answer.truncated,
    }


def _plain(value: object) -> JsonValue:
    """JSON has fewer kinds than SQL. A number that JSON cannot say is null."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case Decimal() | UUID() | timedelta():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return str(value)


ACTIONS = (
    Action(
        name="sql.query",
        description=(
            "Runs one SQL statement and gives back its rows. SQLite needs nothing, other databases SQLAlchemy and their "
            "driver. Values are bound, never pasted in. The statement is committed when it succeeds; since an attempt may "
            "run twice, write it so that twice is once (`ON CONFLICT DO NOTHING`)."
        ),
        parameters=SqlParameters,
        output=SqlOutput,
        run=_query,
        example="""
            store:
              action: sql.query
              with:
                database: sqlite:///shop.db
                statement: INSERT INTO orders (id, total) VALUES (:id, :total) ON CONFLICT DO NOTHING
                parameters: {id: "${input.order}", total: 129.5}
        """,
        faults=(Fault.SQL_ERROR, Fault.TIMEOUT, Fault.CONNECTION_FAILED, Fault.REFUSED, Fault.NOT_CONFIGURED),
    ),
)
