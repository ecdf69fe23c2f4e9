"""Built-in actions on AWS: buckets, databases in objects, Lambdas that are called, the operator's settings, addresses."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from pydantic import JsonValue
from support.aws import ACCOUNT, Cloud, cloud

from events.event import Event, EventType
from events.ledger import RunRecord, RunState
from events.outside import OutsideEvent
from events.ports import Published, moment
from handlers.actions import registry
from handlers.actions.action import ActionFailed, Fault, Waiting
from handlers.loaded import Loaded
from handlers.task import Given, Work
from murmuration.aws.actions import Actions, AwsContext, AwsReach
from murmuration.aws.artifacts import AwsArtifacts
from murmuration.aws.files import Files
from murmuration.aws.invoking import Invoking
from murmuration.functions.calling import Handler
from murmuration.functions.folder import FunctionNotFound
from murmuration.sdk.artifacts import Artifacts
from murmuration.sdk.context import Context
from murmuration.system import RandomIds, SystemClock
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import Version


class Functions:
    """The project has `quote`, and `broken`."""

    def handler(self, project: str, function: str) -> Handler:
        match function:
            case "quote":
                return lambda parameters, _: {"asked": parameters, "of": project}
            case "broken":
                return lambda *_: 1 / 0
            case _:
                raise FunctionNotFound(function)


class Bench:
    def __init__(self, here: Cloud, folder: Path) -> None:
        self.here = here
        clock = SystemClock()
        environment = here.environment
        self.files = Files(here.clients, environment.artifacts, environment.surroundings.bucket, folder / "files")
        artifacts = AwsArtifacts(here.clients, environment.artifacts, clock)
        self.actions = Actions(
            here.clients, environment, artifacts, self.files, Functions(), clock, RandomIds(), folder
        )

    def context(self) -> AwsContext:
        pipeline = Pipeline.read({"project": "p", "pipeline": "x", "tasks": {"a": {"action": "pass"}}})
        loaded = Loaded(Published(Version(pipeline=pipeline, number=1)))
        node = loaded.node("a")
        assert node is not None
        now = SystemClock().now()
        run = RunRecord("r-1", "p/x", 1, RunState.OPEN, now, now + 60_000)
        cause = Event(type=EventType.RUN_STARTED, time=moment(now), pipeline="p/x@1", run="r-1")
        work = Work(run, loaded, node, 1, "token", {}, cause, 60_000, now, Given({}, {}))
        own = Artifacts(self.files, "r-1/a/1")
        return AwsContext(self.actions, work, Context("r-1", "p/x@1", "a", 1, "r-1/a", {}, {}, own, now + 60_000))

    def do(self, name: str, **parameters: JsonValue) -> Any:
        return registry.run(name, parameters, self.context())

    def settings(self, told: JsonObject) -> None:
        name = f"{self.here.environment.parameters}/settings"
        self.here.clients.ssm.put_parameter(Name=name, Value=json.dumps(told), Type="SecureString", Overwrite=True)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with cloud() as here:
        yield Bench(here, tmp_path)


def fails(bench: Bench, name: str, **parameters: JsonValue) -> str:
    with pytest.raises(ActionFailed) as failed:
        bench.do(name, **parameters)
    return failed.value.type


# buckets


def test_objects_are_written_read_copied_and_deleted(bench: Bench) -> None:
    done = bench.do("s3.write", bucket="uploads", key="a/b.json", json={"n": 1})
    assert (done["size"], done["content_type"]) == (7, "application/json")
    assert bench.do("s3.read", bucket="uploads", key="a/b.json", format="json")["content"] == {"n": 1}
    place: JsonObject = {"bucket": "uploads", "key": "a/b.json"}
    copied = bench.do("s3.copy", **{"from": place, "to": {"bucket": "uploads", "key": "c"}})
    assert (copied["size"], copied["content_type"]) == (7, "application/json")
    assert [bench.do("s3.delete", **place)["deleted"] for _ in range(2)] == [True, False]
    assert fails(bench, "s3.read", **place) == Fault.NOT_FOUND
    assert fails(bench, "s3.read", bucket="nowhere", key="x") == Fault.NOT_FOUND
    assert fails(bench, "s3.copy", **{"from": place, "to": place}) == Fault.NOT_FOUND
    assert fails(bench, "s3.read", bucket="uploads", key="c", max_bytes=3) == Fault.TOO_LARGE


def test_a_file_that_another_task_left_is_written_on(bench: Bench) -> None:
    reference = bench.context()._context.artifacts.write("report.txt", "all is well")
    assert bench.do("s3.write", bucket="uploads", key="r.txt", artifact=str(reference["key"]))["size"] == 11
    large = bench.actions.artifacts.put(b"12345")
    assert bench.do("s3.write", bucket="uploads", key="l", artifact=large)["size"] == 5
    assert fails(bench, "s3.write", bucket="uploads", key="l", artifact="gone") == Fault.NOT_FOUND


def test_a_functions_files_are_fetched_and_taken_away(bench: Bench, tmp_path: Path) -> None:
    artifacts = bench.context()._context.artifacts
    reference = artifacts.write("deep/numbers.csv", b"1,2")
    assert artifacts.read(reference) == b"1,2"
    path = artifacts.path(reference)
    assert (path.name, path.read_bytes()) == ("numbers.csv", b"1,2")
    (tmp_path / "big").write_bytes(b"x" * 9_000_000)
    big = artifacts.write("big", tmp_path / "big")
    with artifacts.open(big) as file:
        file.seek(8_999_999)
        assert file.read() == b"x"
    bench.files.clear()
    assert not path.exists()
    with pytest.raises(FileNotFoundError, match="no 'nothing' in the bucket 'uploads'"):
        artifacts.read({"bucket": "uploads", "key": "nothing"})


# databases


def sql(bench: Bench, statement: str, **parameters: JsonValue) -> Any:
    return bench.do("sql.query", database="sqlite:///shop.db", statement=statement, parameters=parameters)


def test_a_database_is_an_object_that_all_share(bench: Bench) -> None:
    sql(bench, "CREATE TABLE sold (n INTEGER)")
    for n in (1, 2):
        assert sql(bench, "INSERT INTO sold VALUES (:n)", n=n)["rowcount"] == 1
    assert sql(bench, "SELECT sum(n) AS n FROM sold")["rows"] == [{"n": 3}]
    assert (
        fails(bench, "sql.query", database="sqlite:///shop.db", statement="INSERT INTO none VALUES (1)") == "SqlError"
    )
    assert fails(bench, "sql.query", database="sqlite:///../shop.db", statement="SELECT 1") == Fault.REFUSED


def test_two_who_change_a_database_at_once_are_both_heard(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    sql(bench, "CREATE TABLE sold (n INTEGER)")
    client = bench.here.clients.s3
    put, races = client.put_object, iter([True])

    def late(**asks: Any) -> Any:
        if next(races, False):
            # Somebody else is quicker, with all of a statement.
            sql(bench, "INSERT INTO sold VALUES (10)")
        return put(**asks)

    monkeypatch.setattr(client, "put_object", late)
    sql(bench, "INSERT INTO sold VALUES (1)")
    assert sql(bench, "SELECT n FROM sold ORDER BY n")["rows"] == [{"n": 1}, {"n": 10}]


def test_a_statement_whose_reply_was_lost_is_done_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    sql(bench, "CREATE TABLE sold (n INTEGER)")
    client = bench.here.clients.s3
    put, losses = client.put_object, iter([True])

    def lost(**asks: Any) -> Any:
        done = put(**asks)
        # As botocore does: it has had no reply, and asks again.
        return put(**asks) if next(losses, False) else done

    monkeypatch.setattr(client, "put_object", lost)
    sql(bench, "INSERT INTO sold VALUES (1)")
    assert sql(bench, "SELECT count(*) AS n FROM sold")["rows"] == [{"n": 1}]


# Lambdas


class Lambda:
    """botocore's client, as far as it is used."""

    def __init__(self, answer: Any = None, error: str = "", raises: Exception | None = None) -> None:
        self.answer, self.error, self.raises = answer, error, raises
        self.asked: list[Any] = []

    def invoke(self, **asks: Any) -> Any:
        self.asked.append((asks["FunctionName"], json.loads(asks["Payload"])))
        if self.raises is not None:
            raise self.raises
        told = {"FunctionError": self.error} if self.error else {}
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode()), **told}


