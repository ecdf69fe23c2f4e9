"""From a version to its rules: DESIGN section 5, "From edges to rules".

Two plans, one meaning. The edge plan names tasks; a pipeline gets it while it takes up to 40 rules and the bus has room.
Beyond that it gets the slot plan, whose rules name no task and are shared by all. Both are made from the same routes, and
for every event that a version can emit both deliver exactly what the routes say: a property test holds that, by
matching what is rendered.

Pure, and the same every time: equal versions give equal rules under equal names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from events.routes import Hears, Route, routes
from events.rules.condition import fields_read
from events.rules.edge_plan import edge_plan
from events.rules.quota import Quota, Room, quota_of
from events.rules.rule import Bus, Rule
from events.rules.slot_plan import slot_plan
from events.rules.static import static_rules
from events.rules.triggers import trigger_rules
from events.slots import SlotTable
from events.surroundings import Lambda, Surroundings
from schemas.closure import closure
from schemas.pipeline import OwnLambda, Pipeline
from schemas.version import Version
from schemas.wiring import Wiring

EDGE_PLAN_RULES: Final = 40
"""So many rules a pipeline may have of its own; beyond that it uses the shared ones."""

_NOTHING: Final[Mapping[str, OwnLambda]] = {}


class PlanKind(StrEnum):
    EDGE = "edge"
    SLOT = "slot"


class Choice(StrEnum):
    AUTO = "auto"
    EDGE = "edge"
    SLOT = "slot"


@dataclass(frozen=True, slots=True)
class Plan:
    version: Version
    kind: PlanKind
    why: str
    rules: tuple[Rule, ...]
    """The version's own."""
    triggers: tuple[Rule, ...]
    """The pipeline's: in before the version goes live, out after it."""
    shared: tuple[Rule, ...]
    """The bus's own, as far as this version needs them."""
    table: SlotTable | None
    """What the slots mean; the edge plan has none."""
    inline: Mapping[str, tuple[str, ...]]
    """By task, the fields of its output that conditions read: they stay in the event when the output is large."""
    quota: Quota

    @property
    def all(self) -> tuple[Rule, ...]:
        return (*self.rules, *self.triggers, *self.shared)


def compile_rules(
    version: Version,
    *,
    project: Mapping[str, OwnLambda] = _NOTHING,
    surroundings: Surroundings | None = None,
    room: Room | None = None,
    choice: Choice = Choice.AUTO,
) -> Plan:
    """`project` holds the Lambdas that all pipelines of the project may use; the pipeline's own come first."""
    surroundings, room = surroundings or Surroundings(), room or Room()
    pipeline = version.pipeline
    wiring = Wiring(pipeline)
    functions = _functions(pipeline, {**project, **pipeline.functions}, surroundings)
    asked = routes(wiring, closure(wiring))
    triggers = trigger_rules(pipeline, surroundings)
    static = static_rules(functions.values(), surroundings)
    beside = sum(rule.bus is Bus.OWN for rule in (*triggers, *static))
    rules, why = _edge_plan(version, asked, functions, room, beside, choice)
    table, shared = None, static
    if rules is None:
        table, rules, slots = slot_plan(asked, functions)
        shared = (*slots, *static)
    return Plan(
        version=version,
        kind=PlanKind.EDGE if table is None else PlanKind.SLOT,
        why=why,
        rules=rules,
        triggers=triggers,
        shared=shared,
        table=table,
        inline=_inline(wiring),
        quota=quota_of((*rules, *triggers, *shared), room),
    )


def _edge_plan(
    version: Version,
    asked: tuple[Route, ...],
    functions: Mapping[str, Lambda],
    room: Room,
    beside: int,
    choice: Choice,
) -> tuple[tuple[Rule, ...] | None, str]:
    """The edge plan, unless the slot plan is the one to take; and why."""
    match choice:
        case Choice.SLOT:
            return None, "it was asked for"
        case Choice.EDGE:
            return edge_plan(version, asked, functions), "it was asked for"
        case Choice.AUTO:
            rules = edge_plan(version, asked, functions, limit=EDGE_PLAN_RULES)
            if rules is None:
                return None, f"naming the tasks would take more than {EDGE_PLAN_RULES} rules"
            if not room.holds(len(rules) + beside):
                return None, f"naming the tasks would take {_rules(len(rules))}, and the bus has no room for them"
            return rules, f"naming the tasks takes {_rules(len(rules))}, of at most {EDGE_PLAN_RULES}"
        case _:
            assert_never(choice)


def _functions(pipeline: Pipeline, own: Mapping[str, OwnLambda], surroundings: Surroundings) -> dict[str, Lambda]:
    return {name: surroundings.function_of(task, own) for name, task in pipeline.tasks.items()}


def _inline(wiring: Wiring) -> dict[str, tuple[str, ...]]:
    """A settled join's conditions are judged by its gate and not by the bus, and need their fields just the same."""
    read = {
        task: {
            field for edge in edges if edge.when is not None for field in fields_read(Hears(edge.on.value), edge.when)
        }
        for task, edges in wiring.outgoing.items()
    }
    return {task: tuple(sorted(fields)) for task, fields in read.items() if fields}


def _rules(count: int) -> str:
    return f"{count} rule{'' if count == 1 else 's'}"
