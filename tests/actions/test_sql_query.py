"""`sql.query`: bound values, one statement, one transaction, and no way out of the data folder."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from pydantic import JsonValue
from support.actions import Context, done, names, refusal

from handlers.actions import registry
from handlers.actions.addresses import Reach
from handlers.actions.sql import _plain
from handlers.actions.statement import is_single
from schemas.model import JsonObject

SHOP = "sqlite:///shop.db"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database's file, made once."""
    file = tmp_path_factory.mktemp("shop") / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "CREATE TABLE orders (id TEXT PRIMARY KEY, total REAL, picture BLOB);"
            "INSERT INTO orders VALUES ('a', 1.5, x'ff00'), ('b', 2, NULL);"
        )
    return file.read_bytes()


@pytest.fixture
def context(tmp_path: Path, shop: bytes) -> Context:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "shop.db").write_bytes(shop)
    return Context(folder=folder)


def ask(context: Context, statement: str, **parameters: JsonValue) -> JsonObject:
    return done("sql.query", context, database=SHOP, statement=statement, parameters=parameters)


def count(context: Context) -> JsonValue:
    return ask(context, "SELECT count(*) AS n FROM orders")["rows"]


class TestSqlite:
    def test_rows_by_column(self, context: Context) -> None:
        assert ask(context, "SELECT * FROM orders WHERE total < :most ORDER BY id", most=2) == {
            "rows": [{"id": "a", "total": 1.5, "picture": "/wA="}],
            "columns": ["id", "total", "picture"],
            "rowcount": 1,
            "truncated": False,
        }

    def test_a_change_is_committed(self, context: Context) -> None:
        output = ask(context, "UPDATE orders SET total = total + :more", more=1)
        assert (output["rows"], output["rowcount"]) == ([], 2)
        assert ask(context, "SELECT total FROM orders WHERE id = 'b'")["rows"] == [{"total": 3.0}]

    def test_a_change_may_give_rows_back(self, context: Context) -> None:
        output = ask(context, "INSERT INTO orders (id) VALUES (:id) RETURNING id", id="c")
        assert output["rows"] == [{"id": "c"}]
        assert count(context) == [{"n": 3}]

    def test_a_table_is_made_in_a_file_that_was_not_there(self, context: Context) -> None:
        done("sql.query", context, database="sqlite:///new.db", statement="CREATE TABLE t (x)")
        assert done("sql.query", context, database="sqlite:///new.db", statement="SELECT * FROM t")["columns"] == ["x"]

    @pytest.mark.parametrize("value", ["'; DROP TABLE orders; --", "x' OR '1'='1", "ü\x00", "", ":id", "${x}"])
    def test_a_value_is_never_a_part_of_the_statement(self, context: Context, value: str) -> None:
        ask(context, "INSERT INTO orders (id) VALUES (:id)", id=value)
        assert ask(context, "SELECT id FROM orders WHERE id = :id", id=value)["rows"] == [{"id": value}]
        assert count(context) == [{"n": 3}]

    @pytest.mark.parametrize("value", [None, True, 7, -(2**63), 2.5, "text"])
    def test_values_keep_their_kind(self, context: Context, value: JsonValue) -> None:
        assert ask(context, "SELECT :v AS v", v=value)["rows"] == [{"v": int(value) if value is True else value}]

    def test_the_idempotency_key_is_there_by_itself(self, context: Context) -> None:
        for _ in range(2):
            ask(context, "INSERT INTO orders (id) VALUES (:idempotency_key) ON CONFLICT DO NOTHING")
        assert ask(context, "SELECT id FROM orders WHERE id = 'r-1/t'")["rows"] == [{"id": "r-1/t"}]

    def test_rows_have_a_limit_and_it_shows(self, context: Context) -> None:
        output = done("sql.query", context, database=SHOP, statement="SELECT id FROM orders ORDER BY id", limit=1)
        assert (output["rows"], output["truncated"], output["rowcount"]) == ([{"id": "a"}], True, 1)

    def test_two_columns_of_one_name_would_lose_one(self, context: Context) -> None:
        failed = refusal("sql.query", context, database=SHOP, statement="SELECT 1 AS x, 2 AS x")
        assert (failed.type, "AS order_id" in failed.advice) == ("SqlError", True)

    @pytest.mark.parametrize(
        ("statement", "told"),
        [
            ("SELECT * FROM nowhere", "nowhere"),
            ("SELEC 1", "SELEC"),
            ("SELECT :missing", "missing"),
            ("INSERT INTO orders (id) VALUES ('a')", "UNIQUE"),
        ],
    )
    def test_what_the_database_refuses_is_told(self, context: Context, statement: str, told: str) -> None:
        failed = refusal("sql.query", context, database=SHOP, statement=statement)
        assert failed.type == "SqlError"
        assert told in failed.what

    def test_a_number_that_no_column_holds(self, context: Context) -> None:
        failed = refusal("sql.query", context, database=SHOP, statement="SELECT :n", parameters={"n": 2**64 - 1})
        assert failed.type == "SqlError"

    def test_a_failed_statement_leaves_nothing(self, context: Context) -> None:
        refusal(
            "sql.query", context, database=SHOP, statement="INSERT INTO orders (id) SELECT 'c' UNION ALL SELECT 'a'"
        )
        assert count(context) == [{"n": 2}]

    def test_a_statement_without_end_is_stopped(self, context: Context) -> None:
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        ticks = iter([60_000] * 6)
        context.left = lambda: next(ticks, 0)
        assert refusal("sql.query", context, database=SHOP, statement=endless).type == "Timeout"

    def test_a_task_without_time_opens_nothing(self, context: Context) -> None:
        context.left = lambda: 10
        assert refusal("sql.query", context, database="sqlite:///n.db", statement="SELECT 1").type == "Timeout"
        assert context.folder is not None
        assert not (context.folder / "n.db").exists()

    @pytest.mark.parametrize(
        "statement",
        [
            "ATTACH DATABASE '{outside}' AS o",
            "VACUUM INTO '{outside}'",
            "DETACH DATABASE main",
            "PRAGMA writable_schema = 1",
            "PRAGMA temp_store_directory = '/'",
            "PRAGMA journal_mode = OFF",
            "SELECT load_extension('{outside}')",
            "SELECT zeroblob(1000000000)",
        ],
    )
    def test_sql_leads_nowhere_else(self, context: Context, statement: str, tmp_path: Path) -> None:
        outside = tmp_path / "outside.db"
        failed = refusal("sql.query", context, database=SHOP, statement=statement.format(outside=outside))
        assert failed.type == "SqlError"
        assert not outside.exists()

    def test_a_look_at_the_schema_is_fine(self, context: Context) -> None:
        assert ask(context, "PRAGMA table_info(orders)")["rowcount"] == 3

    @pytest.mark.parametrize(
        "database",
        [
            *("sqlite:///../outside.db", "sqlite:///a/../../outside.db", "sqlite:////etc/passwd", "sqlite:///link.db"),
            *("sqlite:///:memory:", "sqlite://", "sqlite:///", "sqlite:///.", "sqlite:///shop.db?mode=ro"),
            *(
                "sqlite:///file:shop.db?vfs=x",
                "sqlite:///a\\..\\b",
                "sqlite:///%2e%2e/x",
                "sqlite+pysqlite:////etc/passwd",
            ),
            *("sqlite:///inside/shop.db", "sqlite:shop.db://x", "sqlite://host/shop.db"),
        ],
    )
    def test_a_file_lies_in_the_data_folder(self, context: Context, tmp_path: Path, database: str) -> None:
        assert context.folder is not None
        (context.folder / "link.db").symlink_to(tmp_path / "outside.db")
        (context.folder / "inside").symlink_to(tmp_path)
        failed = refusal("sql.query", context, database=database, statement="CREATE TABLE t (x)")
        assert failed.type == "Refused"
        assert not (tmp_path / "outside.db").exists()

    def test_a_folder_in_the_data_folder_must_be_there(self, context: Context) -> None:
        assert context.folder is not None
        assert refusal("sql.query", context, database="sqlite:///a/b.db", statement="SELECT 1").type == "NotFound"
        (context.folder / "a").mkdir()
        assert done("sql.query", context, database="sqlite:///a/b.db", statement="SELECT 1 AS x")["rowcount"] == 1

    def test_without_a_data_folder_there_are_no_files(self) -> None:
        assert refusal("sql.query", Context(), database=SHOP, statement="SELECT 1").type == "NotConfigured"


