from events.hearing import hear
from events.rules import Surroundings, compile_rules
from schemas.pipeline import Pipeline
from schemas.version import Version

TRIGGERS = {
    "orders": {
        "event": {"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}},
        "input": {"object": "${detail.picture}"},
    },
    "uploads": {"s3": {"bucket": "uploads", "suffix": [".png"]}, "input": {"object": "${detail.object.key}"}},
    "nightly": {"schedule": {"rate": "1h"}},
}
PIPELINE = Pipeline.read(
    {
        "project": "p",
        "pipeline": "x",
        "input": {"type": "object", "properties": {"object": {"type": "string"}}},
        "triggers": TRIGGERS,
        "tasks": {"a": {"function": "f"}},
    }
)
PLAN = compile_rules(Version(pipeline=PIPELINE, number=1), surroundings=Surroundings(buckets={"uploads": "uploads"}))


def order(total=500, picture="a.png"):
    return {"id": "e", "source": "shop", "detail-type": "order", "detail": {"total": total, "picture": picture}}


def upload(key):
    detail = {"bucket": {"name": "uploads"}, "object": {"key": key}}
    return {"id": "e", "source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def verdicts(event):
    return {one.trigger: one for one in hear(PLAN, event)}


def test_a_trigger_that_matches_takes_the_event_up():
    heard = verdicts(order())
    assert list(heard) == ["orders", "uploads", "nightly"]
    assert heard["orders"].matches
    assert heard["orders"].taken.input == {"object": "a.png"}
    assert not heard["nightly"].matches


def test_one_that_does_not_match_says_which_clause_failed_and_on_what():
    heard = verdicts(order(total=50))["orders"]
    assert not heard.matches
    assert "detail.total is 50" in heard.why


def test_one_that_matches_and_cannot_start_a_run_says_why():
    heard = verdicts(order(picture=3))["orders"]
    assert heard.matches
    assert heard.taken is None
    assert "object" in heard.why


def test_an_aws_event_is_heard_on_the_default_bus_and_the_suffix_counts():
    assert verdicts(upload("in/a.png"))["uploads"].taken is not None
    passed = verdicts(upload("in/a.txt"))["uploads"]
    assert not passed.matches
    assert ".png" in passed.why
    assert not verdicts(upload("in/a.png"))["orders"].matches
