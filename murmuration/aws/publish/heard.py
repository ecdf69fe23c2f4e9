"""What canaries leave behind: a rule's item in the table, with every target of the rule that a canary has come to.

A canary is an event that reaches one rule and all of its targets. Each target notes itself here and does nothing else; the
publisher reads whether all have. Task functions load this, when a canary comes and not before: it stays light.

    pk   canary#HASH    sk   heard    heard   a set: the tasks or slots that its targets stand for

What must always hold: an item is removed before its rule is put, so what stands here was heard by the rule that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from murmuration.aws.table import Change, Key, Table
from schemas.model import JsonObject

KEPT_SECONDS: Final = 7 * 86_400


def hear(table: Table, told: JsonObject, now_seconds: int) -> None:
    """`told` is what the target was given: a task or a slot, and the event."""
    event = told.get("event")
    detail = event.get("detail") if isinstance(event, dict) else None
    canary = detail.get("canary") if isinstance(detail, dict) else None
    assert isinstance(canary, str), "only a canary is heard like this"
    change = Change(
        key(canary),
        "ADD #heard :who SET #expires = :expires",
        {"who": frozenset([who(told)]), "expires": now_seconds + KEPT_SECONDS},
    )
    table.change(change)


def who(told: Mapping[str, object]) -> str:
    """The same for the same target of a rule, and no other."""
    slot = told.get("slot")
    return f"slot {slot.get('at')}" if isinstance(slot, dict) else f"task {told.get('task')}"


def heard_by(table: Table, canaries: Iterable[str]) -> dict[str, frozenset[str]]:
    """By canary, which targets have heard it."""
    found = table.get_all([key(canary) for canary in canaries])
    told: dict[str, frozenset[str]] = {}
    for one, item in found.items():
        heard = item.get("heard")
        assert isinstance(heard, frozenset), "a canary's item has what heard it"
        told[one.pk.partition("#")[2]] = heard
    return told


def forget(table: Table, canary: str) -> None:
    table.remove(key(canary))


def key(canary: str) -> Key:
    return Key(f"canary#{canary}", "heard")
