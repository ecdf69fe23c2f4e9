"""The actions that need nobody: pass, fail, wait, emit, transform, validate, lambda.invoke."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import JsonValue
from support.actions import NOON, Context, do, done, refusal

from handlers.actions import registry
from handlers.actions.action import ActionFailed, Waiting
from schemas.model import JsonObject


def test_fail_fails_as_it_is_told_to() -> None:
    failed = refusal("fail", type="StaleData", message="too old", detail={"hours": 26})
    assert (failed.type, failed.what, failed.detail) == ("StaleData", "too old", {"hours": 26})
    assert refusal("fail").type == "Failed"


@pytest.mark.parametrize("type_", ["", "1st", "two words", "x" * 129])
def test_fail_wants_a_type_that_retries_can_name(type_: str) -> None:
    assert refusal("fail", type=type_).type == "InvalidInput"


class TestWait:
    def test_a_duration_waits_without_a_worker(self) -> None:
        waiting = registry.run("wait", {"duration": "15m"}, Context())
        assert waiting == Waiting(NOON + timedelta(minutes=15))
        assert isinstance(waiting, Waiting)
        assert waiting.output == {"waited_until": "2027-01-31T12:15:00.000Z"}

    def test_until_a_time_in_any_zone(self) -> None:
        waiting = registry.run("wait", {"until": "2027-01-31T14:00:00+01:00"}, Context())
        assert isinstance(waiting, Waiting)
        assert waiting.output == {"waited_until": "2027-01-31T13:00:00.000Z"}

    @pytest.mark.parametrize("until", ["2027-01-31T12:00:00Z", "2001-01-01T00:00:00Z"])
    def test_a_time_that_has_passed_is_no_wait(self, until: str) -> None:
        assert do("wait", until=until) == {"waited_until": until.replace("Z", ".000Z")}

    @pytest.mark.parametrize(
        "parameters",
        [
            {},
            {"duration": "1s", "until": "2027-01-31T12:00:00Z"},
            {"until": "2027-01-31T12:00:00"},
            {"until": "1700000000"},
            {"until": 1700000000},
            {"until": "tomorrow"},
            {"duration": "367d"},
            {"duration": 5},
        ],
    )
    def test_what_is_not_one_time_is_refused(self, parameters: JsonObject) -> None:
        assert refusal("wait", **parameters).type == "InvalidInput"


class TestEmit:
    def test_the_event_goes_out_with_the_settling(self) -> None:
        context = Context()
        output = do("emit", context, source="shop", type="order.packed", detail={"n": 1}, resources=["a"])
        (event,) = context.emitted
        assert (event.source, event.type, event.detail, event.resources) == ("shop", "order.packed", {"n": 1}, ("a",))
        assert event.time == NOON
        assert output == {"event_id": event.id}

    def test_another_attempt_says_the_same_event_and_another_task_another(self) -> None:
        ids = [
            done("emit", Context(attempt=attempt, idempotency_key=key), source="shop", type="t")["event_id"]
            for attempt, key in ((1, "r/a"), (2, "r/a"), (1, "r/b"))
        ]
        assert ids[0] == ids[1] != ids[2]

    def test_a_cloud_event_keeps_its_id_over_the_bus(self) -> None:
        context = Context()
        done("emit", context, source="/shop", type="order.packed", detail={"n": 1}, cloudevent=True)
        (event,) = context.emitted
        assert event.is_cloud_event
        assert event.identity == ("/shop", event.id)
        assert event.detail["data"] == {"n": 1}

    @pytest.mark.parametrize("source", ["murmuration", "Murmuration", "/murmuration/x", "aws.s3", "AWS.s3", "", "a b"])
    def test_nobody_speaks_as_the_system_or_as_aws(self, source: str) -> None:
        context = Context()
        assert refusal("emit", context, source=source, type="t").type == "InvalidInput"
        assert context.emitted == []

    def test_a_source_may_look_like_one_of_ours(self) -> None:
        context = Context()
        do("emit", context, source="murmurations.example", type="t")
        assert len(context.emitted) == 1

    def test_an_event_has_a_size(self) -> None:
        context = Context()
        assert refusal("emit", context, source="shop", type="t", detail={"x": "y" * 300_000}).type == "TooLarge"
        assert context.emitted == []

    def test_a_detail_is_an_object(self) -> None:
        assert refusal("emit", source="shop", type="t", detail=[1]).type == "InvalidInput"


class TestTransform:
    @pytest.mark.parametrize(
        ("expression", "data", "gives"),
        [
            ("@", 7, 7),
            ("a.b", {"a": {"b": [1]}}, [1]),
            ("[?n > `1`].n | [0]", [{"n": 1}, {"n": 2}], 2),
            ("missing", {}, None),
            ("length(@)", "four", 4),
            ("{n: a, m: 'x'}", {"a": 1}, {"n": 1, "m": "x"}),
            ("[*].n", [{"n": 1}, {}], [1]),
            ("@", None, None),
        ],
    )
    def test_gives_what_jmespath_gives(self, expression: str, data: JsonValue, gives: JsonValue) -> None:
        assert do("transform", expression=expression, data=data) == gives

    @pytest.mark.parametrize("expression", ["", "a[", "a) | (b", "nothing(@)", "x" * 5_000])
    def test_what_is_no_expression_is_refused(self, expression: str) -> None:
        assert refusal("transform", expression=expression, data={}).type == "InvalidInput"

    def test_what_cannot_be_answered_fails(self) -> None:
        failed = refusal("transform", expression="length(a)", data={"a": 5})
        assert failed.type == "ExpressionFailed"
        assert "length()" in failed.what

    def test_what_would_cost_too_much_fails_soon(self) -> None:
        doubling = " | ".join(["[@, @][]"] * 40)
        assert refusal("transform", expression=doubling, data=[1]).type == "ExpressionFailed"


class TestValidate:
    schema: JsonObject = {"type": "object", "required": ["id"], "properties": {"n": {"type": "number", "minimum": 0}}}

    def test_good_data_comes_back(self) -> None:
        assert do("validate", schema=self.schema, data={"id": 1, "n": 2}) == {"id": 1, "n": 2}

    def test_every_mistake_is_told_with_its_place(self) -> None:
        failed = refusal("validate", schema=self.schema, data={"n": -1})
        assert failed.type == "ValidationFailed"
        assert failed.detail["count"] == 2
        problems = failed.detail["problems"]
        assert isinstance(problems, list)
        assert {str(problem["path"]) for problem in problems if isinstance(problem, dict)} == {"", "n"}
        assert "the whole: " in failed.what

    def test_a_thousand_mistakes_are_counted_and_a_hundred_told(self) -> None:
        failed = refusal("validate", schema={"items": {"type": "string"}}, data=list(range(1_000)))
        assert failed.detail["count"] == 1_000
        problems = failed.detail["problems"]
        assert isinstance(problems, list)
        assert len(problems) == 100
        assert failed.what.endswith("...")

    @pytest.mark.parametrize("where", ["http://127.0.0.1:1/schema.json", "file:///etc/passwd", "https://example.org/s"])
    def test_a_schema_fetches_nothing(self, where: str) -> None:
        failed = refusal("validate", schema={"$ref": where}, data=1)
        assert failed.type == "InvalidInput"

    def test_a_schema_may_refer_to_itself(self) -> None:
        schema: JsonObject = {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}}
        assert refusal("validate", schema=schema, data=["x"]).type == "ValidationFailed"


class TestInvoke:
    def test_a_function_is_called_and_answers(self) -> None:
        context = Context()
        context.functions.known["quote"] = lambda payload: {"given": payload}
        assert do("lambda.invoke", context, function="quote", payload={"n": 1}) == {"given": {"n": 1}}

    def test_it_never_waits_longer_than_the_task_has(self) -> None:
        context = Context(left=lambda: 5_000)
        context.functions.known["quote"] = lambda _: None
        do("lambda.invoke", context, function="quote", timeout="1h")
        do("lambda.invoke", context, function="quote", timeout="2s")
        assert context.functions.given == [4_750, 2_000]

    def test_a_task_without_time_calls_nothing(self) -> None:
        context = Context(left=lambda: 100)
        assert refusal("lambda.invoke", context, function="quote").type == "Timeout"
        assert context.functions.given == []

    def test_what_the_function_raises_fails_the_task_under_its_own_type(self) -> None:
        def broken(_: JsonValue) -> JsonValue:
            raise ActionFailed("ValueError", "no such sku")

        context = Context()
        context.functions.known["quote"] = broken
        assert refusal("lambda.invoke", context, function="quote").type == "ValueError"

    def test_an_unknown_function(self) -> None:
        assert refusal("lambda.invoke", function="nobody").type == "NotFound"

    @pytest.mark.parametrize(
        ("function", "legal"),
        [
            ("arn:aws:lambda:eu-central-1:123456789012:function:quote:live", True),
            ("quote", True),
            ("../quote", False),
            ("arn:aws:s3:::bucket", False),
            ("", False),
        ],
    )
    def test_a_function_is_a_name_or_an_arn(self, function: str, legal: bool) -> None:
        assert (registry.check_parameters("lambda.invoke", {"function": function}) == ()) is legal
