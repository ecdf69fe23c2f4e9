"""AWS's own linter on what `murmur export` prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.murmur import Shop
from support.template import run

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["yaml", "json"])
def test_the_linter_finds_nothing(form: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(Shop(EXAMPLES)("export", *form).stdout)
    done = run("sam", "cfn-lint", str(file))
    assert done.returncode == 0, done.stdout
