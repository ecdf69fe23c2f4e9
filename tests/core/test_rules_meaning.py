"""Two plans, one meaning: what rendered rules deliver is what the semantics call live, and what the closure asks for."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.pipelines import endings, outcomes, pipelines
from support.routing import NOON, Bus, Told, bus_of, deliveries, end_of, envelope, start_of

from events.edges import is_live
from events.envelope import CANARY
from events.event import Event, EventType
from events.rules import Choice, Plan, Surroundings, canary_of, compile_rules, render_all
from events.slots import beyond
from schemas.closure import choreography
from schemas.outcome import Outcome, Status
from schemas.pipeline import Pipeline
from schemas.version import Version
from schemas.wiring import Wiring

PLANS = [Choice.EDGE, Choice.SLOT]


@st.composite
def spread(draw: st.DrawFn, made: st.SearchStrategy[Pipeline]) -> Pipeline:
    """Some of its tasks run on Lambdas of the user's own, each with its own slots."""
    document = draw(made).document()
    for task in document["tasks"].values():
        task["function"] = draw(st.sampled_from(["work", "work", "resize", "mail"]))
    document["functions"] = {
        name: {"lambda": f"arn:aws:lambda:eu-west-1:123456789012:function:{name}"} for name in ("resize", "mail")
    }
    return Pipeline.read(document)


def expected(wiring: Wiring, task: str, outcome: Outcome) -> Counter[tuple[str, str]]:
    """By DESIGN section 3: live edges, and into the closure every edge whatever the outcome."""
    asked = choreography(wiring)
    return Counter(
        (edge.to, edge.id) for edge in wiring.outgoing[task] if asked.hears_everything(edge) or is_live(edge, outcome)
    )


def edges_in(told: list[Told]) -> Counter[tuple[str, str]]:
    return Counter((task, edge) for task, edges in told for edge in edges)


@pytest.mark.parametrize("choice", PLANS)
@given(data=st.data())
@examples(40)
def test_every_outcome_reaches_exactly_who_must_hear_of_it(choice: Choice, data: st.DataObject) -> None:
    pipeline = data.draw(spread(pipelines()))
    wiring = Wiring(pipeline)
    plan = compile_rules(Version(pipeline=pipeline, number=3), choice=choice)
    bus = bus_of(plan)
    for task, outcome in data.draw(endings(pipeline)).items():
        told = deliveries(plan, bus, end_of(plan, task, outcome))
        assert edges_in(told) == expected(wiring, task, outcome)
        assert all(edges for _, edges in told), "nobody is invoked for nothing"
    for task in choreography(wiring).tells_skip:
        told = deliveries(plan, bus, end_of(plan, task, Outcome.skipped()))
        assert edges_in(told) == expected(wiring, task, Outcome.skipped())


@pytest.mark.parametrize("choice", PLANS)
@given(pipeline=spread(pipelines(max_tasks=20, density=1)))
@examples(25)
def test_a_start_reaches_every_root_once(choice: Choice, pipeline: Pipeline) -> None:
    plan = compile_rules(Version(pipeline=pipeline, number=3), choice=choice)
    told = deliveries(plan, bus_of(plan), start_of(plan))
    addressed = [] if plan.table is None else [(left.task, frozenset(left.edges)) for left in beyond(plan.table)]
    assert Counter(told + addressed) == Counter((root, frozenset[str]()) for root in Wiring(pipeline).roots)


@given(pipeline=pipelines(), data=st.data())
@examples(20)
def test_nobody_else_is_heard(pipeline: Pipeline, data: st.DataObject) -> None:
    """Another pipeline's events, another version's, and another source's that looks the same."""
    plan = compile_rules(Version(pipeline=pipeline, number=3), choice=Choice.EDGE)
    bus = Bus(render_all(plan.rules, Surroundings()))
    task, outcome = data.draw(st.sampled_from(sorted(pipeline.tasks))), data.draw(outcomes())
    for reference in ("p/x@4", "p/x@33", "p/y@3", "q/x@3"):
        assert not bus.matched(start_of(plan, reference))
        assert not bus.matched(end_of(plan, task, outcome, reference))
    for event in (start_of(plan), end_of(plan, task, outcome)):
        assert not bus.matched({**event, "source": "shop"})


@pytest.mark.parametrize("choice", PLANS)
@given(pipeline=pipelines())
@examples(15)
def test_a_canary_reaches_its_rule_and_no_other(choice: Choice, pipeline: Pipeline) -> None:
    plan = compile_rules(Version(pipeline=pipeline, number=3), choice=choice)
    bus = bus_of(plan)
    for rule, rendered in zip(plan.all, render_all(plan.all, Surroundings()), strict=True):
        if rule.canaried:
            event = {"source": "murmuration", "detail-type": CANARY, "detail": {"canary": canary_of(rendered)}}
            assert bus.matched(event) == {rendered["Name"]}


