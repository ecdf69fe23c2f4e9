"""Every adapter of the catalog keeps its contract."""

from __future__ import annotations

from support.aws import aws
from support.backends import forgetful, memory, sqlite
from support.contracts.catalog import CatalogContract


class TestInMemory(CatalogContract):
    make = staticmethod(memory)


class TestOnSqlite(CatalogContract):
    make = staticmethod(sqlite)


class TestOnSqliteReadAnew(CatalogContract):
    make = staticmethod(forgetful)


class TestOnAws(CatalogContract):
    make = staticmethod(aws)
