from events.router import Router

EVENT = {"source": "shop", "detail-type": "order.created", "detail": {"id": "o-1", "total": 5}}


def rule(name, pattern, *targets):
    return {"Name": name, "EventPattern": pattern, "Targets": list(targets)}


def target(id_, template=None, paths=None):
    if template is None:
        return {"Id": id_, "Arn": f"arn:{id_}"}
    return {
        "Id": id_,
        "Arn": f"arn:{id_}",
        "InputTransformer": {"InputTemplate": template, "InputPathsMap": paths or {}},
    }


def test_every_target_of_every_matching_rule_hears_of_the_event():
    router = Router(
        [
            rule("b", {"source": ["shop"]}, target("two"), target("three")),
            rule("a", {"detail": {"total": [{"numeric": [">", 1]}]}}, target("one")),
            rule("c", {"source": ["bank"]}, target("four")),
        ]
    )
    assert [(one.rule, one.target, one.arn, one.told) for one in router.route(EVENT)] == [
        ("a", "one", "arn:one", None),
        ("b", "two", "arn:two", None),
        ("b", "three", "arn:three", None),
    ]
    assert router.route(EVENT)[1].by == "b/two"


def test_a_target_is_told_what_its_template_says_and_what_it_asks_of_the_event():
    template = '{"task":"x","order":<order>,"none":<none>,"deep":<deep>,"event":<aws.events.event.json>}'
    paths = {"order": "$.detail.id", "none": "$.detail.nothing", "deep": "$.detail.id.deeper"}
    router = Router([rule("a", {"source": ["shop"]}, target("t", template, paths))])
    assert router.route(EVENT)[0].told == {"task": "x", "order": "o-1", "none": None, "deep": None}


def test_a_rule_of_the_same_name_replaces_the_old_one_and_a_removed_one_is_gone():
    router = Router([rule("a", {"source": ["shop"]}, target("old"))])
    router.add(rule("a", {"source": ["shop"]}, target("new")))
    assert [one.target for one in router.route(EVENT)] == ["new"]
    assert "a" in router
    assert router.names == {"a"}
    router.remove("a")
    router.remove("a")
    assert router.route(EVENT) == ()


def test_the_same_rules_answer_alike_until_one_of_them_changes():
    router = Router([rule("a", {"source": ["shop"]}, target("old"))])
    assert router.route(EVENT) is router.route(EVENT)
    router.add(rule("a", {"source": ["shop"]}, target("new")))
    assert [one.target for one in router.route(EVENT)] == ["new"]


def test_answers_in_memory_are_bounded(monkeypatch):
    monkeypatch.setattr("events.router.ANSWERS", 1)
    router = Router([rule(name, {"source": [name]}, target(name)) for name in ("shop", "bank")])
    for source in ("shop", "bank", "shop"):
        assert [one.target for one in router.route({"source": source})] == [source]
