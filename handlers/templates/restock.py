"""Made from examples/pipelines/restock.yaml. Change it there, and run python -m murmuration.template_modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXT: Final = """\
project: examples
pipeline: restock
description: Orders what is running out, if the warehouse has left its list. Without a list nothing is done, and nothing fails.
owner: examples
input: {type: object, properties: {list: {type: string, minLength: 1}}}
deadline: 10m
triggers:
  mornings: {schedule: {cron: "30 6 * * 1-5", timezone: Europe/Zurich}, input: {list: stock.json}}
tasks:
  look:  {function: find_file, timeout: 30s, with: {file: {bucket: stock, key: "${input.list || 'stock.json'}"}}}
  read:  {action: s3.read, timeout: 30s, with: {bucket: stock, key: "${tasks.look.output.file.key}", format: json}}
  few:
    action: transform
    timeout: 30s
    with: {expression: "{items: [?left < `10`].{sku: sku, order: `50`}}", data: "${tasks.read.output.content}"}
  order:
    action: emit
    timeout: 30s
    with: {source: shop, type: stock.low, detail: "${tasks.few.output}"}
  problem:
    action: emit
    join: any
    timeout: 30s
    with:
      source: shop
      type: stock.unreadable
      detail:
        list: "${input.list || 'stock.json'}"
        why: >-
          ${tasks.look.error.message || tasks.read.error.message
          || tasks.few.error.message || tasks.order.error.message || ''}
edges:
  # The condition is part of the bus's rule: when nothing is found, no task below is even asked.
  - {from: look, to: read, when: {found: [true]}}
  - {from: read, to: few}
  - {from: few, to: order}
  - {from: look, to: problem, on: failure}
  - {from: read, to: problem, on: failure}
  - {from: few, to: problem, on: failure}
  - {from: order, to: problem, on: failure}
"""
FUNCTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "find_file": {
        "handler.py": """\
from pydantic import BaseModel

from murmuration import Context, task


class File(BaseModel):
    bucket: str
    key: str


class Found(BaseModel):
    file: File
    found: bool
    size: int = 0


@task
def handler(file: File, *, context: Context) -> Found:
    \"\"\"Is there such a file, with something in it? That there is none is an answer, not a failure.\"\"\"
    try:
        size = context.artifacts.path(file.model_dump()).stat().st_size
    except FileNotFoundError:
        size = 0
    return Found(file=file, found=size > 0, size=size)
""",
    },
}
