"""AWS's own protocol for PutEvents: answers as EventBridge gives them, to AWS's own command, to boto3, and to whoever signs by the book."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from support.doors import doors, inputs, outside, started
from support.served import Answered, Served, served

from events.outside import OutsideEvent
from events.surroundings import Surroundings
from handlers import sigv4
from handlers.put_events import LARGEST_CALL, AwsError, Buses, Failed, judge, read_entries, told

NOW = datetime(2030, 1, 1, tzinfo=UTC)
BUSES = Buses.of(Surroundings())
AWS = Path(__file__).parents[2] / ".tools/awscli/bin/aws"
ENTRY = {"Source": "shop", "DetailType": "order.placed", "Detail": '{"total": 20}'}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = doors(tmp_path_factory.mktemp("put-events") / "shop")
    with served(root) as found:
        yield found


def client(here: Served, token: str = "", secret: str = "", url: str = "") -> Any:
    return boto3.client(
        "events",
        endpoint_url=url or here.url,
        region_name="eu-central-1",
        aws_access_key_id="anything",
        aws_secret_access_key=secret or token or here.token,
        aws_session_token=token or here.token,
        config=Config(retries={"total_max_attempts": 1}),
    )


def target(here: Served, body: object, operation: str = "PutEvents", **more: Any) -> Answered:
    headers = {"x-amz-target": f"AWSEvents.{operation}", "content-type": "application/x-amz-json-1.1"}
    return here.post("/", body, headers=headers, **more)


# strangers


def test_awss_own_command_starts_a_run(here: Served) -> None:
    assert AWS.exists(), "make tools sets it up"
    before = inputs(here, "orders")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": "murmuration",
        "AWS_SECRET_ACCESS_KEY": here.token,
        "AWS_SESSION_TOKEN": here.token,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    entries = json.dumps([{**ENTRY, "Resources": ["arn:x"], "Time": "2030-01-01T12:00:00Z"}])
    command = [AWS, "events", "put-events", "--endpoint-url", here.url, "--entries", entries]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["FailedEntryCount"] == 0
    assert started(here, "orders", before) == [{"total": 20}]
    [kept] = [one for one in outside(here) if one["id"] == answer["Entries"][0]["EventId"]]
    assert kept["time"] == "2030-01-01T12:00:00Z"
    assert kept["resources"] == ["arn:x"]


@pytest.mark.parametrize("what", ["aws events put-events", "application/cloudevents+json"])
def test_the_commands_that_the_page_shows(here: Served, what: str) -> None:
    page = (Path(__file__).parents[2] / "docs/events-in.md").read_text()
    [script] = [text for block in page.split("```sh\n")[1:] if what in (text := block.split("```")[0])]
    before = inputs(here, "orders")
    environment = {"URL": here.url, "TOKEN": here.token, "PATH": f"{AWS.parent}:/usr/bin:/bin", "HOME": str(here.root)}
    done = subprocess.run(
        ["sh", "-ec", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "EventId" in done.stdout or json.loads(done.stdout) == {"events": ["o-7"]}
    [found] = started(here, "orders", before)
    assert 20 in (found.get("total"), found.get("data", {}).get("total"))


def test_boto3_starts_a_run_and_hears_what_was_refused(here: Served) -> None:
    before = inputs(here, "orders")
    bad = [
        {**ENTRY, "Source": "aws.s3"},
        {**ENTRY, "Source": "murmuration", "DetailType": "task.succeeded"},
        {**ENTRY, "Detail": "{"},
        {**ENTRY, "EventBusName": "elsewhere"},
        {"Source": "shop"},
    ]
    answer = client(here).put_events(Entries=[ENTRY, *bad, {**ENTRY, "Detail": '{"total": 21}'}])
    assert answer["FailedEntryCount"] == len(bad)
    assert [one.get("ErrorCode") for one in answer["Entries"]] == [
        None,
        "NotAuthorizedForSourceException",
        "NotAuthorizedForSourceException",
        "MalformedDetail",
        "ResourceNotFoundException",
        "InvalidArgument",
        None,
    ]
    assert answer["ResponseMetadata"]["RequestId"]
    assert sorted(one["total"] for one in started(here, "orders", before, 2)) == [20, 21]


@pytest.mark.parametrize(
    "name", ["default", "murmuration", "arn:aws:events:eu-central-1:123456789012:event-bus/murmuration"]
)
def test_the_bus_by_its_names(here: Served, name: str) -> None:
    answer = client(here).put_events(Entries=[{**ENTRY, "EventBusName": name, "TraceHeader": "Root=1-5e-7"}])
    assert answer["FailedEntryCount"] == 0


def test_the_buses_are_described(here: Served) -> None:
    events = client(here)
    assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default", "murmuration"]
    first = events.list_event_buses(Limit=1)
    rest = events.list_event_buses(Limit=1, NextToken=first["NextToken"])
    assert [bus["Name"] for page in (first, rest) for bus in page["EventBuses"]] == ["default", "murmuration"]
    assert "NextToken" not in rest
    assert events.describe_event_bus(Name="murmuration")["Arn"].endswith(":event-bus/murmuration")
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.describe_event_bus(Name="elsewhere")


def test_by_the_name_of_this_machine(here: Served) -> None:
    there = client(here, url=here.url.replace("127.0.0.1", "localhost"))
    assert there.put_events(Entries=[ENTRY])["FailedEntryCount"] == 0


def test_no_entry_and_too_many(here: Served) -> None:
    with pytest.raises(ClientError) as refused:
        client(here).put_events(Entries=[ENTRY] * 11)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    none = target(here, {"Entries": []})
    assert (none.status, none.json["__type"]) == (400, "ValidationException")
    assert "greater than or equal to 1" in none.json["message"]


def test_too_much_together(here: Served) -> None:
    entry = {**ENTRY, "Detail": json.dumps({"x": "y" * 120_000})}
    with pytest.raises(ClientError) as refused:
        client(here).put_events(Entries=[entry] * 9)
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
    )


def test_what_is_not_spoken_here(here: Served) -> None:
    with pytest.raises(ClientError) as refused:
        client(here).list_rules()
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"


# who may


def test_a_wrong_secret_and_an_unknown_token(here: Served) -> None:
    with pytest.raises(ClientError) as refused:
        client(here, secret="wrong").put_events(Entries=[ENTRY])
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"
    with pytest.raises(ClientError) as refused:
        client(here, token="mm_nobody").put_events(Entries=[ENTRY])
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_a_key_that_is_the_token_needs_no_session_token(here: Served) -> None:
    events = boto3.client(
        "events",
        endpoint_url=here.url,
        region_name="us-east-1",
        aws_access_key_id=here.token,
        aws_secret_access_key=here.token,
    )
    assert events.put_events(Entries=[ENTRY])["FailedEntryCount"] == 0


def test_a_bearer_token_does_as_well(here: Served) -> None:
    answer = target(here, {"Entries": [ENTRY]})
    assert (answer.status, answer.json["FailedEntryCount"]) == (200, 0)
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert answer.headers["x-amzn-requestid"]


def test_nobody_is_told_so_in_awss_form(here: Served) -> None:
    answer = target(here, {"Entries": [ENTRY]}, token=None)
    assert (answer.status, answer.json["__type"]) == (400, "MissingAuthenticationTokenException")


def test_an_emitter_may_and_a_viewer_may_not(here: Served) -> None:
    emitter, viewer = (
        here.post("/tokens", {"name": f"put-{role}", "role": role}).json["token"] for role in ("emitter", "viewer")
    )
    assert client(here, emitter).put_events(Entries=[ENTRY])["FailedEntryCount"] == 0
    with pytest.raises(ClientError) as refused:
        client(here, viewer).put_events(Entries=[ENTRY])
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


# by the book


@pytest.mark.parametrize(
    ("body", "type"),
    [
        (b"{", "SerializationException"),
        (b"[]", "SerializationException"),
        (b"", "ValidationException"),
        (b'{"Entries": null}', "ValidationException"),
        (b'{"Entries": {}}', "SerializationException"),
        (b'{"Entries": [5]}', "SerializationException"),
        (b'{"Entries": [{"Source": 5}]}', "SerializationException"),
        (b'{"Entries": [{"Time": "soon"}]}', "SerializationException"),
        (b'{"Entries": [{"Time": true}]}', "SerializationException"),
        (b'{"Entries": [{"Time": 1e300}]}', "SerializationException"),
        (b'{"Entries": [{"Resources": [1]}]}', "SerializationException"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(body: bytes, type: str) -> None:
    with pytest.raises(AwsError) as wrong:
        read_entries(body)
    assert wrong.value.type == type


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": None}, "InvalidArgument"),
        ({"Detail": None}, "InvalidArgument"),
        ({"DetailType": "x" * 129}, "InvalidArgument"),
        ({"Source": "x" * 257}, "InvalidArgument"),
        ({"Source": "aws.anything"}, "NotAuthorizedForSourceException"),
        ({"Source": "Murmuration"}, "NotAuthorizedForSourceException"),
        ({"Source": "murmuration/x"}, "NotAuthorizedForSourceException"),
        ({"Detail": "[]"}, "MalformedDetail"),
        ({"Detail": "5"}, "MalformedDetail"),
        ({"Detail": '{"a":NaN}'}, "MalformedDetail"),
        ({"Detail": '{"a":' * 200 + "1" + "}" * 200}, "MalformedDetail"),
        ({"Detail": '{"a":"\\ud800"}'}, "MalformedDetail"),
        ({"EventBusName": "other"}, "ResourceNotFoundException"),
        ({"EventBusName": "arn:aws:events:us-east-1:1:event-bus/other"}, "ResourceNotFoundException"),
    ],
)
def test_what_is_wrong_with_one_entry(more: dict[str, Any], code: str) -> None:
    verdict = judge({**ENTRY, **more}, BUSES, lambda: "id", NOW)
    assert isinstance(verdict, Failed)
    assert verdict.code == code


def test_an_entry_as_it_came() -> None:
    [entry] = read_entries(json.dumps({"Entries": [{**ENTRY, "Time": 1893456000.5, "Resources": ["a", "b"]}]}).encode())
    found = judge(entry, BUSES, lambda: "id-1", NOW)
    assert isinstance(found, OutsideEvent)
    assert (found.id, found.source, found.type, found.resources) == ("id-1", "shop", "order.placed", ("a", "b"))
    assert found.time == datetime(2030, 1, 1, 0, 0, 0, 500_000, UTC)
    assert json.loads(told([found, Failed("X", "y")])) == {
        "FailedEntryCount": 1,
        "Entries": [{"EventId": "id-1"}, {"ErrorCode": "X", "ErrorMessage": "y"}],
    }


def test_the_size_of_all_entries_is_counted_as_eventbridge_does() -> None:
    frame = 14 + len("shop") + len("t") + len('{"x":""}')
    fits = {
        "Source": "shop",
        "DetailType": "t",
        "Detail": json.dumps({"x": "y" * (LARGEST_CALL - frame)}, separators=(",", ":")),
    }
    assert read_entries(json.dumps({"Entries": [fits]}).encode())
    with pytest.raises(AwsError):
        read_entries(json.dumps({"Entries": [{**fits, "Source": "shops"}]}).encode())


def signed(secret: str, body: bytes = b"{}", url: str = "http://127.0.0.1:1/", **more: str) -> sigv4.Request:
    """As botocore signs it; the signer's own clock is now."""
    request = AWSRequest("POST", url, data=body, headers={"x-amz-target": "AWSEvents.PutEvents", **more})
    SigV4Auth(Credentials("key", secret), "events", "us-east-1").add_auth(request)
    prepared = request.prepare()
    headers = {name.lower(): value for name, value in prepared.headers.items()}
    headers.setdefault("host", "127.0.0.1:1")
    path, _, query = prepared.url.partition("//")[2].partition("/")[2].partition("?")
    return sigv4.Request("POST", f"/{path}", query, headers, body)


