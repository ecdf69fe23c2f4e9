"""Every adapter of the bus keeps its contract."""

from __future__ import annotations

from support.aws import aws
from support.backends import forgetful, memory, sqlite
from support.contracts.bus import BusContract


class TestInMemory(BusContract):
    make = staticmethod(memory)


class TestOnSqlite(BusContract):
    make = staticmethod(sqlite)


class TestOnSqliteReadAnew(BusContract):
    make = staticmethod(forgetful)


class TestOnAws(BusContract):
    make = staticmethod(aws)
