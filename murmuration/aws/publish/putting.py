"""Putting rules on a bus and taking them off, within the rates of the API, each step repeatable.

PutRule clears what is left out, so every field is told each time; tags are taken only when a rule is made. A rule is put
disabled, then given its targets, then enabled: one that is enabled is whole, whenever who put it was killed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import ClientError

from murmuration.aws.publish import heard
from murmuration.aws.publish.buses import WHERE, description
from murmuration.aws.publish.lease import Sleep
from murmuration.aws.publish.wanted import Place, Wanted
from murmuration.aws.refusals import AwsRefused, code_of, translated
from murmuration.aws.table import Table

CALLS_A_SECOND: Final = 20
"""Of the 50 that an account has; others deploy, too."""
_TRIES: Final = 5
_PAUSE_S: Final = 0.5
_GONE: Final = frozenset({"ResourceNotFoundException"})


class Putting:
    """`keep` is asked before every change: whether it may still be made."""

    def __init__(
        self, events: Any, table: Table, prefix: str, stage: str, sleep: Sleep, keep: Callable[[], None]
    ) -> None:
        self._events = events
        self._table = table
        self._prefix = prefix
        self._tags = [{"Key": "murmuration:stage", "Value": stage}]
        self._sleep = sleep
        self._keep = keep

    def put(self, rule: Wanted, *, there: bool) -> None:
        """Whole and enabled. `there`: it was seen on the bus, but is not whole or not enabled."""
        if rule.canaried:
            self._step()
            heard.forget(self._table, rule.canary)
        with translated(WHERE):
            self._put_rule(rule, "DISABLED", there)
            self._entries(
                [dict(target) for target in rule.targets],
                lambda some: self._events.put_targets(Rule=rule.place.name, EventBusName=rule.place.bus, Targets=some),
                rule.place,
            )
            self._put_rule(rule, "ENABLED", True)

    def remove(self, place: Place) -> None:
        """Gone; one that was not there is gone already."""
        bus, name = place
        with translated(WHERE):
            try:
                self._entries(
                    [{"Id": one} for one in self._targets(place)],
                    lambda some: self._events.remove_targets(
                        Rule=name, EventBusName=bus, Ids=[one["Id"] for one in some]
                    ),
                    place,
                )
                self._step()
                self._events.delete_rule(Name=name, EventBusName=bus)
            except ClientError as wrong:
                if code_of(wrong) not in _GONE:
                    raise

    def _put_rule(self, rule: Wanted, state: str, there: bool) -> None:
        asks: dict[str, Any] = {
            "Name": rule.place.name,
            "EventBusName": rule.place.bus,
            "EventPattern": rule.pattern_text,
            "State": state,
            "Description": description(rule, self._prefix),
        }
        if not there:
            asks["Tags"] = self._tags
        self._step()
        self._events.put_rule(**asks)

    def _targets(self, place: Place) -> list[str]:
        asks: dict[str, Any] = {"Rule": place.name, "EventBusName": place.bus}
        found: list[str] = []
        while True:
            self._step()
            page = self._events.list_targets_by_rule(**asks)
            found += [str(target["Id"]) for target in page["Targets"]]
            if not page.get("NextToken"):
                return found
            asks["NextToken"] = page["NextToken"]

    def _entries(
        self, entries: list[dict[str, Any]], call: Callable[[list[dict[str, Any]]], Any], place: Place
    ) -> None:
        """All of them done. The call as a whole may succeed and some of its entries fail."""
        left, failed = entries, {}
        for tried in range(_TRIES):
            if not left:
                return
            if tried:
                self._sleep(_PAUSE_S * 2**tried)
            self._step()
            failed = {str(one["TargetId"]): one for one in call(left).get("FailedEntries", ())}
            left = [one for one in left if str(one["Id"]) in failed]
        told = "; ".join(f"{id_}: {one.get('ErrorMessage') or one.get('ErrorCode')}" for id_, one in failed.items())
        if left:
            raise AwsRefused(f"{WHERE} refuses targets: {told}", where=place.name, advice="Publish again")

    def _step(self) -> None:
        self._sleep(1 / CALLS_A_SECOND)
        self._keep()
