"""Webhooks: only who knows the secret starts a run, once for each call, and who is refused is on record."""

from __future__ import annotations

import hashlib
import hmac
from http import HTTPStatus

import orjson
import pytest

from handlers.signatures import Genuine, NotGenuine, judged
from handlers.webhook import LARGEST_BODY, Call, WebhookHandler
from murmuration.local.publish import publish
from murmuration.local.stack import Stack
from schemas.pipeline import Pipeline
from schemas.trigger import WebhookSource

NOW = 1_800_000_000_000
SECONDS = NOW // 1000
SECRET = "rather long and random"
WINDOW = 300


def digest(text, secret=SECRET):
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def github(body, secret=SECRET, **more):
    return {"X-Hub-Signature-256": f"sha256={digest(body, secret)}", **more}


def stripe(body, secret=SECRET, time=SECONDS):
    return {"Stripe-Signature": f"t={time},v1={digest(f'{time}.'.encode() + body, secret)},v0=old"}


def plain(body, secret=SECRET, time=SECONDS, id_=""):
    signature = digest(f"{time}.{id_}.".encode() + body, secret)
    headers = {"X-Signature": f"sha256={signature}", "X-Timestamp": str(time)}
    return {**headers, "X-Delivery-Id": id_} if id_ else headers


STYLES = {"github": github, "stripe": stripe, "plain": plain}


class Clock:
    time = NOW

    def now(self):
        return self.time


class Stage:
    def __init__(self, path):
        self.clock = Clock()
        self.stack = Stack(path, clock=self.clock)
        self.stack.settings.secrets_of["p"] = {"KEY": SECRET, "EMPTY": "", "BOTH": ["old", SECRET]}
        self.webhooks = WebhookHandler(self.stack.ports, self.stack.start)
        self.publish()

    def publish(self, schema=None, **trigger):
        styles = {name: {"webhook": {"signature": name, "secret": "KEY"}} for name in STYLES}
        triggers = {
            **styles,
            "open": {"webhook": {"signature": "none"}},
            "empty": {"webhook": {"secret": "EMPTY"}},
            "missing": {"webhook": {"secret": "MISSING"}},
            "both": {"webhook": {"signature": "github", "secret": "BOTH"}},
            "hand": {"manual": {}},
            "shaped": {"webhook": {"signature": "none"}, **trigger},
        }
        document = {"project": "p", "pipeline": "x", "tasks": {"a": {"action": "pass"}}, "triggers": triggers}
        publish(self.stack, Pipeline.read({**document, **({} if schema is None else {"input": schema})}))

    def call(self, trigger, body=b"{}", headers=None, query="", pipeline="p/x"):
        with self.stack.database.transaction():
            return self.webhooks.call(pipeline, trigger, Call(body, (headers or {}).items(), query))

    def input(self, answer):
        assert answer.run is not None, answer.why
        return self.stack.ledger.run(answer.run).input

    def refusals(self):
        return self.stack.refusals.listed()


@pytest.fixture
def stage(tmp_path):
    found = Stage(tmp_path)
    yield found
    found.stack.close()


# who is let in


def test_githubs_own_example():
    source = WebhookSource.read({"signature": "github", "secret": "KEY"})
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {"x-hub-signature-256": signature}
    assert isinstance(judged(source, ["It's a Secret to Everybody"], headers, b"Hello, World!", NOW), Genuine)
    assert isinstance(judged(source, ["It's a Secret to Nobody"], headers, b"Hello, World!", NOW), NotGenuine)


@pytest.mark.parametrize("style", STYLES)
def test_a_signed_call_starts_a_run(stage, style):
    body = b'{"order": 7}'
    answer = stage.call(style, body, STYLES[style](body))
    assert answer.status == HTTPStatus.ACCEPTED
    assert stage.input(answer)["body"] == {"order": 7}
    assert stage.refusals() == []


@pytest.mark.parametrize("style", STYLES)
def test_a_call_that_is_not_signed_with_the_secret_over_the_very_bytes_is_refused_and_on_record(stage, style):
    body = b'{"order": 7}'
    right = STYLES[style](body)
    first = next(iter(right))
    wrong = {
        "no signature": {},
        "another secret": STYLES[style](body, "another"),
        "another body": STYLES[style](b'{"order":7}'),
        "no text": {**right, first: "sha256=é"},
        "empty": {**right, first: ""},
        "half": {**right, first: right[first][:30]},
    }
    for name, headers in wrong.items():
        answer = stage.call(style, body, headers)
        assert (name, answer.status, answer.run) == (name, HTTPStatus.UNAUTHORIZED, None)
        assert SECRET not in answer.why
    told = stage.refusals()
    assert len(told) == len(wrong)
    assert {(one.pipeline, one.trigger) for one in told} == {("p/x", style)}
    assert not any("order" in str(one.event) for one in told)


