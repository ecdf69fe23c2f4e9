"""`murmur doctor` on a deployed stack: what it finds on one that works, and on ones that do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.account import Account
from support.aws import STAGE
from support.sky import Sky, sky

from murmuration.aws.deploy.smoke import Found, Smoke
from schemas.pipeline import Pipeline


class Publisher:
    def __init__(self, here: Sky) -> None:
        self.here = here
        self.done: list[str] = []

    def publish(self, pipeline: Pipeline) -> None:
        self.here.publish(pipeline)
        self.done.append(f"published {pipeline.name}")

    def unpublish(self, name: str) -> None:
        self.here.stage.publisher().unpublish([name])
        self.done.append(f"unpublished {name}")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Sky]:
    with sky(tmp_path, in_order=True) as made:
        sqs = made.stack.clients.sqs
        # The undelivered function is another test's: what nobody can read is kept.
        made.stage.deliverer.queues[made.stage.cloud.queue("undelivered")] = _keeps(sqs)
        sqs.create_queue(QueueName=f"murmur-{STAGE}-undelivered-dead")
        yield made


def _keeps(sqs: Any) -> Any:
    def keep(event: Any, _request: str) -> None:
        url = sqs.get_queue_url(QueueName=f"murmur-{STAGE}-undelivered-dead")["QueueUrl"]
        for record in event["Records"]:
            sqs.send_message(QueueUrl=url, MessageBody=record["body"])

    return keep


def tried(here: Sky, *, settles: bool = True) -> tuple[dict[str, Found], Publisher]:
    publisher = Publisher(here)

    def sleep(_: float) -> None:
        if settles:
            here.settle()

    smoke = Smoke(Account(here.stage).clients, here.stack.environment, publisher, sleep, "token-1")
    return {found.what: found for found in smoke.findings()}, publisher


def refuse_forgers(params: dict[str, Any], **_: Any) -> None:
    """As the bus's policy does; moto has none."""
    from support.account import refused

    if any(entry["Source"] == "murmuration" and "forged" in entry["Detail"] for entry in params["Entries"]):
        raise refused("AccessDeniedException", "PutEvents")


def test_a_stack_that_works_is_said_to(here: Sky) -> None:
    events = here.stack.clients.events.meta.events
    events.register("provide-client-params.events.PutEvents", refuse_forgers)
    try:
        found, publisher = tried(here)
    finally:
        events.unregister("provide-client-params.events.PutEvents", refuse_forgers)
    ill = {what: one for what, one in found.items() if not one.well}
    assert set(ill) == {"functions at once"}, "a new account's ten are too few, all else is well"
    assert "refused (AccessDeniedException)" in found["forged event"].told
    assert "succeeded" in found["run"].told
    assert "4 events" in found["run"].told
    assert "kept" in found["undelivered"].told
    assert publisher.done == ["published murmur-doctor/smoke", "unpublished murmur-doctor/smoke"]
    assert here.stage.standings()["murmur-doctor/smoke"]["active"] is None  # type: ignore[index, call-overload]  # a document


def test_a_bus_that_lets_forgers_through_is_told(here: Sky) -> None:
    found, _ = tried(here)
    assert not found["forged event"].well
    assert "policy" in found["forged event"].advice


def test_what_does_not_come_is_told_after_a_while_and_taken_out_again(
    here: Sky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("murmuration.aws.deploy.smoke.PATIENCE_S", 2)
    found, publisher = tried(here, settles=False)
    assert not found["run"].well
    assert "has not started" in found["run"].told
    assert not found["undelivered"].well
    assert publisher.done[-1] == "unpublished murmur-doctor/smoke"


def test_a_step_that_is_refused_does_not_end_the_others(here: Sky) -> None:
    here.stack.clients.sqs.delete_queue(QueueUrl=here.stage.cloud.queue("failed"))
    found, _ = tried(here)
    assert not found["parts"].well
    assert found["run"].well
