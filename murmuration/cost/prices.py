"""What AWS asks, in US dollars, in us-east-1, without free tiers and discounts. Each price with where it was read, and when."""

from __future__ import annotations

from typing import Final, NamedTuple


class Price(NamedTuple):
    usd: float
    """For `per` of them."""
    per: int
    of: str
    source: str
    seen: str
    """The day, or the month, for which the source tells it."""

    def times(self, quantity: float) -> float:
        return self.usd / self.per * quantity


REGION: Final = "us-east-1"
_M: Final = 1_000_000
_ONCE: Final = "aws.amazon.com/{}/pricing"

EVENT: Final = Price(1.00, _M, "events put on a bus, per 64 KB", _ONCE.format("eventbridge"), "2026-03")
SCHEDULE: Final = Price(1.00, _M, "one-off schedules", _ONCE.format("eventbridge"), "2026-03")
WRITE: Final = Price(0.625, _M, "write units, of 1 KB", _ONCE.format("dynamodb") + "/on-demand", "2026-11")
READ: Final = Price(0.125, _M, "read units, of 4 KB", _ONCE.format("dynamodb") + "/on-demand", "2026-11")
REQUEST: Final = Price(0.40, _M, "requests to queues, per 64 KB", _ONCE.format("sqs"), "2026-06")
INVOCATION: Final = Price(0.20, _M, "invocations", _ONCE.format("lambda"), "2026-11")
GB_SECOND: Final = Price(0.0000133334, 1, "GB-seconds on arm64", _ONCE.format("lambda"), "2026-11")
OBJECT_PUT: Final = Price(0.005, 1_000, "objects written, copied, listed", _ONCE.format("s3"), "2026-11")
OBJECT_GET: Final = Price(0.0004, 1_000, "objects read", _ONCE.format("s3"), "2026-11")
LOG_GB: Final = Price(0.50, 1, "GB of logs taken in", _ONCE.format("cloudwatch"), "2026-11")

TRANSITION: Final = Price(0.025, 1_000, "state transitions (Standard)", _ONCE.format("step-functions"), "2026-11")
EXPRESS: Final = Price(1.00, _M, "executions (Express)", _ONCE.format("step-functions"), "2026-11")
EXPRESS_GB_SECOND: Final = Price(
    0.06 / 3_600, 1, "GB-seconds (Express, first tier)", _ONCE.format("step-functions"), "2026-11"
)

ALL: Final = (
    EVENT, SCHEDULE, WRITE, READ, REQUEST, INVOCATION, GB_SECOND, OBJECT_PUT, OBJECT_GET, LOG_GB,
    TRANSITION, EXPRESS, EXPRESS_GB_SECOND,
)  # fmt: skip