@given(pipeline=pipelines(), data=st.data())
@examples(15)
def test_slot_rules_serve_every_version_that_has_them(pipeline: Pipeline, data: st.DataObject) -> None:
    """Two versions share one bus: each event reaches the tasks of its own version only, because its table is its own."""
    other = data.draw(pipelines())
    plans = [
        compile_rules(Version(pipeline=each, number=number), choice=Choice.SLOT)
        for number, each in enumerate((pipeline, other), 1)
    ]
    shared = {str(rule["Name"]): rule for plan in plans for rule in bus_of(plan).rules.values()}
    bus = Bus(shared.values())
    for plan in plans:
        for task, outcome in data.draw(endings(plan.version.pipeline)).items():
            told = deliveries(plan, bus, end_of(plan, task, outcome))
            assert edges_in(told) == expected(Wiring(plan.version.pipeline), task, outcome)


@given(pipeline=pipelines())
@examples(15)
def test_the_same_version_compiles_to_the_same_rules(pipeline: Pipeline) -> None:
    def compiled(pipeline: Pipeline, choice: Choice) -> object:
        return render_all(compile_rules(Version(pipeline=pipeline, number=3), choice=choice).all, Surroundings())

    for choice in Choice:
        assert compiled(pipeline, choice) == compiled(Pipeline.read(pipeline.document()), choice)


# Conditions that EventBridge reads in a way of its own: by the order of fields, by dotted names, by reserved names.
ODD = [
    ({"$or": [{"n": [1]}, {"tag": ["a"]}]}, {"n": 1}, {"n": 2}),
    ({"n": [1], "$or": [{"n": [2]}, {"tag": ["a"]}]}, {"n": 2}, {"n": 1}),
    ({"$or": [{"n": [2]}, {"tag": ["a"]}], "n": [1]}, {"n": 1}, {"n": 2}),
    ({"prefix": ["x"]}, {"prefix": "x"}, {"prefix": "y"}),
    ({"n": [1], "exists": {"cidr": ["x"], "c": [1]}}, {"n": 1, "exists": {"cidr": "x", "c": 1}}, {"n": 1}),
    ({"a": {"wildcard": {"numeric": [5]}}}, {"a": {"wildcard": {"numeric": 5}}}, {"a": {"wildcard": 5}}),
    ({"prefix": ["x"], "$or": [{"n": [1]}, {"n": [2]}]}, {"prefix": "x", "n": 2}, {"prefix": "x", "n": 3}),
    ({"a.b": [1]}, {"a": {"b": 1}}, {"a": 1}),
    ({"a": {"b": [1]}, "a.b": [2]}, {"a": {"b": 2}}, {"a": {"b": 1}}),
    ({"pipeline": ["p/x@3"], "task": [{"exists": False}]}, {"pipeline": "p/x@3"}, {"pipeline": "p/x@3", "task": 1}),
    ({"canary": [{"exists": False}], "n": [1]}, {"n": 1}, {"n": 1, "canary": 1}),
    ({"items": {"id": [1], "ok": [True]}}, {"items": [{"id": 1, "ok": True}]}, {"items": [{"id": 1}, {"ok": True}]}),
    ({"n": [{"exists": False}]}, None, {"n": None}),
    ({"n": [None, ""]}, {"n": ""}, {"n": 0}),
    ({"n": [{"anything-but": {"wildcard": "a*z"}}]}, {"n": "b"}, {"n": "abz"}),
]


@pytest.mark.parametrize("choice", PLANS)
@pytest.mark.parametrize(("when", "live", "dead"), ODD)
def test_a_condition_means_in_a_rule_what_it_means_on_its_edge(
    choice: Choice, when: dict[str, object], live: object, dead: object
) -> None:
    pipeline = Pipeline.read(
        {
            "project": "p",
            "pipeline": "x",
            "tasks": {"a": {"function": "f"}, "b": {"function": "f"}},
            "edges": [{"from": "a", "to": "b", "when": when}],
        }
    )
    plan = compile_rules(Version(pipeline=pipeline, number=3), choice=choice)
    bus = bus_of(plan)
    for output, is_it in ((live, True), (dead, False)):
        outcome = Outcome(status=Status.SUCCEEDED, output=output)
        assert is_live(pipeline.edges[0], outcome) is is_it
        assert bool(deliveries(plan, bus, end_of(plan, "a", outcome))) is is_it


def test_what_a_subscriber_or_a_stranger_says_moves_nothing() -> None:
    """Only outcomes travel: announcements, attempts and requests reach no task through the version's rules."""
    pipeline = Pipeline.read(
        {"project": "p", "pipeline": "x", "tasks": {"a": {"function": "f"}, "b": {"function": "f", "join": "settled"}}}
        | {"edges": [{"from": "a", "to": "b", "on": "completion"}]}
    )
    plan: Plan = compile_rules(Version(pipeline=pipeline, number=3))
    bus = Bus(render_all(plan.rules, Surroundings()))
    for type in set(EventType) - {EventType.TASK_SUCCEEDED, EventType.TASK_FAILED, EventType.TASK_SKIPPED}:
        task = "a" if type.about_a_task else None
        event = Event(type=type, time=NOON, pipeline="p/x@3", run="r1", task=task, attempt=1)
        assert len(bus.matched(envelope(event))) == (type is EventType.RUN_STARTED)
