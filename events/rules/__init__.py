"""From edges to rules. Used at publish; what the hot path needs of it is in `events.slots`, which loads none of this."""

from events.rules.compile import Choice, Plan, PlanKind, compile_rules
from events.rules.quota import Quota, Room
from events.rules.render import canary_of, render, render_all
from events.rules.rule import Bus, Owner, Rule, Target
from events.surroundings import Lambda, Surroundings

__all__ = [
    "Bus",
    "Choice",
    "Lambda",
    "Owner",
    "Plan",
    "PlanKind",
    "Quota",
    "Room",
    "Rule",
    "Surroundings",
    "Target",
    "canary_of",
    "compile_rules",
    "render",
    "render_all",
]
