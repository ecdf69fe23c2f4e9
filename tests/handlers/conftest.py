from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.backends import Backend, memory, sqlite
from support.quick_table import quick


@pytest.fixture(params=[memory, sqlite, quick], ids=["memory", "sqlite", "ledger of aws"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    backend: Backend = request.param(tmp_path)
    yield backend
    backend.close()
