"""What a publish means to people, beside what its backend tells: rules as data, and what triggers would hear of what has come.

Old and new triggers are asked about the newest events of the archive, so that whoever narrows a pattern sees what he no longer
hears before he loses it. So many events are looked at and no more: it is a look back, and no proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from events.pattern import Pattern
from events.ports import Published
from events.rules import Choice, Plan, compile_rules, render
from events.rules.rule import Bus, Owner
from events.surroundings import Surroundings
from events.triggering import PassedBy, take_up
from handlers.archive import Archive, Wanted
from handlers.publishing import Publishing
from schemas.model import JsonObject, Model
from schemas.pipeline import Pipeline
from schemas.project import Project
from schemas.version import Version

LOOKED_AT: Final = 1_000
SAMPLES: Final = 5


class RuleTold(Model):
    name: str
    bus: str
    hears: str
    """In words; empty where only its name is known."""
    owner: Owner | None
    pattern: JsonObject | None
    targets: tuple[JsonObject, ...]


class Sample(Model):
    trigger: str
    event: JsonObject


class Matched(Model):
    count: int = 0
    samples: tuple[Sample, ...] = ()


class Heard(Model):
    """Of the newest events of the archive."""

    looked_at: int
    kept: str
    """What the archive has, in words."""
    newly: Matched = Matched()
    no_longer: Matched = Matched()


@dataclass(frozen=True, slots=True)
class Compiled:
    plan: Plan
    surroundings: Surroundings

    def rules(self) -> dict[str, RuleTold]:
        found: dict[str, RuleTold] = {}
        for rule in self.plan.all:
            made = render(rule, self.surroundings)
            told = told_of(made)
            found[told.name] = told.model_copy(update={"hears": rule.hears, "owner": rule.owner})
        return found


def compiled(
    pipeline: Pipeline, number: int, plan: str, projects: Iterable[Project], publishing: Publishing
) -> Compiled:
    """As its backend compiled it: with the Lambdas and the buckets of its project."""
    shared = next((one for one in projects if one.project == pipeline.project), None)
    own = {} if shared is None else shared.functions
    around = publishing.surroundings(shared)
    made = compile_rules(
        Version(pipeline=pipeline, number=number), project=own, surroundings=around, choice=Choice(plan)
    )
    return Compiled(made, around)


def of_published(published: Published, surroundings: Surroundings) -> Compiled:
    choice = Choice.EDGE if published.slots is None else Choice.SLOT
    return Compiled(compile_rules(published.version, surroundings=surroundings, choice=choice), surroundings)


def told_of(rule: JsonObject) -> RuleTold:
    """A rule as it was put, whatever else its backend keeps of it."""
    pattern, targets, owner = rule.get("EventPattern"), rule.get("Targets"), rule.get("Owner")
    return RuleTold(
        name=str(rule["Name"]),
        bus=str(rule["Bus"]),
        hears=str(rule.get("Hears", "")),
        owner=None if owner is None else Owner(str(owner)),
        pattern=pattern if isinstance(pattern, dict) else None,
        targets=tuple(one for one in targets if isinstance(one, dict)) if isinstance(targets, list) else (),
    )


def rules_told(names: Iterable[str], known: Mapping[str, RuleTold]) -> list[RuleTold]:
    """In the order of their names. One that is not known is told by its name."""
    nothing = {"bus": "", "hears": "", "owner": None, "pattern": None, "targets": ()}
    return [known.get(name) or RuleTold.model_validate({"name": name, **nothing}) for name in names]


def heard(archive: Archive, old: Plan | None, new: Plan, *, shown: bool) -> Heard:
    """Events that a trigger of one would take up, and none of the other's. Those who may not read the archive are told how many."""
    if not new.triggers and (old is None or not old.triggers):
        return Heard(looked_at=0, kept=archive.kept)
    came, _ = archive.search(Wanted(), most=LOOKED_AT)
    before, after = None if old is None else _Ears(old), _Ears(new)
    newly: list[Sample] = []
    no_longer: list[Sample] = []
    for one in came:
        was, will_be = None if before is None else before.taker(one.event), after.taker(one.event)
        if was is None and will_be is not None:
            newly.append(Sample(trigger=will_be, event=one.event))
        elif was is not None and will_be is None:
            no_longer.append(Sample(trigger=was, event=one.event))
    return Heard(
        looked_at=len(came), kept=archive.kept, newly=_matched(newly, shown), no_longer=_matched(no_longer, shown)
    )


class _Ears:
    """A plan's triggers, their patterns read once."""

    def __init__(self, plan: Plan) -> None:
        self._pipeline = plan.version.pipeline
        self._heard = [(rule.stem[-1], rule.bus, Pattern(rule.pattern)) for rule in plan.triggers]

    def taker(self, event: JsonObject) -> str | None:
        """The first trigger that the event starts a run by, or that refuses it; None where it is no concern of theirs."""
        bus = Bus.DEFAULT if str(event.get("source")).startswith("aws.") else Bus.OWN
        for name, on, pattern in self._heard:
            if on is bus and pattern.matches(event) and not isinstance(take_up(self._pipeline, name, event), PassedBy):
                return name
        return None


def _matched(samples: Sequence[Sample], shown: bool) -> Matched:
    return Matched(count=len(samples), samples=tuple(samples[:SAMPLES]) if shown else ())
