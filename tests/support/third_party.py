"""Third-party facts that are not copied into the project: read where they lie beside the checkout, else left out aloud."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PATTERNS = Path(__file__).parents[3] / "shared" / "conformance" / "patterns"


def cases(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def third_party(name: str) -> list[dict[str, object]]:
    file = PATTERNS / name
    if not file.exists():
        pytest.skip(f"left out: {name} is not beside the checkout, in ../shared/conformance/patterns")
    return cases(file)