class TestNames:
    def test_a_database_that_is_set_up_may_lie_anywhere(self, context: Context, tmp_path: Path) -> None:
        context.named = {"archive": f"sqlite:///{tmp_path}/archive.db", "near": "sqlite:///shop.db"}
        done("sql.query", context, database="archive", statement="CREATE TABLE t (x)")
        assert (tmp_path / "archive.db").exists()
        assert done("sql.query", context, database="near", statement="SELECT id FROM orders")["rowcount"] == 2

    def test_a_name_that_nobody_set_up(self, context: Context) -> None:
        context.named = {"archive": SHOP}
        failed = refusal("sql.query", context, database="archiv", statement="SELECT 1")
        assert (failed.type, failed.advice) == ("NotFound", 'Did you mean "archive"?')


class TestStatements:
    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT 1",
            "SELECT 1;",
            " SELECT 1 ; \n -- the end; really\n",
            "SELECT ';' AS x",
            'SELECT 1 AS ";"',
            "SELECT 'it''s; fine'",
            "SELECT 1 AS `;`",
            "SELECT 1 /* ; */ + 1",
            "/* why */ SELECT 1 -- ; no",
            "SELECT a - b, c / d, e * f",
            "SELECT a[1], b #> '{x}', $1, '\\d+' FROM t;",
        ],
    )
    def test_one(self, statement: str) -> None:
        assert is_single(statement)

    @pytest.mark.parametrize(
        "statement",
        [
            *(
                "",
                "  ",
                ";",
                "-- nothing",
                "/* nothing */",
                "SELECT 1; SELECT 2",
                "SELECT 1;DROP TABLE t",
                ";SELECT 1;SELECT 2",
            ),
            "SELECT '\\'; DROP TABLE t; --'",
            "SELECT 1 /* /* */ ; DROP TABLE t -- */",
            "SELECT 1 /*! ; DROP TABLE t */",
            "SELECT 'open; DROP TABLE t",
            "SELECT 1 --1; DROP TABLE t",
            "SELECT 1 # '\n; DROP TABLE t -- '",
            "SELECT $a$ ' $a$; DROP TABLE t; --'",
            "SELECT 1 AS [it's]; DROP TABLE t --'",
            "SELECT '\\'; DROP TABLE t; --';",
        ],
    )
    def test_none_or_more(self, statement: str) -> None:
        assert not is_single(statement)
        assert registry.check_parameters("sql.query", {"database": SHOP, "statement": statement})

    def test_a_long_statement_is_read_in_one_go(self) -> None:
        assert is_single("SELECT " + "'" * 50_000 + "/*" * 20_000)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("1.10"), "1.10"),
        (datetime(2027, 1, 31, 8, tzinfo=UTC), "2027-01-31T08:00:00+00:00"),
        (date(2027, 1, 31), "2027-01-31"),
        (timedelta(seconds=90), "0:01:30"),
        (memoryview(b"\xff"), "/w=="),
        (float("nan"), None),
        (float("inf"), None),
        ([1, Decimal(2)], [1, "2"]),
        ({"a": (b"",)}, {"a": [""]}),
        (complex(1), "(1+0j)"),
    ],
)
def test_what_json_cannot_say_is_text(value: object, plain: JsonValue) -> None:
    assert _plain(value) == plain


