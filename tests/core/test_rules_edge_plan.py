"""The edge plan: what its rules look like, and that they stay within EventBridge's lengths."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from support.drawing import drawn
from support.examples import examples
from support.pipelines import pipelines

from events.rules import Choice, Owner, PlanKind, Room, Surroundings, compile_rules, render, render_all
from events.rules.edge_plan import PATTERN_LENGTH, TEMPLATE_LENGTH
from events.rules.render import compact, input_template
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import Version

EXAMPLES = Path(__file__).parents[3] / "shared" / "rules.examples.json"


def test_a_rule_is_what_is_put() -> None:
    version = drawn("validate>resize", "validate>audit")
    rule = compile_rules(version).rules[1]
    resize, audit = (edge.id for edge in version.pipeline.edges)
    rendered = render(rule, Surroundings())
    name = str(rendered["Name"])
    assert name.startswith("mm-media-thumbnails-3-")
    assert rendered["EventPattern"] == {
        "source": ["murmuration"],
        "$or": [
            {
                "detail-type": ["task.succeeded"],
                "detail": {"pipeline": ["media/thumbnails@3"], "task": ["validate"]},
            },
            {"detail": {"canary": [name.rpartition("-")[2]]}},
        ],
    }
    assert rendered["Bus"] == "murmuration"
    assert [target["Id"] for target in rendered["Targets"]] == ["resize", "audit"]
    assert rendered["Targets"][0] == {
        "Id": "resize",
        "Arn": "arn:aws:lambda:us-east-1:000000000000:function:mm-task",
        "InputTransformer": {
            "InputTemplate": f'{{"edges":{{"validate":["{resize}"]}},"task":"resize",'
            '"pipeline":"media/thumbnails@3","event":<aws.events.event.json>}'
        },
        "DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:undelivered"},
        "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 21_600},
    }
    assert rule.hears == "`validate` succeeded"
    assert audit in str(rendered["Targets"][1])


@pytest.mark.parametrize(
    ("version", "detail_types", "detail", "words"),
    [
        (drawn("a>b failure"), ["task.failed"], {"task": ["a"]}, "`a` failed"),
        (
            drawn("a>b completion"),
            ["task.succeeded", "task.failed"],
            {"task": ["a"]},
            "`a` succeeded or failed",
        ),
        (
            drawn("a>b failure", tasks={"b": {"function": "work", "join": "settled"}}),
            ["task.succeeded", "task.failed", "task.skipped"],
            {"task": ["a"]},
            "`a` succeeded, failed or was skipped",
        ),
        (
            drawn({"from": "a", "to": "b", "when": {"width": [{"numeric": [">=", 64]}]}}),
            ["task.succeeded"],
            {"task": ["a"], "data": {"output": {"width": [{"numeric": [">=", 64]}]}}},
            '`a` succeeded with output {"width": [{"numeric": [">=", 64]}]}',
        ),
        (
            drawn({"from": "a", "to": "b", "on": "failure", "when": {"type": ["Timeout"]}}),
            ["task.failed"],
            {"task": ["a"], "data": {"error": {"type": ["Timeout"]}}},
            '`a` failed with error {"type": ["Timeout"]}',
        ),
        (
            drawn({"from": "a", "to": "b", "on": "completion", "when": {"status": ["failed"]}}),
            ["task.succeeded", "task.failed"],
            {"task": ["a"], "data": {"status": ["failed"]}},
            '`a` succeeded or failed with outcome {"status": ["failed"]}',
        ),
    ],
)
def test_each_kind_of_edge(version: Version, detail_types: list[str], detail: JsonObject, words: str) -> None:
    rule = compile_rules(version).rules[1]
    assert rule.pattern == {
        "source": ["murmuration"],
        "detail-type": detail_types,
        "detail": {"pipeline": ["media/thumbnails@3"], **detail},
    }
    assert rule.hears == words


def test_a_start_leads_to_the_roots_five_in_a_rule() -> None:
    plan = compile_rules(drawn("a", "b", "c", "d", "e", "f"))
    assert [len(rule.targets) for rule in plan.rules] == [5, 1]
    assert plan.rules[0].pattern["detail-type"] == ["run.started"]
    assert plan.rules[0].hears == "a run of media/thumbnails@3 started"


def test_several_tasks_that_tell_the_same_share_a_rule() -> None:
    plan = compile_rules(drawn("a>x", "b>x", "c>x", "d>x", "e>x"))
    (rule,) = (rule for rule in plan.rules if rule.targets[0].id == "x")
    assert rule.pattern["detail"] == {"pipeline": ["media/thumbnails@3"], "task": ["a", "b", "c", "d", "e"]}
    assert rule.hears == "`a`, `b`, `c` or one of 2 more succeeded"


def test_ten_fully_joined_layers_of_twenty_take_forty_rules() -> None:
    layers = [[f"t{layer}_{n}" for n in range(20)] for layer in range(10)]
    pairs = [(one, two) for layer, below in itertools.pairwise(layers) for one in layer for two in below]
    plan = compile_rules(drawn(*(f"{one}>{two}" for one, two in pairs)))
    assert len(pairs) == 3_600
    assert plan.kind is PlanKind.EDGE
    assert len(plan.rules) == 40
    assert not plan.quota.too_long


@pytest.mark.parametrize("length", [2, 60])
@pytest.mark.parametrize("kinds", [1, 3])
def test_a_wide_join_stays_within_the_lengths(length: int, kinds: int) -> None:
    """Short names fill the templates first, since an edge's id is longer; long names fill the pattern."""
    names = [f"t{n:0{length}}" for n in range(400)]
    edges: list[str] = []
    for kind in ("success", "failure", "completion")[:kinds]:
        edges += [f"{name}>end {kind}" for name in names]
    plan = compile_rules(drawn(*edges, tasks={"end": {"function": "work", "join": "settled"}}), choice=Choice.EDGE)
    joins = [rule for rule in plan.rules if rule.targets[0].id == "end"]
    assert sum(len(rule.pattern["detail"]["task"]) for rule in joins) == 400
    assert len(joins) < 20
    for rendered in render_all(joins, Surroundings()):
        assert len(compact(rendered["EventPattern"])) <= PATTERN_LENGTH
    for rule in joins:
        assert all(len(input_template(target)) <= TEMPLATE_LENGTH for target in rule.targets)


