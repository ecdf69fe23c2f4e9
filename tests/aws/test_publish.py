"""Publishing on AWS: what it puts where, in which order, and what it takes away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.drawing import drawn
from support.publishing import Stage, stage

from events.ledger import RunRecord, RunState
from events.rules import compile_rules
from events.rules.static import static_rules
from handlers.drafts import Drafts
from handlers.publishing import NotLive
from murmuration.aws.cabinet import AwsCabinet
from murmuration.aws.ends import Ends
from murmuration.aws.ledger import AwsLedger
from murmuration.aws.publish import quota
from murmuration.aws.publish.answering import Answering
from murmuration.aws.publish.canary import NotHeard
from murmuration.aws.publish.impact import CannotPublish
from murmuration.aws.publish.lease import Lease, PublishedElsewhere
from murmuration.aws.publish.publisher import Publisher
from murmuration.aws.refusals import AwsRefused
from murmuration.aws.settings import AwsSettings
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.project import Project
from schemas.trigger import RunEnd

NAME = "media/thumbnails"
HOUR = 3_600_000
MARK = "Put by murmur publish for murmur-test."


@pytest.fixture
def here() -> Iterator[Stage]:
    with stage() as made:
        yield made


def pipeline(*edges: str, **more: object) -> Pipeline:
    return drawn(*edges, **more).pipeline


def standing(here: Stage) -> object:
    return here.standings()[NAME]


def ledger(here: Stage) -> AwsLedger:
    return AwsLedger(here.cloud.table, lambda: "mark", timedelta(days=1))


def unended(here: Stage) -> RunRecord:
    """A run of the first version."""
    now = here.clock.at
    return RunRecord(
        id="r1", pipeline=NAME, version=1, state=RunState.OPEN, started=now, deadline=now + 99 * HOUR, due=now
    )


def put(here: Stage, name: str, pattern: JsonObject, *, bus: str = "murmur-test", description: str = "") -> None:
    here.cloud.clients.events.put_rule(
        Name=name, EventBusName=bus, EventPattern=json.dumps(pattern), State="ENABLED", Description=description
    )


# live


def test_a_pipeline_goes_live_with_all_its_rules(here: Stage) -> None:
    impact = here.publish(pipeline("a>b", "b>c failure", triggers={"up": {"s3": {"bucket": "uploads"}}}))
    [change] = impact.changes
    assert (change.version, change.new, change.plan) == (1, True, "edge")
    assert standing(here) == {"active": 1, "versions": {"1": "live"}}
    own, default = here.rules(), here.rules("default")
    assert sorted([*own, *default]) == sorted(change.added)
    assert [len(default), len(own)] == [1, 5]
    for rule in (*own.values(), *default.values()):
        assert rule["state"] == "ENABLED"
        assert rule["targets"]
        assert str(rule["description"]).endswith(MARK)


def test_the_same_again_changes_nothing(here: Stage) -> None:
    here.publish(pipeline("a>b"))
    before = here.everything()
    here.cut.reset()
    [change] = here.publish(pipeline("a>b")).changes
    assert (change.version, change.new, change.added) == (1, False, ())
    assert here.everything() == before
    assert not [call for call in here.cut.calls if call.startswith("eventbridge") and not call.endswith("ListRules")]


def test_triggers_change_at_once_and_the_rest_when_the_last_run_has_ended(here: Stage) -> None:
    here.publish(pipeline("a>b", triggers={"old": {"event": {"source": ["shop"]}}}))
    first = set(here.rules())
    runs = ledger(here)
    runs.open(unended(here))
    [change] = here.publish(pipeline("a>c", triggers={"new": {"event": {"source": ["market"]}}})).changes
    assert [len(change.removed), len(change.later)] == [1, 2]
    assert change.drains == (f"{NAME}@1",)
    assert first - set(here.rules()) == set(change.removed)
    assert "thumbnails-old" in change.removed[0]
    for _ in range(3):
        here.later(HOUR)
        assert here.publisher().tidy().retired == ()
    runs.end("r1", RunEnd.SUCCEEDED, here.clock.at, "")
    assert here.publisher().tidy().retiring == (f"{NAME}@1",)
    assert set(change.later) <= set(here.rules()), "a second look comes before they go"
    here.later(HOUR)
    told = here.publisher().tidy()
    assert (told.retired, set(told.removed)) == ((f"{NAME}@1",), set(change.later))
    assert standing(here) == {"active": 2, "versions": {"2": "live", "1": "retired"}}


def test_a_run_that_begins_while_its_version_retires_is_led_to_its_end(here: Stage) -> None:
    here.publish(pipeline("a"))
    here.publish(pipeline("b"))
    here.later(HOUR)
    here.publisher().tidy()
    ledger(here).open(unended(here))
    here.later(HOUR)
    assert here.publisher().tidy().retired == ()


# canaries


def test_nothing_goes_live_before_every_rule_delivers(here: Stage) -> None:
    here.publish(pipeline("a"))
    here.deliverer.deaf = lambda rule: "thumbnails-2" in rule
    with pytest.raises(NotHeard, match=r"thumbnails-2.*when `a` succeeded.*leads to murmur-test-task"):
        here.publish(pipeline("a>b"))
    assert standing(here) == {"active": 1, "versions": {"2": "published", "1": "live"}}
    here.deliverer.deaf = lambda _: False
    [change] = here.publish(pipeline("a>b")).changes
    assert (change.version, change.added) == (2, ())
    assert standing(here) == {"active": 2, "versions": {"2": "live", "1": "draining"}}


def test_a_rule_that_wakes_late_is_waited_for(here: Stage) -> None:
    began = here.clock.at
    here.deliverer.deaf = lambda _: here.clock.at - began < 30_000
    here.publish(pipeline("a>b"))
    assert 30_000 <= here.clock.at - began < 60_000


def test_every_target_of_a_rule_must_have_heard(here: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that leads to two functions, one of which may not be invoked."""
    monkeypatch.setattr("murmuration.aws.publish.publisher.lambda_obstacles", lambda *_: ())
    own = "arn:aws:lambda:eu-central-1:123456789012:function:own"
    here.deliverer.functions["own"] = here.deliverer.functions["murmur-test-task"]
    here.deliverer.refuse.add("own")
    document = pipeline("a>b", "a>c", functions={"mine": {"lambda": own}}, tasks={"c": {"function": "mine"}})
    with pytest.raises(NotHeard, match=r"1 rule: .*leads to murmur-test-task, own"):
        here.publish(document)
    here.deliverer.refuse.clear()
    here.publish(document)
    assert standing(here) == {"active": 1, "versions": {"1": "live"}}