@pytest.mark.parametrize("style", ["stripe", "plain"])
@pytest.mark.parametrize(
    ("apart", "good"), [(WINDOW, True), (-WINDOW, True), (WINDOW + 1, False), (-WINDOW - 1, False)]
)
def test_what_is_signed_with_a_time_is_good_for_a_while(stage, style, apart, good):
    answer = stage.call(style, b"{}", STYLES[style](b"{}", time=SECONDS + apart))
    assert (answer.status == HTTPStatus.ACCEPTED) is good
    if not good:
        assert str(WINDOW + 1) in answer.why


@pytest.mark.parametrize("time", ["", "now", "-1", "1e9", "1" * 13, "１８"])
def test_a_time_is_whole_seconds(stage, time):
    assert stage.call("plain", b"{}", plain(b"{}", time=time)).status == HTTPStatus.UNAUTHORIZED
    assert stage.call("stripe", b"{}", stripe(b"{}", time=time)).status == HTTPStatus.UNAUTHORIZED


def test_the_time_and_the_id_are_signed_too(stage):
    headers = plain(b"{}", id_="a-1")
    for changed in ({"X-Timestamp": str(SECONDS + 1)}, {"X-Delivery-Id": "a-2"}, {"X-Delivery-Id": ""}):
        assert stage.call("plain", b"{}", {**headers, **changed}).status == HTTPStatus.UNAUTHORIZED
    shifted = {**plain(b"b.c"), "X-Delivery-Id": "b"}
    assert stage.call("plain", b"c", shifted).status == HTTPStatus.UNAUTHORIZED
    assert stage.call("plain", b"{}", plain(b"{}", id_="a.b")).status == HTTPStatus.UNAUTHORIZED


def test_one_of_several_signatures_and_one_of_several_secrets_will_do(stage):
    body = b"{}"
    right = stripe(body)["Stripe-Signature"]
    assert stage.call("stripe", body, {"Stripe-Signature": f"v1=00,{right}"}).status == HTTPStatus.ACCEPTED
    assert stage.call("both", body, github(body, "old")).status == HTTPStatus.ACCEPTED
    assert stage.call("both", body, github(body)).status == HTTPStatus.OK
    assert stage.call("both", body, github(body, "older")).status == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("trigger", ["empty", "missing"])
def test_a_secret_without_a_value_lets_nobody_in(stage, trigger):
    answer = stage.call(trigger, b"{}", plain(b"{}", secret=""))
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert trigger.upper() in stage.refusals()[0].why


def test_without_a_signature_everybody_is_let_in(stage):
    assert stage.call("open").status == HTTPStatus.ACCEPTED


@pytest.mark.parametrize(("pipeline", "trigger"), [("p/x", "hand"), ("p/x", "gone"), ("p/other", "open"), ("", "")])
def test_what_is_no_webhook_is_not_there(stage, pipeline, trigger):
    answer = stage.call(trigger, pipeline=pipeline)
    assert answer.status == HTTPStatus.NOT_FOUND
    assert stage.refusals() == []


# one run for each call


@pytest.mark.parametrize("style", STYLES)
def test_a_call_that_comes_twice_is_one_run(stage, style):
    body = b'{"order": 7}'
    first, again = (stage.call(style, body, STYLES[style](body)) for _ in range(2))
    assert (first.status, again.status) == (HTTPStatus.ACCEPTED, HTTPStatus.OK)
    assert first.run == again.run
    other = stage.call(style, b"[]", STYLES[style](b"[]"))
    assert other.run != first.run


@pytest.mark.parametrize("style", ["github", "plain"])
def test_a_signature_spelt_otherwise_is_the_same_call(stage, style):
    headers = STYLES[style](b"{}")
    first = next(iter(headers))
    bare = {**headers, first: headers[first].removeprefix("sha256=")}
    assert stage.call(style, b"{}", headers).run == stage.call(style, b"{}", bare).run


def test_a_stripe_signature_with_another_beside_it_is_the_same_call(stage):
    right = stripe(b"[]")["Stripe-Signature"]
    runs = {stage.call("stripe", b"[]", {"Stripe-Signature": given}).run for given in (right, f"v1=00,{right}")}
    assert len(runs) == 1


