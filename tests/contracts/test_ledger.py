"""Every adapter of the ledger keeps its contract."""

from __future__ import annotations

from support.aws import aws
from support.backends import forgetful, memory, sqlite
from support.contracts.ledger import LedgerContract
from support.quick_table import quick


class TestInMemory(LedgerContract):
    make = staticmethod(memory)


class TestOnSqlite(LedgerContract):
    make = staticmethod(sqlite)


class TestOnSqliteReadAnew(LedgerContract):
    make = staticmethod(forgetful)


class TestOnAws(LedgerContract):
    make = staticmethod(aws)


class TestOnAQuickTable(LedgerContract):
    """What larger tests stand on means the same."""

    make = staticmethod(quick)