@pytest.mark.parametrize("parameters", [{"n": [1]}, {"n": {"a": 1}}])
def test_a_list_is_no_value_of_a_statement(context: Context, parameters: JsonObject) -> None:
    assert (
        refusal("sql.query", context, database=SHOP, statement="SELECT :n", parameters=parameters).type
        == "InvalidInput"
    )


class TestServers:
    """Other databases go through SQLAlchemy, which is not one of our dependencies: a stand-in answers for it."""

    @pytest.fixture
    def reached(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        heard: list[str] = []
        monkeypatch.setitem(sys.modules, "sqlalchemy", stand_in(heard))
        return heard

    def test_without_sqlalchemy_the_advice_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "sqlalchemy", None)
        failed = refusal("sql.query", database="postgresql://db.example/shop", statement="SELECT 1")
        assert failed.type == "NotConfigured"
        assert "pip install sqlalchemy" in failed.advice

    def test_a_statement_is_asked_in_a_transaction_with_its_values_and_its_time(self, reached: list[str]) -> None:
        context = Context(reach=Reach(resolve=names({"db.example": ["8.8.8.8"]})))
        output = done(
            "sql.query",
            context,
            database="postgresql://db.example/shop",
            statement="SELECT :a AS a",
            parameters={"a": 1},
        )
        assert output == {"rows": [{"a": 1}], "columns": ["a"], "rowcount": 1, "truncated": False}
        assert reached == [
            "begin",
            "SET LOCAL statement_timeout = 30000",
            "SELECT :a AS a {'idempotency_key': 'r-1/t', 'a': 1}",
            "commit",
        ]

    def test_a_change_tells_how_many(self, reached: list[str]) -> None:
        context = Context(reach=Reach(resolve=names({"db.example": ["8.8.8.8"]})))
        output = done("sql.query", context, database="oracle://db.example/shop", statement="UPDATE t SET a = 1")
        assert (output["rowcount"], output["rows"]) == (3, [])
        assert reached[-1] == "commit"

    @pytest.mark.parametrize(
        "database",
        [
            *(
                "postgresql://10.0.0.1/shop",
                "postgresql://inside.example/shop",
                "postgresql:///shop",
                "duckdb:////etc/x",
            ),
            *("postgresql://db.example/shop?host=127.0.0.1", "postgresql://db.example/shop?service=x"),
            *("mysql://db.example/shop?unix_socket=/x", "postgresql://db.example/a=b", "no url://"),
            *("postgresql://db.example", "postgresql://2130706433/shop"),
        ],
    )
    def test_a_pipelines_url_leads_only_where_it_may(self, reached: list[str], database: str) -> None:
        reach = Reach(resolve=names({"db.example": ["8.8.8.8"], "inside.example": ["10.0.0.1"]}))
        assert refusal("sql.query", Context(reach=reach), database=database, statement="SELECT 1").type == "Refused"
        assert reached == []

    def test_the_operators_own_url_is_not_asked_where_it_leads(self, reached: list[str]) -> None:
        context = Context(named={"shop": "postgresql://10.0.0.1/shop?host=/run/db"})
        done("sql.query", context, database="shop", statement="SELECT :a AS a", parameters={"a": 1})
        assert reached[-1] == "commit"

    @pytest.mark.parametrize(
        ("statement", "type_"),
        [
            *(("raise dbapi", "SqlError"), ("raise broken", "ConnectionFailed"), ("raise other", "SqlError")),
            *(("raise driver", "NotConfigured"), ("raise dialect", "NotConfigured"), ("raise os", "ConnectionFailed")),
        ],
    )
    def test_what_goes_wrong_there_has_a_type_here(self, reached: list[str], statement: str, type_: str) -> None:
        context = Context(named={"shop": "oracle://10.0.0.1/shop"})
        failed = refusal("sql.query", context, database="shop", statement=statement)
        assert failed.type == type_
        assert "commit" not in reached
        assert "s3cret" not in str(failed)