# what is on the bus already


def test_rules_of_others_stay_also_another_stages(here: Stage) -> None:
    put(here, "theirs", {"source": ["shop"]})
    put(here, "murmur-test-mine", {"source": ["shop"]})
    mine = "murmur-test-2-shop-orders-up-0123456789ab"
    put(here, mine, {"source": ["aws.s3"]}, bus="default", description=f"When. {MARK.replace('test.', 'test-2.')}")
    orphan = "murmur-test-shop-gone-1-0123456789ab"
    put(here, orphan, {"source": ["shop"]}, description=f"When something was heard. {MARK}")
    here.publish(pipeline("a"))
    assert {"theirs", "murmur-test-mine"} <= set(here.rules())
    assert set(here.rules("default")) == {mine}
    assert orphan not in here.rules()


def test_what_the_template_has_is_not_put_a_second_time(here: Stage) -> None:
    around = here.cloud.environment.surroundings
    for name, rule in zip(("addressed-task", "projector"), static_rules([around.task_function], around), strict=True):
        put(here, f"murmur-test-{name}", rule.pattern)
    here.publish(pipeline("a>b"))
    assert [name.split("-")[2] for name in here.rules()].count("addressed") == 1
    assert [name.split("-")[2] for name in here.rules()].count("projector") == 1


