"""Every adapter of the timers keeps its contract."""

from __future__ import annotations

from support.backends import forgetful, memory, sqlite
from support.contracts.timers import TimersContract


class TestInMemory(TimersContract):
    make = staticmethod(memory)


class TestOnSqlite(TimersContract):
    make = staticmethod(sqlite)


class TestOnSqliteReadAnew(TimersContract):
    make = staticmethod(forgetful)