def test_the_longest_names_are_names_that_eventbridge_takes() -> None:
    document = {"project": "p" * 48, "pipeline": "x" * 64, "tasks": {"t" * 64: {"function": "f"}}}
    (rendered, *_) = render_all(
        compile_rules(Version(pipeline=Pipeline.read(document), number=999_999)).all, Surroundings()
    )
    assert len(str(rendered["Name"])) == 64


@given(pipeline=pipelines())
@examples(15)
def test_publishing_is_a_set_difference(pipeline: Pipeline) -> None:
    """What is added to a draft where nothing else is joined leaves every rule but the start's as it was."""
    more = pipeline.document()
    more["tasks"] |= {"y": {"function": "f"}, "z": {"function": "f"}}
    more["edges"] = [*more.get("edges", []), {"from": "y", "to": "z"}]
    before, after = (
        {str(rule["Name"]) for rule in render_all(plan.rules, Surroundings()) if "run.started" not in compact(rule)}
        for plan in (
            compile_rules(Version(pipeline=each, number=3), choice=Choice.EDGE)
            for each in (pipeline, Pipeline.read(more))
        )
    )
    assert before < after
    assert len(after - before) == 1


def test_a_name_stands_for_all_that_would_be_put() -> None:
    rule = compile_rules(drawn("a>b")).rules[0]
    names = {
        str(render(rule, Surroundings(bus=bus, dead_letters=queue))["Name"])
        for bus in ("murmuration", "other")
        for queue in ("undelivered", "lost")
    }
    assert len(names) == 4


def test_it_gives_way_where_the_bus_is_full() -> None:
    version = drawn("a>b")
    assert compile_rules(version, room=Room(rules=290)).kind is PlanKind.EDGE
    plan = compile_rules(version, room=Room(rules=298))
    assert plan.kind is PlanKind.SLOT
    assert plan.why == "naming the tasks would take 2 rules, and the bus has no room for them"


def test_conditions_too_are_counted() -> None:
    """Each condition is a group of its own, and no single one is over the limit."""
    edges = [{"from": "a", "to": "b", "when": {"n": [n]}} for n in range(45)]
    assert compile_rules(drawn(*edges)).kind is PlanKind.SLOT
    assert compile_rules(drawn(*edges[:39])).kind is PlanKind.EDGE


def test_each_owner_is_told() -> None:
    plan = compile_rules(drawn("a>b", triggers={"orders": {"event": {"source": ["shop"]}}}))
    assert {rule.owner for rule in plan.rules} == {Owner.VERSION}
    assert {rule.owner for rule in plan.triggers} == {Owner.PIPELINE}
    assert {rule.owner for rule in plan.shared} == {Owner.BUS}


def test_rules_look_as_they_were_tried() -> None:
    """Beside the checkout, if it is there, lies one rule of every kind as EventBridge took it: the same members here."""
    if not EXAMPLES.exists():
        pytest.skip("the examples do not lie beside this checkout")
    version = drawn(
        "validate>resize",
        triggers={"uploads": {"s3": {"bucket": "uploads", "prefix": "in/"}}, "orders": {"event": {"source": ["shop"]}}},
    )
    ours = render_all([*compile_rules(version).all, *compile_rules(version, choice=Choice.SLOT).shared], Surroundings())
    shapes = {_shape(rule) for rule in ours}
    for example in json.loads(EXAMPLES.read_text()):
        del example["kind"]
        assert _shape(example) in shapes


def _shape(rule: JsonObject) -> tuple[frozenset[str], frozenset[str], bool]:
    (target, *_) = rule["Targets"]
    return (
        frozenset(rule),
        frozenset(target),
        "InputPathsMap" in target["InputTransformer"] if "InputTransformer" in target else False,
    )
