"""What every contract suite stands on: a backend of the subclass's choice, new for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from support.backends import Backend


class Contract:
    make: ClassVar[Callable[[Path], Backend]]

    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[Backend]:
        backend = type(self).make(tmp_path)
        yield backend
        backend.close()
