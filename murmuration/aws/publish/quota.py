"""What the account may have on a bus: as AWS says it, or the default where it does not say or may not be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from events.rules.edge_plan import PATTERN_LENGTH
from events.rules.quota import RULES, WILDCARDS, Room, has_wildcard
from murmuration.aws.publish.buses import DEFAULT, OnBuses
from murmuration.aws.publish.impact import Obstacle
from murmuration.aws.publish.wanted import Wanted, names
from schemas.model import JsonObject

_SERVICE: Final = "events"
_RULES: Final = "L-244521F2"
"""Rules on one bus."""


def rules_allowed(quotas: Any) -> int:
    """On each bus of the account. An older default than what AWS granted since only makes us careful."""
    try:
        return int(quotas.get_service_quota(ServiceCode=_SERVICE, QuotaCode=_RULES)["Quota"]["Value"])
    except (ClientError, BotoCoreError):
        return RULES


class Sum:
    """What both buses would hold with these rules on them, beside what is there already."""

    def __init__(self, seen: OnBuses, wanted: Iterable[Wanted], bus: str, quota: int) -> None:
        self._seen = seen
        self._wanted = tuple({rule.place: rule for rule in wanted if not seen.deployed(rule)}.values())
        self._bus = bus
        self._quota = quota

    def rules(self, bus: str) -> int:
        return self._there(bus).rules + sum(rule.place.bus == bus for rule in self._wanted)

    def wildcards(self, bus: str) -> int:
        asked = sum(rule.place.bus == bus and has_wildcard(rule.pattern) for rule in self._wanted)
        return self._there(bus).wildcards + asked

    def document(self) -> JsonObject:
        rules, wildcards = self.rules(self._bus), self.wildcards(self._bus)
        return {
            "rules": rules,
            "of": self._quota,
            "left": self._quota - rules,
            "wildcards": wildcards,
            "of_wildcards": WILDCARDS,
        }

    def obstacles(self) -> Iterator[Obstacle]:
        """Only what is asked for now can be too much: a bus that is too full already stops nobody who adds nothing."""
        for bus in (self._bus, DEFAULT):
            if not any(rule.place.bus == bus and rule.place not in self._seen for rule in self._wanted):
                continue
            rules, wildcards = self.rules(bus), self.wildcards(bus)
            if rules > self._quota:
                yield Obstacle(
                    f"the bus {bus} would have {rules:,} rules and may have {self._quota:,}",
                    "Ask AWS for a higher quota of rules per bus, wait until versions that drain have retired, give edges "
                    "equal conditions, or move the pipeline to a stack of its own",
                )
            if wildcards > WILDCARDS:
                yield Obstacle(
                    f"the bus {bus} would have {wildcards} rules with a wildcard and may have {WILDCARDS}; AWS does not raise this",
                    "Write prefix or suffix instead of wildcard where it says the same",
                )
        for rule in self._wanted:
            if len(rule.pattern_text) > PATTERN_LENGTH:
                yield Obstacle(
                    f"the pattern for {rule.hears} has {len(rule.pattern_text):,} characters and may have {PATTERN_LENGTH:,}",
                    "Shorten the condition, or let the task say in one field of its output what the condition asks",
                )

    def _there(self, bus: str) -> Room:
        return self._seen.room(bus, self._quota, names(self._wanted))
