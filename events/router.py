"""The router: what EventBridge does with rules, in process. An event comes in; out come the targets that hear of it.

It knows rendered rules and nothing of pipelines, tasks or edges. A bus of any backend that has no EventBridge, the
simulation, and every test that asks "who hears this?" use the same one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from events.pattern import RuleIndex
from events.rules.render import EVENT
from schemas.model import JsonObject

_EVENT_MEMBER: Final = "event"
ANSWERS: Final = 10_000
"""Kept in memory, by the rules that matched."""


@dataclass(frozen=True, slots=True)
class Routed:
    rule: str
    target: str
    arn: str
    told: JsonObject | None
    """What the target is given beside the event; None when it is given the event alone."""

    @property
    def by(self) -> str:
        return f"{self.rule}/{self.target}"


@dataclass(frozen=True, slots=True)
class _Target:
    id: str
    arn: str
    told: JsonObject | None
    asked: Mapping[str, tuple[str, ...]]


class Router:
    def __init__(self, rules: Iterable[JsonObject] = ()) -> None:
        self._index = RuleIndex()
        self._targets: dict[str, tuple[_Target, ...]] = {}
        self._answers: dict[frozenset[str], tuple[Routed, ...]] = {}
        for rule in rules:
            self.add(rule)

    def __contains__(self, name: str) -> bool:
        return name in self._targets

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._targets)

    def add(self, rule: JsonObject) -> None:
        """A rendered rule. One of the same name is replaced."""
        name, pattern, targets = rule["Name"], rule["EventPattern"], rule["Targets"]
        assert isinstance(name, str), "a rendered rule has its name"
        assert isinstance(pattern, dict), "a rendered rule has its pattern"
        assert isinstance(targets, list), "a rendered rule has its targets"
        if name in self._targets:
            self._index.remove(name)
        self._answers.clear()
        self._index.add(name, json.dumps(pattern))
        self._targets[name] = tuple(_read(target) for target in targets)

    def remove(self, name: str) -> None:
        if self._targets.pop(name, None) is not None:
            self._answers.clear()
            self._index.remove(name)

    def route(self, event: JsonObject) -> tuple[Routed, ...]:
        """In the order of rule names, so that the same event is always routed alike. Rules that ask nothing of the event
        tell their targets the same each time: the very same answer is given again."""
        rules = frozenset(self._index.match(event))
        known = self._answers.get(rules)
        if known is not None:
            return known
        routed = tuple(
            Routed(name, target.id, target.arn, _given(target, event))
            for name in sorted(rules)
            for target in self._targets[name]
        )
        if not any(target.asked for name in rules for target in self._targets[name]):
            if len(self._answers) >= ANSWERS:
                self._answers.clear()
            self._answers[rules] = routed
        return routed

    def asked_by(self, routed: Routed) -> Iterable[tuple[str, ...]]:
        """The paths of what this target asks of the event."""
        return next(one for one in self._targets[routed.rule] if one.id == routed.target).asked.values()


def _read(target: JsonValue) -> _Target:
    assert isinstance(target, dict), "a rendered target is an object"
    id_, arn, transformer = target["Id"], target["Arn"], target.get("InputTransformer")
    assert isinstance(id_, str), "a target has its id"
    assert isinstance(arn, str), "a target has its ARN"
    if not isinstance(transformer, dict):
        return _Target(id_, arn, None, {})
    template, paths = transformer["InputTemplate"], transformer.get("InputPathsMap", {})
    assert isinstance(template, str), "a transformer has its template"
    assert isinstance(paths, dict), "paths have names"
    asked = {name: tuple(str(path).removeprefix("$.").split(".")) for name, path in paths.items()}
    for name in asked:
        template = template.replace(f":<{name}>", ":null")
    told = json.loads(template.replace(EVENT, "null"))
    del told[_EVENT_MEMBER]
    return _Target(id_, arn, told, asked)


def _given(target: _Target, event: JsonObject) -> JsonObject | None:
    if not target.asked:
        return target.told
    assert target.told is not None, "what is asked is told"
    return {**target.told, **{name: _at(event, path) for name, path in target.asked.items()}}


def _at(value: JsonValue, path: tuple[str, ...]) -> JsonValue:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
