"""The bill of a million runs: each thing that is paid for, how often, and what it comes to; beside it what others would ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from murmuration.cost import prices
from murmuration.cost.calls import Assumed, Calls, Heard, calls_of
from murmuration.cost.prices import Price
from murmuration.cost.rivals import Rival, rival
from schemas.model import JsonObject
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline

RUNS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    of: str
    quantity: float
    """For one run."""
    price: Price
    compute: bool = False
    """What running code costs; Step Functions asks for it besides, too."""

    @property
    def usd(self) -> float:
        """For a million runs."""
        return self.price.times(self.quantity * RUNS)


@dataclass(frozen=True, slots=True)
class Bill:
    pipeline: str
    calls: Calls
    lines: tuple[Line, ...]
    rival: Rival
    assumed: Assumed

    @property
    def usd(self) -> float:
        """For a million runs, without compute."""
        return sum(line.usd for line in self.lines if not line.compute)

    @property
    def compute(self) -> float:
        return sum(line.usd for line in self.lines if line.compute)

    @property
    def core(self) -> float:
        """Events and write units alone: what the budget counts."""
        return sum(line.usd for line in self.lines if line.price in (prices.EVENT, prices.WRITE))

    @property
    def standard(self) -> float:
        return self.rival.standard * RUNS

    @property
    def with_ends(self) -> float:
        return self.rival.with_ends * RUNS

    @property
    def express(self) -> float:
        return self.rival.express * RUNS

    @property
    def others_compute(self) -> float:
        return self.rival.compute * RUNS

    def document(self) -> JsonObject:
        return {
            "pipeline": self.pipeline,
            "runs": RUNS,
            "region": prices.REGION,
            "tasks": self.calls.tasks,
            "lines": [
                {"of": line.of, "a_run": round(line.quantity, 3), "usd": round(line.usd, 2), "compute": line.compute}
                for line in self.lines
            ],
            "usd": round(self.usd, 2),
            "compute_usd": round(self.compute, 2),
            "step_functions": {
                "transitions": self.rival.transitions,
                "standard_usd": round(self.standard, 2),
                "standard_with_ends_usd": round(self.with_ends, 2),
                "express_usd": round(self.express, 2),
                "express_seconds": self.rival.express_seconds,
                "express_possible": not self.rival.too_long,
                "compute_usd": round(self.others_compute, 2),
            },
        }


def bill_of(
    pipeline: Pipeline,
    answers: Mapping[str, Sequence[Outcome]] | None = None,
    assumed: Assumed | None = None,
    heard: Heard | None = None,
) -> Bill:
    assumed = assumed or Assumed()
    calls = calls_of(pipeline, answers, assumed, heard or Heard())
    return Bill(pipeline.name, calls, _lines(calls), rival(pipeline, answers, assumed), assumed)


def _lines(calls: Calls) -> tuple[Line, ...]:
    lines = (
        Line("events", calls.events, prices.EVENT),
        Line("write units", calls.writes, prices.WRITE),
        Line("read units", calls.reads, prices.READ),
        Line("queue requests", calls.requests, prices.REQUEST),
        Line("objects written", calls.puts, prices.OBJECT_PUT),
        Line("objects read", calls.gets, prices.OBJECT_GET),
        Line("GB of logs", calls.log_kb / 1_048_576, prices.LOG_GB),
        Line("invocations", calls.invocations, prices.INVOCATION, compute=True),
        Line("GB-seconds", calls.gb_seconds, prices.GB_SECOND, compute=True),
    )
    return tuple(line for line in lines if line.quantity)
