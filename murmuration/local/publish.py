"""Publishing, locally: compile, put the version and its rules, flip the active one. All in one transaction.

`planned` and `again` only say what would come of it; what they say is then put, or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from events.ports import Published
from events.rules import Choice, Plan, compile_rules, render_all
from events.rules.quota import RULES, WILDCARDS, has_wildcard
from handlers.publishing import NoSuchVersion
from murmuration.local.stack import Stack
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import Version


@dataclass(frozen=True, slots=True)
class Planned:
    plan: Plan
    rules: tuple[JsonObject, ...]
    before: int | None
    """The version that is live until then."""
    known: bool
    """The version is in the catalog already."""

    @property
    def name(self) -> str:
        return self.plan.version.pipeline.name

    @property
    def number(self) -> int:
        return self.plan.version.number

    @property
    def new(self) -> bool:
        """It is not live already."""
        return self.number != self.before


def publish(stack: Stack, pipeline: Pipeline) -> Plan:
    """The next version, live. The same document again is the version that is already there."""
    with stack.database.transaction():
        plan = put(stack, planned(stack, pipeline))
    stack.load_rules()
    return plan


def planned(stack: Stack, pipeline: Pipeline) -> Planned:
    active = stack.catalog.active(pipeline.name)
    if active is not None and active.version.pipeline == pipeline:
        return _planned(stack, compile_rules(active.version, surroundings=stack.surroundings), known=True)
    return _planned(stack, _next(stack, pipeline), known=False)


def again(stack: Stack, reference: str) -> Planned:
    """A version that was published before, or only run aside: roll back, or forth."""
    _, _, number = reference.rpartition("@")
    published = stack.catalog.version(reference) if number.isdecimal() and len(number) < 10 else None
    if published is None:
        raise NoSuchVersion(f"there is no version {reference}", advice="Name it as PROJECT/PIPELINE@NUMBER")
    choice = Choice.EDGE if published.slots is None else Choice.SLOT
    return _planned(stack, compile_rules(published.version, surroundings=stack.surroundings, choice=choice), known=True)


def put(stack: Stack, asked: Planned) -> Plan:
    """Inside a transaction, after which the rules are loaded."""
    plan, catalog = asked.plan, stack.catalog
    if not asked.new:
        return plan
    if asked.known:
        # What was only run aside had no rules of triggers; and the surroundings may be others by now.
        catalog.give_rules(asked.name, asked.number, [*asked.rules])
    else:
        catalog.put(Published(plan.version, plan.table), [*asked.rules], stack.clock.now())
    catalog.flip(asked.name, asked.number)
    return plan


def put_aside(stack: Stack, pipeline: Pipeline) -> Plan:
    """A version that is run and never live: what is active stays so, and nothing triggers this one.

    Inside a transaction, after which the rules are loaded. A document that was the last version, or is the active one, is not
    put again.
    """
    last = stack.catalog.version(f"{pipeline.name}@{stack.catalog.last_number(pipeline.name)}")
    for known in (stack.catalog.active(pipeline.name), last):
        if known is not None and known.version.pipeline == pipeline:
            return compile_rules(known.version, surroundings=stack.surroundings)
    plan = _next(stack, pipeline)
    rules = render_all((*plan.rules, *plan.shared), stack.surroundings)
    stack.catalog.put(Published(plan.version, plan.table), rules, stack.clock.now())
    stack.catalog.drain(pipeline.name, plan.version.number)
    return plan


class Heard:
    """What the buses hear, for anybody: some rules are shared, by versions and by pipelines."""

    def __init__(self, rules: Iterable[JsonObject]) -> None:
        self._users: Counter[str] = Counter()
        self._of: dict[str, tuple[str, bool]] = {}
        """The bus, and whether it has a wildcard."""
        self._add(rules)

    def change(self, asked: Planned, old: Iterable[JsonObject], runs: int) -> JsonObject:
        """What it means to publish this; from now on it counts as done. `old` are the rules of the version that is live until
        then, of which so many runs go on."""
        new = {str(rule["Name"]): rule for rule in asked.rules}
        added = {name for name in new if not self._users[name]}
        leaving = [rule for rule in old if str(rule["Name"]) not in new and self._users[str(rule["Name"])] == 1]
        later = {str(rule["Name"]) for rule in leaving if runs and not is_trigger(rule)}
        removed = {str(rule["Name"]) for rule in leaving} - later
        if asked.new:
            self._add(asked.rules)
        for name in removed:
            del self._users[name]
        plan = asked.plan
        return {
            "pipeline": asked.name,
            "version": asked.number,
            "new": asked.new,
            "plan": plan.kind.value,
            "why": plan.why,
            "rules": {
                "added": _sorted(added),
                "kept": _sorted(new.keys() - added),
                "removed": _sorted(removed),
                "later": _sorted(later),
            },
            "drains": [f"{asked.name}@{asked.before}"] if asked.new and asked.before is not None else [],
            "triggers": _sorted(plan.version.pipeline.triggers),
        }

    def _add(self, rules: Iterable[JsonObject]) -> None:
        for rule in rules:
            pattern = rule["EventPattern"]
            self._users[str(rule["Name"])] += 1
            self._of[str(rule["Name"])] = (str(rule["Bus"]), isinstance(pattern, dict) and has_wildcard(pattern))

    def quota(self, bus: str) -> JsonObject:
        """As AWS would count it; here a bus has no quota."""
        own = [wildcard for on, wildcard in (self._of[name] for name in self._users) if on == bus]
        return {
            "rules": len(own),
            "of": RULES,
            "left": RULES - len(own),
            "wildcards": sum(own),
            "of_wildcards": WILDCARDS,
        }


def is_trigger(rule: JsonObject) -> bool:
    """By what its target is told; rules here say nothing of whose they are."""
    targets = rule["Targets"]
    told = targets[0] if isinstance(targets, list) and targets else None
    transformer = told.get("InputTransformer") if isinstance(told, dict) else None
    return isinstance(transformer, dict) and '"trigger":' in str(transformer.get("InputTemplate"))


def _planned(stack: Stack, plan: Plan, *, known: bool) -> Planned:
    name = plan.version.pipeline.name
    rules = tuple(render_all(plan.all, stack.surroundings))
    return Planned(plan, rules, stack.catalog.active_number(name), known)


def _next(stack: Stack, pipeline: Pipeline) -> Plan:
    version = Version(pipeline=pipeline, number=stack.catalog.last_number(pipeline.name) + 1)
    return compile_rules(version, surroundings=stack.surroundings)


def _sorted(names: Iterable[str]) -> list[JsonValue]:
    return [*sorted(names)]