def test_a_delivery_that_is_tried_again_is_the_same_call(stage):
    body = b'{"id": "evt_1"}'
    tries = [stage.call("stripe", body, stripe(body, time=SECONDS + n)).run for n in (0, 9)]
    assert len(set(tries)) == 1
    tries = [stage.call("plain", b"{}", plain(b"{}", time=SECONDS + n, id_="d-1")).run for n in (0, 9)]
    assert len(set(tries)) == 1
    for trigger, headers in (("github", github(b"{}")), ("open", {})):
        named = {**headers, "X-GitHub-Delivery": "d-1"}
        runs = [stage.call(trigger, b"{}", named).run for _ in range(2)]
        assert len(set(runs)) == 1
        assert stage.call(trigger, b"{}", {**headers, "X-GitHub-Delivery": "d-2"}).run not in runs


def test_equal_calls_at_other_times_are_two_and_so_are_unsigned_ones_without_an_id(stage):
    assert (
        stage.call("plain", b"{}", plain(b"{}")).run != stage.call("plain", b"{}", plain(b"{}", time=SECONDS + 1)).run
    )
    assert stage.call("open").run != stage.call("open").run


def test_a_key_makes_one_run_of_many_calls(stage):
    stage.publish(input={"order": "${body.order}"}, key="${body.order}")
    runs = [stage.call("shaped", orjson.dumps({"order": 7, "n": n})).run for n in range(2)]
    assert len(set(runs)) == 1
    assert stage.stack.ledger.run(runs[0]).input == {"order": 7}


# what the run is given


def test_the_input_is_over_body_headers_query_and_raw(stage):
    stage.publish(input={"who": '${body.user.name} ${headers."x-event"}', "page": "${query.page}", "raw": "${raw}"})
    answer = stage.call("shaped", b'{"user": {"name":"ada"} }', {"X-Event": "push"}, "page=2&tag=a&tag=b")
    assert stage.input(answer) == {"who": "ada push", "page": "2", "raw": '{"user": {"name":"ada"} }'}
    whole = stage.input(stage.call("open", b"", query="tag=a&tag=b&empty="))
    assert whole["query"] == {"tag": ["a", "b"], "empty": ""}


@pytest.mark.parametrize(
    ("kind", "body", "value"),
    [
        *(("application/json", b"[1]", [1]), ("application/vnd.x+json; charset=utf-8", b"1", 1), ("", b'"t"', "t")),
        *(("", b"no json", "no json"), ("text/plain", b"[1]", "[1]"), ("", b"", "")),
        ("application/x-www-form-urlencoded", b"a=1&b=x+y&a=2", {"a": ["1", "2"], "b": "x y"}),
        ("application/octet-stream", b"\xff\x00", None),
    ],
)
def test_a_body_is_read_by_its_kind_and_kept_as_it_came(stage, kind, body, value):
    found = stage.input(stage.call("open", body, {"Content-Type": kind} if kind else {}))
    assert found["body"] == value
    assert (found["raw"], found.get("raw_base64")) == ((None, "/wA=") if body == b"\xff\x00" else (body.decode(), None))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        *(("application/json", b"{"), ("application/json", b""), ("application/json", b"\xff")),
        *(("application/json", b"[" * 500 + b"]" * 500), ("application/x-www-form-urlencoded", b"a&" * 2_000)),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(stage, kind, body):
    answer = stage.call("open", body, {"Content-Type": kind})
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert answer.why in stage.refusals()[0].why


def test_a_body_that_is_too_large_is_refused(stage):
    assert stage.call("open", b"x" * (LARGEST_BODY + 1)).status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert stage.call("open", b"x" * LARGEST_BODY).status == HTTPStatus.ACCEPTED


def test_no_run_is_given_what_could_be_used_again(stage):
    secret = {"Authorization": "Bearer t", "Cookie": "c", "X-Signature": "s", "Stripe-Signature": "s"}
    found = stage.input(stage.call("open", b"", {**secret, **github(b""), "User-Agent": "u"}))
    assert found["headers"] == {"user-agent": "u"}


def test_headers_that_are_there_twice_are_joined(stage):
    with stage.stack.database.transaction():
        answer = stage.webhooks.call("p/x", "open", Call(b"", [("X-A", "1"), ("x-a", "2")]))
    assert stage.input(answer)["headers"] == {"x-a": "1, 2"}


def test_what_does_not_fit_the_schema_is_refused_and_on_record(stage):
    stage.publish(schema={"required": ["order"]})
    answer = stage.call("open")
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "order" in answer.why
    assert "order" in stage.refusals()[0].why


def test_a_paused_pipeline_asks_for_another_try_later(stage):
    with stage.stack.database.transaction():
        stage.stack.catalog.pause("p/x", True)
    assert stage.call("open").status == HTTPStatus.SERVICE_UNAVAILABLE
    assert "paused" in stage.refusals()[0].why
