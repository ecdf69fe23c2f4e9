"""Every adapter of the artifacts keeps its contract."""

from __future__ import annotations

from support.aws import aws
from support.backends import memory, sqlite
from support.contracts.artifacts import ArtifactsContract


class TestInMemory(ArtifactsContract):
    make = staticmethod(memory)


class TestOnSqlite(ArtifactsContract):
    make = staticmethod(sqlite)


class TestOnAws(ArtifactsContract):
    make = staticmethod(aws)
