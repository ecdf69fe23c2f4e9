"""Every adapter of the run view and of the refusals keeps its contract."""

from __future__ import annotations

from support.aws import aws
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


class TestRunViewOnAws(RunViewContract):
    make = staticmethod(aws)


class TestRefusalsOnAws(RefusalsContract):
    make = staticmethod(aws)
