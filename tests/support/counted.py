"""A run on simulated AWS, and what each of its calls will cost: nothing is estimated, all of it is counted.

    with sky(folder, in_order=True) as here:
        here.publish(pipeline)
        bill = counted(here, pipeline.name)
    bill.events, bill.writes, bill.reads, ...

The first run warms up: what a function reads once and keeps is not a run's. Then every message comes to the projector alone, so what
it looks up is looked up for each: in a batch some of that is shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

from support.aws import Cloud
from support.aws_units import charged
from support.sky import Sky

from events.outside import size_of

CHUNK: Final = 65_536
IDLE_MS: Final = 5_000
"""Between two steps: retries are due, and what is kept for a moment is read again."""


@dataclass
class Counted:
    """Of one run."""

    run: str = ""
    events: int = 0
    """64 KB each."""
    writes: int = 0
    reads: float = 0
    messages: int = 0
    """Sent to queues, by us and by rules."""
    sends: int = 0
    """Requests to SQS that sent them."""
    invocations: int = 0
    """Of start, task and timers functions; the projector and its batches come beside."""
    puts: int = 0
    gets: int = 0
    calls: Counter[str] = field(default_factory=Counter)


def counted(here: Sky, pipeline: str, input_: Any = None) -> Counted:
    with _calls(here, Counted()):
        _once(here, pipeline, input_)
    found = Counted()
    before = len(here.stage.deliverer.delivered)
    with charged(Cloud(here.stack.environment, here.stack.clients)) as bill, _calls(here, found):
        found.run = _once(here, pipeline, input_)
    arns = [one.arn for one in here.stage.deliverer.delivered[before:]]
    found.writes, found.reads = bill.writes, bill.reads
    found.calls.update(bill.calls)
    to_queues = sum(":sqs:" in arn for arn in arns)
    found.messages += to_queues
    found.sends += to_queues
    found.invocations = 1 + len(arns) - to_queues
    return found


def _once(here: Sky, pipeline: str, input_: Any) -> str:
    run = here.ask(pipeline, input_)
    deliverer = here.stage.deliverer
    while deliverer.step() or deliverer._pump():
        here.stage.clock.at += IDLE_MS
        deliverer._pump()
    return run


@contextmanager
def _calls(here: Sky, found: Counted) -> Iterator[None]:
    clients = here.stack.clients

    def asked(params: dict[str, Any], model: Any, **_: Any) -> None:
        found.calls[model.name] += 1
        match model.name:
            case "PutEvents":
                for one in params["Entries"]:
                    size = size_of(one["Source"], one["DetailType"], one["Detail"], one.get("Resources", ()))
                    found.events += ceil(size / CHUNK)
            case "SendMessageBatch":
                found.messages += len(params["Entries"])
                found.sends += 1
            case "SendMessage":
                # The test moves time by itself: what is held back comes at once.
                params["DelaySeconds"] = 0
                found.messages += 1
                found.sends += 1
            case "PutObject" | "CopyObject" | "ListObjectsV2":
                found.puts += 1
            case "GetObject" | "HeadObject":
                found.gets += 1

    watched = {"events": clients.events, "sqs": clients.sqs, "s3": clients.s3}
    for name, client in watched.items():
        client.meta.events.register(f"provide-client-params.{name}", asked)
    try:
        yield
    finally:
        for name, client in watched.items():
            client.meta.events.unregister(f"provide-client-params.{name}", asked)
