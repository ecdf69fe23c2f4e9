"""Canaries: whether a rule already delivers. EventBridge says only that a new rule "might not immediately start matching".

Each canaried rule has a branch in its pattern that one event alone matches, which carries the hash of the rule. It is put on
the bus again and again until every target of the rule has noted it (`heard`). That proves the rule, its targets, their
permissions and the functions behind them, all at once, before a run depends on it.

Only the roles of the stack may speak as the system, so a person's publish has the stack's own function put the canaries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import orjson

from events.envelope import canary
from events.ledger import Millis
from events.ports import Clock, moment
from murmuration.aws.publish import heard
from murmuration.aws.publish.lease import Sleep
from murmuration.aws.publish.wanted import Wanted
from murmuration.aws.refusals import AwsRefused, translated
from murmuration.aws.table import Table
from schemas.errors import MurmurationError

PATIENCE_MS: Final[Millis] = 120_000
_FIRST_S: Final = 0.25
_LONGEST_S: Final = 5.0
_AT_ONCE: Final = 10
"""Entries in one call."""
_NAMED: Final = 5

Send = Callable[[Sequence[str]], None]
"""Have these canaries put on the bus."""


class NotHeard(MurmurationError):
    code = "canary-not-heard"


class Canaries:
    def __init__(self, table: Table, send: Send, clock: Clock, sleep: Sleep, keep: Callable[[], None]) -> None:
        self._table = table
        self._send = send
        self._clock = clock
        self._sleep = sleep
        self._keep = keep

    def come_through(self, rules: Iterable[Wanted]) -> None:
        """Returns once all of these rules deliver; `NotHeard` names those that do not."""
        began, pause = self._clock.now(), _FIRST_S
        waiting = {rule.canary: rule for rule in rules if rule.canaried}
        while waiting := self._silent(waiting):
            if self._clock.now() - began >= PATIENCE_MS:
                raise _not_heard(waiting.values())
            self._keep()
            self._send(sorted(waiting))
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_S)

    def _silent(self, rules: dict[str, Wanted]) -> dict[str, Wanted]:
        told = heard.heard_by(self._table, rules) if rules else {}
        return {hash_: rule for hash_, rule in rules.items() if len(told.get(hash_, ())) < len(rule.targets)}


def on_the_bus(events: Any, bus: str, clock: Clock) -> Send:
    """By whoever may speak as the system."""

    def send(canaries: Sequence[str]) -> None:
        at = moment(clock.now())
        for first in range(0, len(canaries), _AT_ONCE):
            entries = [{**canary(one, at), "EventBusName": bus} for one in canaries[first : first + _AT_ONCE]]
            with translated("EventBridge"):
                events.put_events(Entries=entries)
            # An entry that failed is sent again with all that was not heard.

    return send


def through_the_function(lambda_: Any, name: str) -> Send:
    """By the stack's own function, for those who may not."""

    def send(canaries: Sequence[str]) -> None:
        with translated("Lambda"):
            answer = lambda_.invoke(FunctionName=name, Payload=orjson.dumps({"canaries": list(canaries)}))
        told = answer["Payload"].read()
        if "FunctionError" in answer:
            what = f"the function failed: {told.decode(errors='replace')[:500]}"
            raise AwsRefused(what, where=name, advice="Its log tells more; deploy the stack anew")
        refused = (orjson.loads(told or b"null") or {}).get("refused")
        if refused is not None:
            raise AwsRefused(str(refused["what"]), where=name, advice=str(refused["advice"]))

    return send


def _not_heard(rules: Iterable[Wanted]) -> NotHeard:
    silent = sorted(rules, key=lambda rule: rule.place)
    told = "; ".join(f"{rule.place.name} (when {rule.hears}) leads to {_arns(rule)}" for rule in silent[:_NAMED])
    more = f"; and {len(silent) - _NAMED} more" if len(silent) > _NAMED else ""
    return NotHeard(
        f"after {PATIENCE_MS // 1000} s no canary has come through {len(silent)} rule{'s' if len(silent) > 1 else ''}: {told}{more}",
        advice="Look at the functions' logs, at their permission for events.amazonaws.com, and at the queue of "
        "undelivered events. Nothing went live; publish again goes on from here",
    )


def _arns(rule: Wanted) -> str:
    return ", ".join(sorted({arn.rpartition(":function:")[2] for arn in rule.arns()}))
