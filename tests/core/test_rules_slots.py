"""The slot plan: few shared rules, whatever the pipeline looks like; and the table that says what a slot means."""

from __future__ import annotations

import random

import pytest
from support.drawing import drawn
from support.routing import bus_of, deliveries, end_of, start_of

from events.routes import Hears
from events.rules import Choice, PlanKind, Surroundings, compile_rules, render_all
from events.slots import Slot, SlotTable, beyond, reached, slots_for
from schemas.outcome import Outcome, Status
from schemas.version import Version

OWN = "arn:aws:lambda:eu-west-1:123456789012:function:resize-image"


def chain(length: int, **more: object) -> Version:
    return drawn(*(f"t{n}>t{n + 1}" for n in range(length - 1)), **more)


def test_a_chain_of_a_thousand_tasks_adds_no_rule_but_its_triggers() -> None:
    plan = compile_rules(chain(1_000, triggers={"orders": {"event": {"source": ["shop"]}}}))
    assert plan.kind is PlanKind.SLOT
    assert plan.rules == ()
    assert len(plan.triggers) == 1
    assert [rule.hears for rule in plan.shared[:4]] == [
        f"any outcome with a rest of {rest} for mm-task" for rest in (1, 2, 3, 4)
    ]
    assert len(plan.shared) == 6, "and the addressed rule, and the projector's"


@pytest.mark.parametrize("near", [10, 1_000])
def test_a_thousand_tasks_with_up_to_five_edges_out_take_ten_rules(near: int) -> None:
    """Also where many tasks have no edge in and are all roots."""
    chance = random.Random(near)
    edges = {
        (n, m)
        for n in range(999)
        for m in chance.sample(
            range(n + 1, min(n + near, 1_000)), min(chance.randint(0, 5), min(n + near, 1_000) - n - 1)
        )
    }
    plan = compile_rules(drawn(*(f"t{n}" for n in range(1_000)), *(f"t{n}>t{m}" for n, m in sorted(edges))))
    assert plan.kind is PlanKind.SLOT
    assert plan.why == "naming the tasks would take more than 40 rules"
    assert plan.quota.rules <= 10


def test_the_rules_are_the_same_for_every_version() -> None:
    """But for the width: a wider fan-out only adds blocks."""
    narrow, wide = (
        {str(rule["Name"]) for rule in render_all(compile_rules(version, choice=Choice.SLOT).shared, Surroundings())}
        for version in (chain(3), drawn(*(f"a>t{n}" for n in range(23))))
    )
    assert narrow < wide
    assert len(wide) - len(narrow) == 4


def test_what_the_emitter_writes_and_the_rules_match() -> None:
    plan = compile_rules(drawn(*(f"a>t{n:02}" for n in range(12))), choice=Choice.SLOT)
    assert plan.table is not None
    assert slots_for(plan.table, "a", Status.SUCCEEDED) == {"mm-task": {"blocks": [1, 2], "rest": 2}}
    assert slots_for(plan.table, "a", Status.FAILED) == {}
    assert slots_for(plan.table, None, None) == {"mm-task": {"rest": 1}}
    patterns = [rule.pattern["detail"] for rule in plan.shared[:6]]
    assert patterns[1] == {"slots": {"mm-task": {"rest": [2]}}}
    assert patterns[5] == {"slots": {"mm-task": {"blocks": [2]}}}
    told = deliveries(plan, bus_of(plan), end_of(plan, "a", Outcome.succeeded()))
    assert sorted(task for task, _ in told) == [f"t{n:02}" for n in range(12)]


def test_what_a_target_is_told() -> None:
    plan = compile_rules(drawn(*(f"a>t{n}" for n in range(7))), choice=Choice.SLOT)
    told = {rule.stem: [target.told for target in rule.targets] for rule in plan.shared}
    assert told["slot", "mm-task", "rest-2"] == [{"slot": {"function": "mm-task", "at": at}} for at in (-2, -1)]
    assert told["slot", "mm-task", "block-1"] == [{"slot": {"function": "mm-task", "at": at}} for at in range(5)]


