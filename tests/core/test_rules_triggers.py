"""Rules that come with a pipeline or with the bus: triggers, addressed requests, the projector."""

from __future__ import annotations

import pytest
from support.drawing import drawn
from support.routing import Bus as EventBus
from support.routing import transformed

from events.rules import Bus, Rule, Surroundings, compile_rules, render
from events.rules.triggers import buses_of
from schemas.model import JsonObject
from schemas.pipeline import Memory, OwnLambda

OWN = "arn:aws:lambda:eu-west-1:123456789012:function:resize-image:live"


def trigger(document: JsonObject, surroundings: Surroundings | None = None) -> tuple[Rule, ...]:
    return compile_rules(drawn("a", triggers={"t": document}), surroundings=surroundings).triggers


def test_an_outside_event_leads_straight_to_start() -> None:
    pattern: JsonObject = {"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}}
    (rule,) = trigger({"event": pattern})
    rendered = render(rule, Surroundings())
    assert rule.bus is Bus.OWN
    assert rendered["EventPattern"] == pattern, "as it was written, and without a canary"
    (target,) = rendered["Targets"]
    assert target["Arn"].endswith(":function:mm-start")
    event: JsonObject = {"source": "shop", "detail": {"total": 200}}
    assert transformed(target["InputTransformer"], event) == {"trigger": "media/thumbnails/t", "event": event}


def test_triggers_carry_no_version() -> None:
    document = {"t": {"event": {"source": ["shop"]}}}
    three = drawn("a", triggers=document)
    four = three.model_copy(update={"number": 4})
    assert compile_rules(three).triggers == compile_rules(four).triggers


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        (
            {"bucket": "uploads", "prefix": "in/", "suffix": [".png"]},
            {"bucket": {"name": ["mm-uploads-000000000000"]}, "object": {"key": [{"prefix": "in/"}]}},
        ),
        ({"bucket": "uploads"}, {"bucket": {"name": ["mm-uploads-000000000000"]}}),
    ],
)
def test_an_s3_trigger_is_a_rule_on_the_default_bus(document: JsonObject, detail: JsonObject) -> None:
    (rule,) = trigger({"s3": document})
    assert rule.bus is Bus.DEFAULT
    assert rule.pattern == {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}


def test_a_bucket_has_the_name_that_it_has_there() -> None:
    (rule,) = trigger({"s3": {"bucket": "uploads"}}, Surroundings(buckets={"uploads": "acme-incoming"}))
    assert rule.pattern["detail"] == {"bucket": {"name": ["acme-incoming"]}}


def test_another_pipelines_end_starts_whatever_its_version_was() -> None:
    (rule,) = trigger({"pipeline": {"pipeline": "nightly", "on": ["succeeded", "timed_out"]}})
    bus = EventBus([render(rule, Surroundings())])

    def heard(type: str, pipeline: str) -> bool:
        return bool(bus.matched({"source": "murmuration", "detail-type": type, "detail": {"pipeline": pipeline}}))

    assert rule.hears == "a run of media/nightly succeeded or timed out"
    assert heard("run.succeeded", "media/nightly@1")
    assert heard("run.timed_out", "media/nightly@27")
    assert not heard("run.failed", "media/nightly@1")
    assert not heard("run.succeeded", "media/nightly-two@1")
    assert not heard("run.succeeded", "other/nightly@1")


@pytest.mark.parametrize(
    "document",
    [{"schedule": {"rate": "5m"}}, {"webhook": {"signature": "none"}}, {"manual": {}}],
)
def test_what_starts_by_a_call_needs_no_rule(document: JsonObject) -> None:
    assert trigger(document) == ()


BOTH = {Bus.OWN, Bus.DEFAULT}