def test_what_somebody_disabled_or_removed_is_put_again(here: Stage) -> None:
    here.publish(pipeline("a>b"))
    before = here.rules()
    events = here.cloud.clients.events
    first, second, *_ = (name for name in before if "thumbnails" in name)
    events.disable_rule(Name=first, EventBusName="murmur-test")
    events.remove_targets(Rule=second, EventBusName="murmur-test", Ids=["a", "b"])
    events.delete_rule(Name=second, EventBusName="murmur-test")
    assert sorted(here.publisher().tidy().put) == sorted([first, second])
    assert here.rules() == before


def test_many_rules_are_read_page_by_page(here: Stage) -> None:
    for number in range(120):
        put(here, f"theirs-{number}", {"source": ["shop"]})
    impact = here.publisher().impact(here.asked(pipeline("a")))
    assert impact.quota["rules"] == 123
    assert here.rules().keys() == {f"theirs-{number}" for number in range(120)}


# quota


def test_a_bus_that_is_nearly_full_gets_the_slot_plan(here: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    edges = [f"t{n}>t{n + 1}" for n in range(9)]
    monkeypatch.setattr("murmuration.aws.publish.publisher.rules_allowed", lambda _: 8)
    [change] = here.publish(pipeline(*edges)).changes
    assert (change.plan, len(change.added)) == ("slot", 6)
    assert "no room" in change.why


def test_a_bus_that_is_full_is_told_before_anything_is_changed(here: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("murmuration.aws.publish.publisher.rules_allowed", lambda _: 3)
    with pytest.raises(CannotPublish, match="the bus murmur-test would have 6 rules and may have 3"):
        here.publish(pipeline("a>b", "b>c failure"))
    assert here.everything() == {"own": {}, "default": {}, "catalog": {}, "schedules": []}


def test_versions_that_drain_count(here: Stage) -> None:
    here.publish(pipeline("a>b"))
    impact = here.publisher().impact(here.asked(pipeline("a>c")))
    assert impact.quota["rules"] == 6
    assert impact.quota["left"] == 294


def test_more_wildcards_than_a_bus_may_have(here: Stage) -> None:
    triggers = {f"t{n}": {"event": {"source": ["s"], "detail": {"k": [{"wildcard": f"{n}*x"}]}}} for n in range(31)}
    with pytest.raises(CannotPublish, match="31 rules with a wildcard and may have 30"):
        here.publish(pipeline("a", triggers=triggers))


def test_what_aws_grants_is_asked(here: Stage) -> None:
    class Quotas:
        def get_service_quota(self, **asked: str) -> JsonObject:
            assert asked == {"ServiceCode": "events", "QuotaCode": "L-244521F2"}
            return {"Quota": {"Value": 1200.0}}

    assert quota.rules_allowed(Quotas()) == 1_200
    assert quota.rules_allowed(here.clients.patient("service-quotas")) == 300, "moto does not know: the default"


# targets that fail


def test_targets_that_fail_alone_are_put_again(here: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = here.clients.patient("events").put_targets, [2]

    def put_targets(**asks: Any) -> dict[str, Any]:
        first, *others = asks["Targets"]
        if failures[0]:
            failures[0] -= 1
            answer = real(**{**asks, "Targets": others}) if others else {}
            failed = {"TargetId": first["Id"], "ErrorCode": "ConcurrentModificationException", "ErrorMessage": "later"}
            return {**answer, "FailedEntryCount": 1, "FailedEntries": [failed]}
        return real(**asks)

    monkeypatch.setattr(here.clients.patient("events"), "put_targets", put_targets)
    here.publish(pipeline("a>b", "a>c"))
    assert all(rule["targets"] for rule in here.rules().values())
    failures[0] = 99
    with pytest.raises(AwsRefused, match=r"refuses targets: .*: later"):
        here.publish(pipeline("a>d"))
    assert standing(here) == {"active": 1, "versions": {"2": "published", "1": "live"}}


# back, and out


def test_back_to_a_version_that_has_retired_its_rules_come_again_and_are_tried(here: Stage) -> None:
    here.publish(pipeline("a>b"))
    before = here.rules()
    here.publish(pipeline("a>c"))
    for _ in range(2):
        here.later(HOUR)
        here.publisher().tidy()
    assert not before.items() <= here.rules().items()
    here.deliverer.deaf = lambda rule: "thumbnails-1" in rule
    with pytest.raises(NotHeard):
        here.publisher().activate(f"{NAME}@1")
    here.deliverer.deaf = lambda _: False
    here.publisher().activate(f"{NAME}@1")
    assert before.items() <= here.rules().items()
    assert standing(here) == {"active": 1, "versions": {"2": "draining", "1": "live"}}


def test_a_retired_version_is_woken_for_a_run_of_it(here: Stage) -> None:
    here.publish(pipeline("a>b", triggers={"t": {"event": {"source": ["shop"]}}}))
    own = {name for name in here.rules() if "thumbnails-1" in name}
    here.publish(pipeline("a>c"))
    assert not here.publisher().wake(f"{NAME}@1"), "it still has its rules"
    for _ in range(2):
        here.later(HOUR)
        here.publisher().tidy()
    assert not own & set(here.rules())
    assert here.publisher().wake(f"{NAME}@1")
    assert own <= set(here.rules())
    assert not [name for name in here.rules() if "thumbnails-t" in name], "it starts nothing"


def test_what_is_out_starts_nothing_and_its_runs_go_on(here: Stage) -> None:
    night: JsonObject = {"schedule": {"cron": "0 2 * * *"}}
    here.publish(pipeline("a>b", triggers={"t": {"event": {"source": ["shop"]}}, "night": night}))
    assert len(here.everything()["schedules"]) == 1
    here.publisher().unpublish([NAME])
    assert standing(here) == {"active": None, "versions": {"1": "draining"}}
    assert here.everything()["schedules"] == []
    assert {name.split("-")[4] for name in here.rules() if "thumbnails" in name} == {"1"}
    with pytest.raises(NotLive):
        here.publisher().unpublish([NAME])
    [change] = here.publish(pipeline("a>b")).changes
    assert change.version == 2


# one at a time


@pytest.mark.parametrize("pause", [1, 8, 14, 15])
def test_who_was_away_for_too_long_changes_nothing_any_more(here: Stage, pause: int) -> None:
    """Its machine slept, say. Meanwhile another has taken the lease."""
    count = 0

    def sleep(seconds: float) -> None:
        nonlocal count
        count += 1
        here.sleep(seconds)
        if count == pause:
            here.later(120_000)
            other.__enter__()
            before.update(here.rules())

    before: dict[str, JsonObject] = {}
    other = Lease(here.cloud.table, here.clock, here.sleep, "another's", "the quick one")
    slow = Publisher(replace(here.publisher("the slow one")._tools, sleep=sleep))
    with pytest.raises(PublishedElsewhere, match="the quick one publishes now"):
        slow.publish(here.asked(pipeline("a>b")))
    assert count == pause, "it stops at the very next step"
    assert here.rules() == before
    here.publish(pipeline("a>b"))
    assert standing(here) == {"active": 1, "versions": {"1": "live"}}


# what goes with it


def test_lambdas_and_buckets_of_the_project_are_the_versions_own(here: Stage) -> None:
    real = {"LocationConstraint": "eu-central-1"}
    here.cloud.clients.s3.create_bucket(Bucket="their-pictures", CreateBucketConfiguration=real)
    here.cloud.clients.s3.put_bucket_notification_configuration(
        Bucket="their-pictures", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    project = Project.read(
        {
            "project": "media",
            "variables": {"width": 200},
            "buckets": {"pictures": {"name": "their-pictures"}},
        }
    )
    document = pipeline("a", triggers={"up": {"s3": {"bucket": "pictures"}}})
    here.publish(document, projects=[project])
    [rule] = here.rules("default").values()
    assert rule["pattern"]["detail"] == {"bucket": {"name": ["their-pictures"]}}
    settings = AwsSettings(here.cloud.clients, here.cloud.environment.parameters, here.clock, keep=0)
    assert settings.variables("media") == {"width": 200}
    moved = project.model_copy(update={"buckets": {}})
    with pytest.raises(CannotPublish, match="no bucket murmur-test-pictures-123456789012"):
        here.publish(document, projects=[moved])


def test_a_bucket_that_tells_nothing_is_told(here: Stage) -> None:
    where = {"LocationConstraint": "eu-central-1"}
    here.cloud.clients.s3.create_bucket(Bucket="murmur-test-mute-123456789012", CreateBucketConfiguration=where)
    with pytest.raises(CannotPublish, match="tells EventBridge nothing of its objects"):
        here.publish(pipeline("a", triggers={"up": {"s3": {"bucket": "mute"}}}))


def test_the_ends_of_runs_are_said_while_somebody_hears_them(here: Stage) -> None:
    ends = Ends(here.cloud.table)
    here.publish(pipeline("a", triggers={"after": {"pipeline": {"pipeline": "other"}}}))
    assert [ends.heard("media/other"), ends.heard("media/another")] == [True, False]
    here.publish(pipeline("a>b"))
    assert not ends.heard("media/other")
    put(here, "alarms", {"source": ["murmuration"], "detail-type": ["run.failed"]})
    here.publisher().tidy()
    assert ends.heard("media/other")
    here.cloud.clients.events.delete_rule(Name="alarms", EventBusName="murmur-test")
    here.publisher().tidy()
    assert not ends.heard("media/other")


def test_announce_all_of_a_project(here: Stage) -> None:
    ends = Ends(here.cloud.table)
    aloud = Project.read({"project": "media", "announce": "all"})
    here.publish(pipeline("a"), projects=[aloud])
    assert ends.heard(NAME)
    here.publish(pipeline("a"))
    assert ends.heard(NAME), "without the project's document nothing is known of it"
    here.publish(pipeline("a"), projects=[Project.read({"project": "media"})])
    assert not ends.heard(NAME)


# the stack's own function


def test_what_the_function_is_asked_and_answers(here: Stage) -> None:
    sent: list[str] = []
    drafts = Drafts(AwsCabinet(here.cloud.table, here.clock))
    answering = Answering(here.publisher, sent.extend, drafts, here.clock)
    document = pipeline("a").document()
    assert answering.answer({"canaries": ["0123456789ab"]}) == {"sent": 1}
    assert sent == ["0123456789ab"]
    told = answering.answer({"publish": {"pipelines": [document], "dry_run": True}})
    assert [one["version"] for one in told["published"]] == [1]
    assert here.standings() == {}
    answering.answer({"publish": {"pipelines": [document]}})
    answering.answer({"publish": {"pipelines": [pipeline("b").document()]}})
    assert answering.answer({"activate": f"{NAME}@1"})["published"]
    assert answering.answer({"wake": f"{NAME}@2"}) == {"woken": False}
    assert answering.answer({"tidy": {}}) == {"put": [], "removed": [], "retired": [], "retiring": []}
    refused = answering.answer({"activate": f"{NAME}@9"})["refused"]
    assert isinstance(refused, dict)
    assert (refused["code"], refused["what"]) == ("no-such-version", f"there is no version {NAME}@9")
    assert answering.answer({"dance": 1})["refused"]


def test_what_is_kept_is_what_was_compiled(here: Stage) -> None:
    here.publish(pipeline("a>b"))
    published = here.catalog.version(f"{NAME}@1")
    assert published is not None
    plan = compile_rules(published.version, surroundings=here.cloud.environment.surroundings)
    assert (published.slots, published.inline) == (plan.table, plan.inline)
