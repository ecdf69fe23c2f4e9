"""Rules as EventBridge wants them: the arguments of PutRule and PutTargets.

A name is the prefix, the stem and a hash of all that would be put, so that publishing is a set difference: an equal
name is an equal rule. The hash also names the rule's canary, an event that reaches this rule and no other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from events.rules.rule import Bus, Rule, Target
from events.surroundings import Surroundings
from schemas.model import JsonObject

NAME_LENGTH: Final = 64
HASH_LENGTH: Final = 12
RETRIES: Final = 185
OLDEST_SECONDS: Final = 21_600
EVENT: Final = "<aws.events.event.json>"


def compact(value: JsonValue) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def render(rule: Rule, surroundings: Surroundings) -> JsonObject:
    """One rule, whole: its bus, its name, its pattern with the canary's branch, its targets."""
    bus = surroundings.bus if rule.bus is Bus.OWN else "default"
    targets: list[JsonValue] = [_target(target, surroundings) for target in rule.targets]
    content = hashlib.sha256(compact([bus, rule.pattern, targets]).encode()).hexdigest()[:HASH_LENGTH]
    return {
        "Bus": bus,
        "Name": _name((surroundings.prefix, *rule.stem), content),
        "EventPattern": event_pattern(rule, content),
        "Targets": targets,
    }


def render_all(rules: Iterable[Rule], surroundings: Surroundings) -> list[JsonObject]:
    return [render(rule, surroundings) for rule in rules]


def event_pattern(rule: Rule, content: str) -> JsonObject:
    if not rule.canaried:
        return rule.pattern
    rest: JsonObject = {key: value for key, value in rule.pattern.items() if key != "source"}
    return {"source": rule.pattern["source"], "$or": [rest, {"detail": {"canary": [content]}}]}


def pattern_length(rule: Rule) -> int:
    """In characters, as EventBridge counts."""
    return len(compact(event_pattern(rule, "0" * HASH_LENGTH)))


def canary_of(rule: JsonObject) -> str:
    """What a canary must carry to reach this rendered rule (`events.envelope.canary`)."""
    name = rule["Name"]
    assert isinstance(name, str), "a rendered rule has its name"
    return name[-HASH_LENGTH:]


def input_template(target: Target) -> str:
    members = [f"{compact(name)}:{compact(value)}" for name, value in (target.told or {}).items()]
    members += [f"{compact(name)}:<{name}>" for name in target.asked]
    return "{" + ",".join((*members, f'"event":{EVENT}')) + "}"


def _target(target: Target, surroundings: Surroundings) -> JsonObject:
    told: JsonObject = {}
    if target.told is not None:
        transformer: JsonObject = {"InputTemplate": input_template(target)}
        if target.asked:
            transformer["InputPathsMap"] = dict(target.asked)
        told["InputTransformer"] = transformer
    return {
        "Id": target.id,
        "Arn": target.arn,
        **told,
        "DeadLetterConfig": {"Arn": surroundings.dead_letter_queue},
        "RetryPolicy": {"MaximumRetryAttempts": RETRIES, "MaximumEventAgeInSeconds": OLDEST_SECONDS},
    }


def _name(stem: tuple[str, ...], content: str) -> str:
    return f"{'-'.join(stem)[: NAME_LENGTH - HASH_LENGTH - 1]}-{content}"
