"""Stands in for a payment service."""

from pydantic import BaseModel

from murmuration import Context, task

LIMIT_CENTS = 1_000_000


class Declined(Exception):
    """The bank says no."""


class Booked(BaseModel):
    order: str
    booked_cents: int
    reference: str


@task
def handler(order: str, cents: int, *, context: Context) -> Booked:
    """Charge an order. Fails with Declined above the limit."""
    if cents > LIMIT_CENTS:
        raise Declined(f"{order}: {cents / 100:.2f} is above the limit of {LIMIT_CENTS / 100:.2f}")
    # The key is the same for every attempt: the service books once, even if this attempt is lost before it can say so.
    return Booked(order=order, booked_cents=cents, reference=context.idempotency_key)
