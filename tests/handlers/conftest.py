from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.backends import Backend, memory, sqlite


@pytest.fixture(params=[memory, sqlite], ids=["memory", "sqlite"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    backend: Backend = request.param(tmp_path)
    yield backend
    backend.close()
