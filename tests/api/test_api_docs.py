"""The examples of docs/api.md, run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.murmur import shop
from support.served import served

from murmuration.generate import PAGE


@pytest.mark.skipif(shutil.which("curl") is None, reason="they are told with curl")
def test_the_walk_can_be_walked(tmp_path: Path) -> None:
    shop(tmp_path / "shop")
    walk = PAGE.read_text().partition("## A walk")[2].partition("\n## ")[0]
    commands = re.findall(r"```sh\n(.*?)```", walk, re.DOTALL)
    assert len(commands) >= 4
    # One after the other in one shell; a no ends it.
    script = "set -e\n" + "\n".join(commands).replace("curl -s ", "curl -sS --fail-with-body ")
    with served(tmp_path / "shop") as here:
        given = {**os.environ, "URL": here.url, "TOKEN": here.token}
        done = subprocess.run(["sh", "-xc", script], env=given, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{done.stdout[-2_000:]}\n{done.stderr[-2_000:]}"