def verify(request: sigv4.Request, secret: str = "s", later: timedelta = timedelta()) -> None:
    at = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    read = sigv4.read(request.headers["authorization"])
    sigv4.verify(read, secret, request, "events", at + later)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://127.0.0.1:1/a%20b?z=1&a=x%20y&a=B&empty="])
def test_what_was_signed_is_known_again(url: str) -> None:
    verify(signed("s", b'{"Entries": []}', url, **{"x-odd": "  two   spaces "}))


def test_what_was_changed_is_not() -> None:
    request = signed("s")
    changed = [
        sigv4.Request("PUT", request.path, request.query, request.headers, request.body),
        sigv4.Request("POST", "/x", request.query, request.headers, request.body),
        sigv4.Request("POST", request.path, "a=b", request.headers, request.body),
        sigv4.Request("POST", request.path, request.query, request.headers, b"[]"),
        sigv4.Request(
            "POST", request.path, request.query, {**request.headers, "x-amz-target": "AWSEvents.X"}, request.body
        ),
    ]
    for one in changed:
        with pytest.raises(sigv4.NotSigned) as wrong:
            verify(one)
        assert wrong.value.fault is sigv4.Fault.WRONG
    with pytest.raises(sigv4.NotSigned):
        verify(request, "other")


@pytest.mark.parametrize(("seconds", "good"), [(900, True), (901, False), (-900, True), (-901, False)])
def test_the_edges_of_its_time(seconds: int, good: bool) -> None:
    request = signed("s")
    if good:
        verify(request, later=timedelta(seconds=seconds))
    else:
        with pytest.raises(sigv4.NotSigned) as wrong:
            verify(request, later=timedelta(seconds=seconds))
        assert wrong.value.fault is sigv4.Fault.WRONG


