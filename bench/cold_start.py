"""A task function's cold start: processor time from its process's first moment to its first question for work, under Lambda's own
runtime client, beside what its libraries alone take. A busy machine takes longer for both.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TITLE = "a task function's cold start"
TRIES = 7
BUDGET_MS = 270
LIBRARIES_MS = 218
"""What the libraries alone took, on the machine where the budget was made."""
LIBRARIES = """
import boto3, pydantic
from aws_lambda_powertools import Logger, Metrics
session = boto3.Session()
session.client("dynamodb"), session.client("events")
"""
_ROOT = Path(__file__).parents[1]


def run() -> Iterator[tuple[str, str]]:
    sys.path.insert(0, str(_ROOT / "tests"))
    from support.aws_variables import VARIABLES

    told = {**VARIABLES, "PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), "_HANDLER": "handlers.entry.task"}
    bare = min(_cpu_ms("pass", told) for _ in range(TRIES))
    door = min(_cpu_ms("import handlers.entry", told) for _ in range(TRIES)) - bare
    libraries = min(_cpu_ms(LIBRARIES, told) for _ in range(TRIES)) - bare
    yield "everything that it loads before its first invocation", f"{door:.0f} ms"
    yield "boto3, two clients, pydantic and Powertools alone", f"{libraries:.0f} ms"
    yield (
        f"as on the machine where those took {LIBRARIES_MS} ms",
        f"{door / libraries * LIBRARIES_MS:.0f} ms of {BUDGET_MS}",
    )
    yield "asking for its first invocation, under the runtime client", f"{_under_the_client(dict(VARIABLES)):.0f} ms"


def _cpu_ms(code: str, told: dict[str, str]) -> float:
    whole = f"{code}\nimport os\nprint(sum(os.times()[:2]))"
    done = subprocess.run(
        [sys.executable, "-c", whole], env=told, cwd=_ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1]) * 1000


def _under_the_client(told: dict[str, str]) -> float:
    from support.runtime_api import runtime

    found: list[float] = []
    for _ in range(TRIES):
        with runtime("handlers.entry.task", told) as started:
            started.wait_until_ready()
            found.append(started.init_cpu * 1000)
    return min(found)
