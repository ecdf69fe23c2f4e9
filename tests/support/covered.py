"""Run tests and hold the branch coverage of the pure core at 100%. `python tests/support/covered.py tests/core [pytest args]`.

A run that is narrowed with -k, or by naming single files, is not measured: its coverage says nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

DATA = ".coverage.core"


def main(arguments: list[str]) -> int:
    whole = arguments == ["tests/core"]
    workers = ["-n", str(min(os.cpu_count() or 1, 4))] if whole else []
    pytest = ["-m", "pytest", "-q", *workers, *arguments]
    if not whole:
        return subprocess.call([sys.executable, *pytest])
    for stale in Path().glob(f"{DATA}*"):
        stale.unlink()
    environment = {**os.environ, "COVERAGE_FILE": DATA}
    coverage = [sys.executable, "-m", "coverage"]
    failed = subprocess.call([*coverage, "run", *pytest], env=environment)
    subprocess.check_call([*coverage, "combine", "-q"], env=environment)
    return failed or subprocess.call([*coverage, "report", "--fail-under=100"], env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
