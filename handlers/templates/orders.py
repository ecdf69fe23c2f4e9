"""Made from examples/pipelines/orders.yaml. Change it there, and run python -m murmuration.template_modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXT: Final = """\
project: examples
pipeline: orders
description: A purchase is charged, a refund is paid back. Which of the two it is stands in the input.
owner: examples
input:
  type: object
  required: [kind, order, cents]
  properties:
    kind: {enum: [purchase, refund]}
    order: {type: string, pattern: "^[A-Za-z0-9-]{1,40}$"}
    cents: {type: integer, minimum: 1}
deadline: 1h
triggers:
  # An order is charged once, however often the shop says so: one run per key.
  booked:
    event: {source: [shop], detail-type: [order.booked]}
    input: "${detail}"
    key: "${detail.kind}/${detail.order}"
tasks:
  # A condition looks at what a task gave. This one gives the input, so the edges out of it can look at that.
  receive: {action: pass, timeout: 10s, with: {value: "${input}"}}
  charge:  {function: charge, timeout: 30s, with: {order: "${input.order}", cents: "${input.cents}"}}
  refund:  {function: refund, timeout: 30s, with: {order: "${input.order}", cents: "${input.cents}"}}
  # Exactly one of the two will have run.
  receipt:
    action: s3.write
    join: any
    timeout: 30s
    with:
      bucket: reports
      key: "orders/${input.order}-${input.kind}.json"
      json: "${tasks.charge.output || tasks.refund.output || `null`}"
  trouble:
    action: emit
    join: any
    timeout: 30s
    with:
      source: shop
      type: order.failed
      detail:
        order: "${input.order}"
        why: "${tasks.charge.error.message || tasks.refund.error.message || tasks.receipt.error.message || ''}"
edges:
  - {from: receive, to: charge, when: {kind: [purchase]}}
  - {from: receive, to: refund, when: {kind: [refund]}}
  - {from: charge, to: receipt}
  - {from: refund, to: receipt}
  - {from: receive, to: trouble, on: failure}
  - {from: charge, to: trouble, on: failure}
  - {from: refund, to: trouble, on: failure}
  - {from: receipt, to: trouble, on: failure}
"""
FUNCTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "charge": {
        "handler.py": """\
\"\"\"Stands in for a payment service.\"\"\"

from pydantic import BaseModel

from murmuration import Context, task

LIMIT_CENTS = 1_000_000


class Declined(Exception):
    \"\"\"The bank says no.\"\"\"


class Booked(BaseModel):
    order: str
    booked_cents: int
    reference: str


@task
def handler(order: str, cents: int, *, context: Context) -> Booked:
    \"\"\"Charge an order. Fails with Declined above the limit.\"\"\"
    if cents > LIMIT_CENTS:
        raise Declined(f"{order}: {cents / 100:.2f} is above the limit of {LIMIT_CENTS / 100:.2f}")
    # The key is the same for every attempt: the service books once, even if this attempt is lost before it can say so.
    return Booked(order=order, booked_cents=cents, reference=context.idempotency_key)
""",
    },
    "refund": {
        "handler.py": """\
\"\"\"Stands in for a payment service.\"\"\"

from pydantic import BaseModel

from murmuration import Context, task


class Booked(BaseModel):
    order: str
    booked_cents: int
    reference: str


@task
def handler(order: str, cents: int, *, context: Context) -> Booked:
    \"\"\"Pay an order back.\"\"\"
    return Booked(order=order, booked_cents=-cents, reference=context.idempotency_key)
""",
    },
}
