"""Every adapter of the run view and of the refusals keeps its contract."""

from __future__ import annotations

from support.backends import memory, sqlite
from support.contracts.view import RefusalsContract, RunViewContract


class TestRunViewInMemory(RunViewContract):
    make = staticmethod(memory)


class TestRunViewOnSqlite(RunViewContract):
    make = staticmethod(sqlite)


class TestRefusalsInMemory(RefusalsContract):
    make = staticmethod(memory)


class TestRefusalsOnSqlite(RefusalsContract):
    make = staticmethod(sqlite)