def test_what_was_not_signed_decides_nothing() -> None:
    request = signed("s")
    headers = {**request.headers, "authorization": request.headers["authorization"].replace("host;", "")}
    with pytest.raises(sigv4.NotSigned, match="host"):
        verify(sigv4.Request("POST", "/", "", headers, b"{}"))


@pytest.mark.parametrize(
    ("authorization", "fault"),
    [
        ("", sigv4.Fault.MISSING),
        ("Basic eDp5", sigv4.Fault.INCOMPLETE),
        ("AWS4-ECDSA-P256-SHA256 Credential=a/20300101/events/aws4_request", sigv4.Fault.INCOMPLETE),
        ("AWS4-HMAC-SHA256", sigv4.Fault.INCOMPLETE),
        ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00", sigv4.Fault.INCOMPLETE),
        (f"AWS4-HMAC-SHA256 Credential=k/20300101/r/events/aws4_request, SignedHeaders=host, Signature={'z' * 64}", sigv4.Fault.INCOMPLETE),
        (f"AWS4-HMAC-SHA256 Credential=k/d/r/s/aws4_request, Credential=k/d/r/s/aws4_request, Signature={'0' * 64}", sigv4.Fault.INCOMPLETE),
    ],
)  # fmt: skip
def test_what_is_no_signature(authorization: str, fault: sigv4.Fault) -> None:
    with pytest.raises(sigv4.NotSigned) as wrong:
        sigv4.read(authorization)
    assert wrong.value.fault is fault


def test_for_another_service_it_is_not_good() -> None:
    request = signed("s")
    read = sigv4.read(request.headers["authorization"])
    at = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with pytest.raises(sigv4.NotSigned, match="service"):
        sigv4.verify(read, "s", request, "s3", at)
