"""Pipelines for infrastructure code: the templates of several of them as one."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.model import JsonObject

_PARTS = ("Parameters", "Conditions", "Resources")


def together(templates: Sequence[JsonObject], names: Sequence[str]) -> JsonObject:
    """What they share stands there once: it has the same name in each."""
    made: JsonObject = {**templates[0], "Description": f"The rules of {', '.join(names)}"[:1_000]}
    for part in _PARTS:
        every: JsonObject = {}
        for template in templates:
            members = template[part]
            assert isinstance(members, dict), f"{part} has names"
            every |= members
        made[part] = every
    return made