def test_a_condition_has_rules_of_its_own_that_every_version_shares() -> None:
    big = {"width": [{"numeric": [">=", 64]}]}
    edges = [{"from": "a", "to": f"t{n}", "when": big} for n in range(6)] + [{"from": "b", "to": "t0", "when": big}]
    plan = compile_rules(drawn("a", "b", *edges), choice=Choice.SLOT)
    assert plan.table is not None
    slots = slots_for(plan.table, "a", Status.SUCCEEDED)["mm-task"]
    (condition,) = slots
    assert slots == {condition: {"blocks": [1], "rest": 1}}
    assert [rule.stem[2:] for rule in plan.rules] == [(condition, "rest-1"), (condition, "block-1")]
    assert plan.rules[0].pattern["detail"] == {
        "slots": {"mm-task": {condition: {"rest": [1]}}},
        "data": {"output": big},
    }
    other = compile_rules(drawn({"from": "x", "to": "y", "when": big}), choice=Choice.SLOT)
    assert other.rules == plan.rules[:1]


def test_equal_conditions_on_other_kinds_are_other_conditions() -> None:
    when = {"type": ["Timeout"]}
    edges = [{"from": "a", "to": "b", "on": kind, "when": when} for kind in ("success", "failure", "completion")]
    plan = compile_rules(drawn(*edges), choice=Choice.SLOT)
    assert len({rule.stem for rule in plan.rules}) == 3


def test_slots_are_counted_for_each_lambda() -> None:
    version = drawn(
        "a>b", "a>c", "a>d",
        functions={"own": {"lambda": OWN}},
        tasks={"c": {"function": "own"}, "d": {"function": "own"}},
    )  # fmt: skip
    plan = compile_rules(version, choice=Choice.SLOT)
    assert plan.table is not None
    house, own = plan.table.functions[0], plan.table.functions[1]
    assert (house, own.rpartition("-")[0]) == ("mm-task", "resize-image")
    assert slots_for(plan.table, "a", Status.SUCCEEDED) == {house: {"rest": 1}, own: {"rest": 2}}
    arns = {target.arn for rule in plan.shared for target in rule.targets if rule.stem[:2] == ("slot", own)}
    assert arns == {OWN}
    assert reached(plan.table, "a", Status.SUCCEEDED, Slot(own, -1)) == reached(
        plan.table, "a", Status.SUCCEEDED, Slot(own, 1)
    )


def test_one_lambdas_width_is_not_anothers() -> None:
    tasks = {f"t{n}": {"function": "own"} for n in range(20)}
    version = drawn(*(f"a>t{n}" for n in range(20)), functions={"own": {"lambda": OWN}}, tasks=tasks)
    plan = compile_rules(version, choice=Choice.SLOT)
    rules = [rule.stem[1] for rule in plan.shared if rule.stem[0] == "slot"]
    assert sorted(rules.count(key) for key in set(rules)) == [4, 8]


def test_roots_that_no_rule_reaches_are_started_by_address() -> None:
    plan = compile_rules(drawn(*(f"t{n:02}" for n in range(40))), choice=Choice.SLOT)
    assert plan.table is not None
    assert len(plan.shared) == 4 + 2 + 2
    told = deliveries(plan, bus_of(plan), start_of(plan))
    left = beyond(plan.table)
    assert (len(told), len(left)) == (14, 26)
    assert sorted([task for task, _ in told] + [one.task for one in left]) == [f"t{n:02}" for n in range(40)]


def test_blocks_made_for_tasks_serve_roots_too() -> None:
    plan = compile_rules(drawn(*(f"a>t{n}" for n in range(30)), *(f"r{n}" for n in range(30))), choice=Choice.SLOT)
    assert plan.table is not None
    assert beyond(plan.table) == ()


@pytest.mark.parametrize(
    ("task", "slot"),
    [("a", Slot("mm-task", 1)), ("a", Slot("mm-task", -2)), ("a", Slot("other", 0)), ("nobody", Slot("mm-task", 0))],
)
def test_a_slot_that_is_not_there_means_nothing(task: str, slot: Slot) -> None:
    plan = compile_rules(drawn("a>b"), choice=Choice.SLOT)
    assert plan.table is not None
    assert reached(plan.table, task, Status.SUCCEEDED, slot) is None


def test_the_table_is_stored_with_the_version_and_read_again() -> None:
    version = drawn("a>b", {"from": "a", "to": "c", "when": {"n": [1]}}, "a>d completion")
    plan = compile_rules(version, choice=Choice.SLOT)
    assert plan.table is not None
    stored = plan.table.document()
    assert SlotTable.read(stored) == plan.table
    assert stored["rows"]["a"][0] == {"to": "b", "on": Hears.SUCCESS, "edges": [version.pipeline.edges[0].id]}
