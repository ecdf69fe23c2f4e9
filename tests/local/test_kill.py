"""kill -9: whatever was acknowledged is there, every run ends, no outcome is recorded twice, no join opens twice.

`MURMURATION_KILLS` says how often (100 when left out), `MURMURATION_SEED` begins another storm; a storm that found something
is begun again by its seed, though the moments of its kills are the machine's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = int(os.environ.get("MURMURATION_KILLS", "100"))
SEED = os.environ.get("MURMURATION_SEED", "1")
TESTS = Path(__file__).parents[1]


@pytest.mark.timeout(120 + 3 * KILLS)
def test_a_server_that_is_killed_again_and_again_loses_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "support.kill.storm", str(tmp_path), "--kills", str(KILLS), "--seed", SEED]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    storm = subprocess.run(command, cwd=TESTS, env=environment, capture_output=True, text=True, check=False)
    assert storm.returncode == 0, f"seed {SEED}: {storm.stdout}{storm.stderr}"
    told = json.loads(storm.stdout)
    assert told["kills"] > KILLS
    assert told["runs"] > KILLS, "it rained hard enough"
    print(told)
