"""Taking all of a stage away: what will be lost is said first, what is nobody's of ours stays, and it may be done again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from support.account import IDENTITY, Account, account
from support.aws import ACCOUNT, REGION, STAGE

from murmuration.aws.deploy import buckets
from murmuration.aws.deploy.losing import losing
from murmuration.aws.deploy.stack import named
from murmuration.cli.main import main
from schemas.pipeline import Pipeline

PARTS = named(STAGE, IDENTITY)
UPLOADS = f"murmur-{STAGE}-uploads-{ACCOUNT}"
PIPELINE = Pipeline.read(
    {
        "project": "media",
        "pipeline": "hello",
        "triggers": {
            "up": {"s3": {"bucket": "uploads"}},
            "nightly": {"schedule": {"cron": "0 2 * * *", "timezone": "UTC"}},
        },
        "tasks": {"a": {"action": "pass"}, "b": {"action": "pass"}},
        "edges": [{"from": "a", "to": "b"}],
    }
)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """With everything that a stage can have."""
    with account() as made:
        clients = made.clients
        monkeypatch.setattr("murmuration.cli.targets.aws_clients", lambda: clients)
        monkeypatch.setattr("murmuration.aws.credentials.identity", lambda _: IDENTITY)
        made.stage.publish(PIPELINE)
        clients.ssm.put_parameter(Name=f"/murmur-{STAGE}/media/secrets/key", Value="hush", Type="SecureString")
        clients.ssm.put_parameter(
            Name=f"/murmur-{STAGE}x/media/secrets/key", Value="another stage's", Type="SecureString"
        )
        clients.s3.put_bucket_versioning(Bucket=UPLOADS, VersioningConfiguration={"Status": "Enabled"})
        for text in (b"one", b"two"):
            clients.s3.put_object(Bucket=UPLOADS, Key="a.txt", Body=text)
        clients.s3.delete_object(Bucket=UPLOADS, Key="a.txt")
        stock = buckets.make(clients, PARTS, "stock").name
        # moto refuses whatever a policy denies under any condition.
        clients.s3.delete_bucket_policy(Bucket=stock)
        clients.s3.put_object(Bucket=stock, Key="b.txt", Body=b"b")
        clients.s3.create_bucket(Bucket="acme", CreateBucketConfiguration={"LocationConstraint": REGION})
        clients.s3.put_object(Bucket="acme", Key="theirs.txt", Body=b"theirs")
        clients.events.put_rule(Name="somebody-elses", EventPattern='{"source": ["x"]}')
        yield made


def destroy(*arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(main, ["destroy", "--stage", STAGE, *arguments], input=input)


def rules(there: Account, bus: str) -> set[str]:
    return {rule["Name"] for rule in there.clients.events.list_rules(EventBusName=bus)["Rules"]}


def test_it_says_what_will_be_lost_and_a_no_changes_nothing(there: Account) -> None:
    told = destroy(input="n\n")
    assert told.exit_code == 1
    assert "1 pipeline (media/hello)" in told.output
    assert f"{UPLOADS}: 3 versions" in told.output, "two of the object, and the mark of its deletion"
    assert f"murmur-{STAGE}-stock-{ACCOUNT}: 1 versions" in told.output
    assert "acme" not in told.output
    assert "1 schedule" in told.output
    assert there.stack is not None
    assert rules(there, "default") > {"somebody-elses"}


def test_all_of_it_goes_and_nothing_that_is_anothers(there: Account) -> None:
    there.clients.dynamodb.update_table(TableName=PARTS.table, DeletionProtectionEnabled=True)
    told = destroy("--yes")
    assert told.exit_code == 0, told.output
    assert there.stack is None
    assert rules(there, "default") == {"somebody-elses"}
    assert rules(there, PARTS.prefix) == set()
    assert not there.clients.scheduler.list_schedules(GroupName=PARTS.schedules)["Schedules"]
    left = {one["Name"] for one in there.clients.ssm.describe_parameters()["Parameters"]}
    assert left == {f"/murmur-{STAGE}x/media/secrets/key"}
    assert {one["Name"] for one in there.clients.s3.list_buckets()["Buckets"]} == {"acme"}
    assert there.clients.s3.get_object(Bucket="acme", Key="theirs.txt")["Body"].read() == b"theirs"
    assert there.unlocked == ["pool-1 INACTIVE"]
    table = there.clients.dynamodb.describe_table(TableName=PARTS.table)["Table"]
    assert table["DeletionProtectionEnabled"] is False


def test_again_it_does_the_rest_and_then_says_that_nothing_is_there(there: Account) -> None:
    there.stuck = "the bus has rules"
    told = destroy("--yes")
    assert told.exit_code == 2
    assert "Bus: the bus has rules" in told.output
    there.stuck = ""
    assert destroy("--yes").exit_code == 0
    # CloudFormation has taken these; moto has not.
    there.clients.dynamodb.delete_table(TableName=PARTS.table)
    there.clients.events.delete_event_bus(Name=PARTS.prefix)
    there.clients.scheduler.delete_schedule_group(Name=PARTS.schedules)
    last = destroy("--yes")
    assert last.exit_code == 0
    assert "nothing is there" in last.output


def test_what_would_be_lost_is_counted_up_to_a_limit(there: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("murmuration.aws.deploy.losing.MOST", 2)
    found = dict(losing(there.clients, PARTS).buckets)
    assert found[UPLOADS] == 2
    assert f"{UPLOADS}: more than 2 versions" in destroy(input="n\n").output