def refused(code: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "Invoke"
    )


def called(bench: Bench, monkeypatch: pytest.MonkeyPatch, lambda_: Lambda, function: str = "elsewhere") -> Any:
    monkeypatch.setattr(type(bench.here.clients), "with_config", lambda *_: lambda_)
    return bench.do("lambda.invoke", function=function, payload={"n": 1}, timeout="2s")


def test_a_function_of_the_project_is_called_here_and_a_lambda_there(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lambda_ = Lambda(answer=[1])
    assert called(bench, monkeypatch, lambda_, "quote") == {"asked": {"n": 1}, "of": "p"}
    assert called(bench, monkeypatch, lambda_) == [1]
    arn = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:other"
    assert called(bench, monkeypatch, lambda_, arn) == [1]
    assert lambda_.asked == [("elsewhere", {"n": 1}), (arn, {"n": 1})]
    with pytest.raises(ActionFailed) as failed:
        called(bench, monkeypatch, lambda_, "broken")
    assert failed.value.type == "ZeroDivisionError"


def test_what_a_lambda_raises_fails_the_task_under_its_type(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"errorType": "Declined", "errorMessage": "too much", "stackTrace": ["line 1\n", "line 2\n"]}
    with pytest.raises(ActionFailed) as failed:
        called(bench, monkeypatch, Lambda(told, "Unhandled"))
    assert (failed.value.type, failed.value.what) == ("Declined", "too much")
    assert failed.value.detail == {"traceback": "line 1\nline 2\n"}


@pytest.mark.parametrize(
    ("raised", "fault"),
    [
        (refused("ResourceNotFoundException"), Fault.NOT_FOUND),
        (refused("RequestTooLargeException"), Fault.TOO_LARGE),
        (refused("AccessDeniedException"), Fault.REFUSED),
        (refused("InvalidParameterValueException"), Fault.REFUSED),
        (refused("TooManyRequestsException"), Fault.CONNECTION_FAILED),
        (ReadTimeoutError(endpoint_url="lambda"), Fault.TIMEOUT),
    ],
)
def test_what_aws_refuses_is_told_in_our_words(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, raised: Exception, fault: Fault
) -> None:
    lambda_ = Lambda(raises=raised)
    with pytest.raises(ActionFailed) as failed:
        called(bench, monkeypatch, lambda_)
    assert failed.value.type == fault
    assert len(lambda_.asked) == 1, "nobody knows whether it may be called twice"


def test_a_call_waits_as_long_as_the_action_may(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        type(bench.here.clients), "with_config", lambda _, service, config: seen.append((service, config)) or Lambda()
    )
    Invoking(bench.here.clients, lambda *_: None).invoke(
        f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:f", None, 1_500
    )
    [(service, config)] = seen
    assert (service, config.read_timeout, config.retries) == ("lambda", 1.5, {"total_max_attempts": 1})


# what the operator allows


def test_without_settings_nothing_private_is_allowed(bench: Bench) -> None:
    context = bench.context()
    assert context.mail is None
    with pytest.raises(ActionFailed, match="no database"):
        bench.do("sql.query", database="shop", statement="SELECT 1")


def test_the_operators_settings_are_a_parameter(bench: Bench) -> None:
    bench.settings({"databases": {"shop": "sqlite:///named.db"}, "mail": {"host": "smtp.example.org"}})
    assert bench.do("sql.query", database="shop", statement="SELECT 1 AS n")["rows"] == [{"n": 1}]
    mail = bench.context().mail
    assert mail is not None
    assert mail.host == "smtp.example.org"


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "169.254.170.2", "127.0.0.1", "[::1]", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "[fe80::1]"],
)
def test_a_lambdas_own_addresses_are_never_reached(address: str) -> None:
    reach = AwsReach(["private", "169.254.0.0/16", "127.0.0.0/8", "::/0", "0.0.0.0/0"])
    with pytest.raises(ActionFailed) as failed:
        reach.addresses(address.strip("[]"), 80)
    assert failed.value.type == Fault.REFUSED
    assert reach.addresses("10.0.0.1", 80) == ("10.0.0.1",)


# the rest


def test_emit_is_collected_and_wait_waits_without_a_lambda(bench: Bench) -> None:
    context = bench.context()
    event = OutsideEvent("id", "shop", "packed", moment(0), {"n": 1}, ("arn:x",))
    context.emit(event)
    assert context._context.emitted() == [
        {"source": "shop", "detail-type": "packed", "detail": {"n": 1}, "resources": ["arn:x"]}
    ]
    assert isinstance(bench.do("wait", duration="1m"), Waiting)
    assert bench.do("transform", data={"a": 1}, expression="a") == 1
