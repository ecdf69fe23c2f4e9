"""`murmur doctor` on a stack that is deployed on AWS: the same verb, told apart by its target."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from murmuration.cli.place import Place, who

if TYPE_CHECKING:
    from murmuration.aws.deploy.smoke import Found
    from murmuration.aws.publish.publisher import Publisher
    from schemas.pipeline import Pipeline


def smoked(place: Place) -> Iterator[Found]:
    from murmuration.aws.deploy.smoke import Smoke
    from murmuration.aws.publish.making import by_a_person
    from murmuration.system import SystemClock

    there = place.remote()
    there.say()
    environment = there.deployed.environment
    publisher = _ByPublisher(by_a_person(environment, there.clients, SystemClock(), who()))
    yield from Smoke(there.clients, environment, publisher, time.sleep, secrets.token_hex(8)).findings()


class _ByPublisher:
    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def publish(self, pipeline: Pipeline) -> None:
        from murmuration.aws.publish.prepare import asked_of

        self._publisher.publish(asked_of([pipeline], []))

    def unpublish(self, name: str) -> None:
        self._publisher.unpublish([name])
