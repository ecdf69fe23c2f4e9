"""Stands in for a payment service."""

from pydantic import BaseModel

from murmuration import Context, task


class Booked(BaseModel):
    order: str
    booked_cents: int
    reference: str


@task
def handler(order: str, cents: int, *, context: Context) -> Booked:
    """Pay an order back."""
    return Booked(order=order, booked_cents=-cents, reference=context.idempotency_key)