@pytest.mark.parametrize(
    ("pattern", "buses"),
    [
        ({"source": ["shop"]}, {Bus.OWN}),
        ({"source": ["aws.ec2"]}, {Bus.DEFAULT}),
        ({"source": ["aws.ec2", "shop"]}, BOTH),
        ({"source": [{"prefix": "aws."}]}, {Bus.DEFAULT}),
        ({"source": [{"prefix": "a"}]}, BOTH),
        ({"source": [{"prefix": "sh"}]}, {Bus.OWN}),
        ({"source": [{"wildcard": "aws.*"}]}, {Bus.DEFAULT}),
        ({"source": [{"wildcard": "*.ec2"}]}, BOTH),
        ({"source": [{"anything-but": ["aws.ec2"]}]}, {Bus.OWN}),
        ({"source": [{"prefix": {"equals-ignore-case": "AWS."}}]}, {Bus.OWN}),
        ({"source": [None]}, {Bus.OWN}),
        ({"detail-type": ["order.created"]}, {Bus.OWN}),
        ({"$or": [{"source": ["aws.ec2"]}, {"source": ["shop"]}]}, BOTH),
        ({"$or": [{"source": ["aws.ec2"]}, {"source": ["aws.s3"]}]}, {Bus.DEFAULT}),
        ({"$or": ["nonsense", {"source": ["aws.ec2"]}]}, {Bus.DEFAULT}),
    ],
)
def test_an_event_is_listened_for_where_it_is_said(pattern: JsonObject, buses: set[Bus]) -> None:
    assert buses_of(pattern) == buses


def test_one_trigger_on_both_buses_has_a_rule_on_each() -> None:
    rules = trigger({"event": {"source": ["aws.ec2", "shop"]}})
    assert {rule.bus for rule in rules} == BOTH
    assert len({str(render(rule, Surroundings())["Name"]) for rule in rules}) == 2


def test_every_lambda_may_be_addressed() -> None:
    version = drawn(
        "a>b",
        functions={"own": {"lambda": OWN}},
        tasks={"b": {"function": "own"}, "c": {"action": "notify.email", "memory": "huge"}},
    )
    surroundings = Surroundings(memory_functions={Memory.HUGE: "mm-task-huge"})
    addressed = [
        render(rule, surroundings)
        for rule in compile_rules(version, surroundings=surroundings).shared
        if rule.stem[0] == "addressed"
    ]
    bus = EventBus(addressed)
    told: list[str] = []
    for rule in addressed:
        (key,) = rule["EventPattern"]["detail"]["lambda"]
        detail: JsonObject = {"lambda": key, "pipeline": "media/thumbnails@3", "task": "b"}
        event: JsonObject = {"source": "murmuration", "detail-type": "task.requested", "detail": detail}
        assert len(bus.matched(event)) == 1
        ((arn, given),) = bus.inputs(event)
        assert given == {"pipeline": "media/thumbnails@3", "task": "b", "event": event}
        told.append(arn)
    assert {arn.rpartition("function:")[2] for arn in told} == {"mm-task", "mm-task-huge", "resize-image:live"}


def test_a_lambda_of_the_project_serves_all_its_pipelines_and_a_pipelines_own_comes_first() -> None:
    other = OWN.replace("resize-image", "other")
    project = {"work": OwnLambda.read({"lambda": OWN})}
    mine = {"work": {"lambda": other}}
    for version, arn in ((drawn("a"), OWN), (drawn("a", functions=mine), other)):
        (rule,) = compile_rules(version, project=project).rules
        assert rule.targets[0].arn == arn


def test_the_projector_hears_all_that_the_system_says_but_no_canary() -> None:
    (rule,) = (rule for rule in compile_rules(drawn("a")).shared if rule.stem == ("projector",))
    rendered = render(rule, Surroundings())
    bus = EventBus([rendered])
    assert "InputTransformer" not in rendered["Targets"][0]
    assert bus.matched({"source": "murmuration", "detail-type": "task.started", "detail": {"run": "r1"}})
    assert not bus.matched({"source": "murmuration", "detail-type": "rule.canary", "detail": {"canary": "1f0c"}})
    assert not bus.matched({"source": "shop", "detail-type": "order.created", "detail": {"run": "r1"}})
