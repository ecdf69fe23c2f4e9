"""Routing by kind answers what plain routing answers, for rules that look at everything."""

from hypothesis import given
from hypothesis import strategies as st

from events.kinds import KindRouter
from events.router import Router

TYPES = ("task.succeeded", "task.failed")
VALUES = st.sampled_from([["a"], ["a", "b"], [{"exists": False}], [{"prefix": "a"}]])


def rule(name, pattern, paths=None):
    given_ = {"InputTemplate": '{"x":<x>,"event":<aws.events.event.json>}', "InputPathsMap": {"x": paths}}
    target = {"Id": "t", "Arn": "arn:t"} | ({"InputTransformer": given_} if paths else {})
    return {"Name": name, "EventPattern": pattern, "Targets": [target]}


def details():
    fields = {"task": VALUES, "id": VALUES, "lambda": VALUES, "data": st.fixed_dictionaries({"output": VALUES})}
    return st.fixed_dictionaries({}, optional=fields).filter(bool)


def patterns():
    plain = st.fixed_dictionaries(
        {"detail": details()}, optional={"detail-type": st.sampled_from([[t] for t in TYPES])}
    )
    either = st.lists(st.fixed_dictionaries({"detail": details()}), min_size=2, max_size=2)
    return plain | st.fixed_dictionaries({"$or": either}, optional={"source": st.just(["murmuration"])})


def event(type_, task, id_, output, lambda_):
    detail = {"id": id_, "data": {"output": output}}
    if task:
        detail["task"] = task
    if lambda_:
        detail["lambda"] = lambda_
    return {"source": "murmuration", "detail-type": type_, "detail": detail}


FEW = st.sampled_from(["a", "b", "ab"])
SAID = st.tuples(st.sampled_from(TYPES), FEW | st.none(), FEW, FEW, FEW | st.none())


@given(
    st.lists(st.tuples(patterns(), st.sampled_from([None, "$.detail.task", "$.detail.id"])), max_size=4), st.lists(SAID)
)
def test_each_event_is_routed_as_by_a_plain_router(asked, said):
    rules = [rule(f"r{n}", pattern, paths) for n, (pattern, paths) in enumerate(asked)]
    plain, router = Router(rules), KindRouter()
    for one in rules:
        router.add(one)
    for type_, task, id_, output, lambda_ in said:
        told, kind = event(type_, task, id_, output, lambda_), (type_, task, lambda_)
        assert (router.known(kind) or router.learn(kind, told)) == plain.route(told)


def learned(*rules):
    router = KindRouter()
    for one in rules:
        router.add(one)
    router.learn("kind", event(TYPES[0], "a", "1", "x", None))
    return router


def test_an_answer_is_kept_where_no_condition_can_change_it():
    about_another = {"detail": {"task": ["b"], "data": {"output": ["x"]}}}
    router = learned(rule("a", {"detail": {"task": ["a"]}}), rule("b", about_another))
    assert [one.rule for one in router.known("kind") or ()] == ["a"]


def test_each_event_is_asked_where_a_condition_could_change_the_answer():
    assert learned(rule("a", {"detail": {"task": ["a"], "data": {"output": ["y"]}}})).known("kind") is None
    assert learned(rule("a", {"detail": {"id": ["2"]}})).known("kind") is None


def test_what_was_learned_is_forgotten_with_every_change_of_the_rules():
    router = learned(rule("a", {"detail": {"task": ["a"]}}))
    router.add(rule("b", {"detail": {"data": {"output": ["x"]}}}))
    assert router.known("kind") is None
    router.remove("b")
    assert [one.rule for one in router.learn("kind", event(TYPES[0], "a", "1", "x", None))] == ["a"]
    assert router.known("kind") is not None


def test_answers_in_memory_are_bounded(monkeypatch):
    monkeypatch.setattr("events.kinds.KINDS", 1)
    router = learned(rule("a", {"detail": {"task": ["a"]}}))
    router.learn("another", event(TYPES[1], "a", "1", "x", None))
    assert router.known("kind") is None
    assert router.known("another") is not None


def test_a_rule_that_is_gone_is_asked_no_more_also_where_it_looked_at_what_varies():
    router = KindRouter()
    router.add(rule("r", {"source": ["murmuration"], "detail": {"id": ["a"]}}))
    told = event("task.succeeded", "a", "a", "a", None)
    assert len(router.learn("kind", told)) == 1
    router.remove("r")
    assert router.learn("kind", told) == ()
    assert router.known("kind") == ()
