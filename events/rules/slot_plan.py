"""The slot plan: rules that name no task. They are the bus's own, made once and shared by every version that uses it.

The emitter writes into its event how many deliveries each Lambda is to get (`events.slots`); a rule per rest, 1 to 4,
and a rule per block of five hand the event on that many times, each target told its slot. So a pipeline of a thousand
tasks needs 4 + D/5 rules for each Lambda, D being the widest fan-out, whatever it looks like inside.

A condition keeps rules of its own, which match its hash (the emitter asks) and its pattern (the bus judges). They too
name no pipeline, so that equal conditions share them.

A run's start fans out to all roots. The rules made for tasks reach some of them, and two blocks are made for roots
alone; the others are started by address, because a rule of the bus is scarcer than an event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from events.event import BUS_SOURCE
from events.routes import HEARD, Hears, Route
from events.rules.condition import condition_hash, placed
from events.rules.rule import Owner, Rule, Target
from events.rules.words import about, shortened
from events.slots import BLOCK, Row, SlotTable, table_of
from events.surroundings import Lambda
from schemas.model import JsonObject

ROOT_BLOCKS: Final = 2
"""So many blocks are made where only the start of a run needs them."""


def slot_plan(
    routes: Iterable[Route], functions: Mapping[str, Lambda]
) -> tuple[SlotTable, tuple[Rule, ...], tuple[Rule, ...]]:
    """The table of the version, the rules of its conditions, and the rules it shares with all others."""
    routes = tuple(routes)
    keys = {functions[route.to].key: functions[route.to] for route in routes}
    places = {key: at for at, key in enumerate(keys)}
    conditions: dict[str, tuple[Hears, JsonObject]] = {}
    rows: list[tuple[str | None, Row]] = []
    for route in routes:
        when = ""
        if route.when is not None:
            when = condition_hash(route.hears, route.when)
            conditions[when] = (route.hears, route.when)
        row = Row(to=route.to, on=route.hears, fn=places[functions[route.to].key], when=when, edges=route.edges)
        rows.append((route.from_, row))
    counts = _counts(rows, tuple(keys))
    roots = Counter(functions[route.to].key for route in routes if route.from_ is None)
    blocks = {key: _blocks(counts.get((key, ""), ()), roots[key]) for key in keys}
    shared = [rule for key, function in keys.items() for rule in _shared(function, blocks[key])]
    reach = {key: BLOCK * some + BLOCK - 1 for key, some in blocks.items()}
    own = [
        rule
        for (key, when), some in counts.items()
        if when
        for rule in _conditional(keys[key], when, *conditions[when], sorted(some))
    ]
    return table_of(rows, reach), tuple(own), tuple(shared)


def _counts(rows: Iterable[tuple[str | None, Row]], functions: Sequence[str]) -> dict[tuple[str, str], set[int]]:
    """How many deliveries there may be at once, over all outcomes of all tasks, by Lambda and condition."""
    by_end: dict[tuple[str, frozenset[Hears], str, str], int] = {}
    for task, row in rows:
        if task is None:
            continue
        for ends in HEARD.values():
            if row.on in ends:
                key = (task, ends, functions[row.fn], row.when)
                by_end[key] = by_end.get(key, 0) + 1
    counts: dict[tuple[str, str], set[int]] = {}
    for (_, _, function, when), count in by_end.items():
        counts.setdefault((function, when), set()).add(count)
    return counts


def _blocks(counts: Iterable[int], roots: int) -> int:
    """Blocks that the widest fan-out fills, and for the roots at least a few."""
    return max(max(counts, default=0) // BLOCK, min(roots // BLOCK, ROOT_BLOCKS))


def _shared(function: Lambda, blocks: int) -> Iterable[Rule]:
    for rest in range(1, BLOCK):
        yield _slot_rule(function, f"rest-{rest}", {"rest": [rest]}, range(-rest, 0))
    for block in range(1, blocks + 1):
        yield _slot_rule(function, f"block-{block}", {"blocks": [block]}, range(BLOCK * block - BLOCK, BLOCK * block))


def _conditional(
    function: Lambda, when: str, hears: Hears, pattern: JsonObject, counts: Sequence[int]
) -> Iterable[Rule]:
    """Only what this version uses: most conditions stand on one edge and need one rule."""
    for rest in sorted({count % BLOCK for count in counts} - {0}):
        yield _slot_rule(function, f"rest-{rest}", {"rest": [rest]}, range(-rest, 0), (when, hears, pattern))
    for block in range(1, max(counts) // BLOCK + 1):
        slots = range(BLOCK * block - BLOCK, BLOCK * block)
        yield _slot_rule(function, f"block-{block}", {"blocks": [block]}, slots, (when, hears, pattern))


def _slot_rule(
    function: Lambda,
    name: str,
    asks: JsonObject,
    slots: range,
    condition: tuple[str, Hears, JsonObject] | None = None,
) -> Rule:
    told: JsonObject = {"function": function.key}
    detail: JsonObject = {"slots": {function.key: asks}}
    stem: tuple[str, ...] = ("slot", function.key, name)
    what, _, size = name.partition("-")
    hears = f"any outcome with {'block ' if what == 'block' else 'a rest of '}{size} for {function.key}"
    if condition is not None:
        when, kind, pattern = condition
        told["condition"] = when
        detail = {"slots": {function.key: {when: asks}}, **placed(kind, pattern)}
        stem = ("slot", function.key, when, name)
        hears = f"{hears}, with {about(kind)} {shortened(pattern)}"
    return Rule(
        owner=Owner.BUS if condition is None else Owner.VERSION,
        stem=stem,
        hears=hears,
        pattern={"source": [BUS_SOURCE], "detail": detail},
        targets=tuple(Target(str(at), function.arn, {"slot": {**told, "at": slot}}) for at, slot in enumerate(slots)),
        canaried=True,
    )