def stand_in(heard: list[str]) -> ModuleType:
    """As much of SQLAlchemy as is used, with its names; `raise ...` as a statement raises."""

    class SQLAlchemyError(Exception):
        pass

    class NoSuchModuleError(SQLAlchemyError):
        pass

    class ArgumentError(SQLAlchemyError):
        pass

    class DBAPIError(SQLAlchemyError):
        def __init__(self, broken: bool) -> None:
            super().__init__("(driver) it failed\n[SQL: with s3cret parameters]")
            self.orig = ValueError("it failed")
            self.connection_invalidated = broken

    raised: dict[str, Exception] = {
        "raise dbapi": DBAPIError(False),
        "raise broken": DBAPIError(True),
        "raise other": SQLAlchemyError("no"),
        "raise driver": ModuleNotFoundError("No module named 'oracledb'", name="oracledb"),
        "raise dialect": NoSuchModuleError("no such dialect"),
        "raise os": ConnectionResetError(),
    }

    class Url(SimpleNamespace):
        def get_backend_name(self) -> str:
            return str(self.backend)

    def make_url(text: str) -> Url:
        if " " in text:
            raise ArgumentError("no URL")
        backend, _, rest = text.partition("://")
        host, _, path = rest.partition("/")
        database, _, query = path.partition("?")
        options = dict([query.split("=", 1)]) if query else {}
        return Url(backend=backend, host=host, port=None, database=database or None, query=options)

    class Connection:
        def __enter__(self) -> Connection:
            heard.append("begin")
            return self

        def __exit__(self, kind: object, *_: object) -> None:
            heard.append("commit" if kind is None else "rollback")

        def execute(self, statement: str, values: dict[str, JsonValue] | None = None) -> SimpleNamespace:
            heard.append(f"{statement} {values}" if values is not None else statement)
            if statement in raised:
                raise raised[statement]
            rows = statement.startswith("SELECT")
            return SimpleNamespace(
                returns_rows=rows,
                rowcount=3,
                keys=lambda: ["a"],
                fetchmany=lambda _: [tuple((values or {}).values())[1:]],
            )

    def create_engine(url: Url, **_: object) -> SimpleNamespace:
        return SimpleNamespace(begin=Connection, dialect=SimpleNamespace(name=url.backend))

    module = ModuleType("sqlalchemy")
    errors = SimpleNamespace(
        SQLAlchemyError=SQLAlchemyError,
        NoSuchModuleError=NoSuchModuleError,
        ArgumentError=ArgumentError,
        DBAPIError=DBAPIError,
    )
    for name, value in {
        "make_url": make_url,
        "create_engine": create_engine,
        "text": str,
        "pool": SimpleNamespace(NullPool=None),
        "exc": errors,
    }.items():
        setattr(module, name, value)
    return module
