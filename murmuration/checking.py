"""The check of documents with all that the product knows: the core's rules, and what each built-in action takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from events.check import Checked, Given, Target
from events.check import check as check_by_the_core
from handlers.actions.registry import check_parameters
from schemas.source import Source


def check(
    sources: Sequence[Source], *, target: Target | None = None, given: Mapping[str, Given] | None = None
) -> Checked:
    return check_by_the_core(sources, target=target, actions=check_parameters, given=given or {})
