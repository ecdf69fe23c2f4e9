"""Made from examples/pipelines/arithmetic.yaml. Change it there, and run python -m murmuration.template_modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXT: Final = """\
# Five tasks, each of which works on what those before it gave: ((5 + 3) / (6 - 3) - 2) * 40.
# Nobody takes up a failure here, and `murmur check` says so: a division by zero is to fail the run.
project: examples
pipeline: arithmetic
description: "((8 / 3) - 2) * 40, a task for each step."
owner: examples
deadline: 5m
tasks:
  sum:        {function: add, timeout: 10s, with: {a: 5, b: 3}}
  difference: {function: subtract, timeout: 10s, with: {a: 6, b: 3}}
  # Two edges lead here, and a task waits for all of them unless it says otherwise.
  quotient:   {function: divide, timeout: 10s, with: {a: "${tasks.sum.output}", b: "${tasks.difference.output}"}}
  less:       {function: subtract, timeout: 10s, with: {a: "${tasks.quotient.output}", b: 2}}
  result:     {function: multiply, timeout: 10s, with: {a: "${tasks.less.output}", b: 40}}
edges:
  - {from: sum, to: quotient}
  - {from: difference, to: quotient}
  - {from: quotient, to: less}
  - {from: less, to: result}
"""
FUNCTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "add": {
        "handler.py": """\
from murmuration import task


@task
def handler(a: float, b: float) -> float:
    \"\"\"The sum of two numbers.\"\"\"
    return a + b
""",
    },
    "divide": {
        "handler.py": """\
from murmuration import task


@task
def handler(a: float, b: float) -> float:
    \"\"\"The first number divided by the second. Division by zero fails the task with ZeroDivisionError.\"\"\"
    return a / b
""",
    },
    "multiply": {
        "handler.py": """\
from murmuration import task


@task
def handler(a: float, b: float) -> float:
    \"\"\"The product of two numbers.\"\"\"
    return a * b
""",
    },
    "subtract": {
        "handler.py": """\
from murmuration import task


@task
def handler(a: float, b: float) -> float:
    \"\"\"The first number less the second.\"\"\"
    return a - b
""",
    },
}
