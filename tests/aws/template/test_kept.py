"""What is kept: that nobody outside reads it, that it goes in its time, and that it is known for ours."""

from __future__ import annotations

from typing import Any

import pytest
from support.iam import Call, allows, concerns
from support.template import ACCOUNT, Deployed, deployed

from murmuration.local.runner import MEMORY_MB
from schemas.pipeline import Memory

CANNOT_BE_TAGGED = {
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Events::Archive",
    "AWS::Events::EventBusPolicy",
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
}


@pytest.fixture(scope="module")
def template() -> Deployed:
    return deployed()


def test_everything_is_tagged_with_its_stage(template: Deployed) -> None:
    untagged = set()
    for name, resource in template.resources.items():
        tags = template[name].get("Tags", template[name].get("UserPoolTags"))
        told = {one["Key"]: one["Value"] for one in tags} if isinstance(tags, list) else tags
        if not told or told.get("murmuration:stage") != "dev":
            untagged.add(resource["Type"])
    assert untagged == CANNOT_BE_TAGGED


def test_the_table_is_safe_and_forgets(template: Deployed) -> None:
    table = template["Table"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["DeletionProtectionEnabled"] is True


def buckets(template: Deployed) -> dict[str, Any]:
    found = template.all("AWS::S3::Bucket")
    assert set(found) == {"Artifacts", "Uploads", "Designer"}
    return found


def test_buckets_are_private_and_encrypted(template: Deployed) -> None:
    for bucket in buckets(template).values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        [encryption] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_buckets_are_read_and_written_by_tls_only(template: Deployed) -> None:
    policies = {
        one["Bucket"]: one["PolicyDocument"]["Statement"] for one in template.all("AWS::S3::BucketPolicy").values()
    }
    for name, bucket in buckets(template).items():
        for resource in (template.arn(name), f"{template.arn(name)}/in/a.png"):
            plain = Call("s3:GetObject", resource, {"aws:SecureTransport": "false"})
            safe = Call("s3:GetObject", resource, {"aws:SecureTransport": "true"})
            statements = policies[bucket["BucketName"]]
            assert any(one["Effect"] == "Deny" and concerns(one, plain) for one in statements)
            assert not any(one["Effect"] == "Deny" and concerns(one, safe) for one in statements)


def test_cloudfront_reads_the_designer_and_nothing_else_is_given_away(template: Deployed) -> None:
    given = [
        statement
        for policy in template.all("AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    [reads] = given
    assert reads["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert (reads["Action"], reads["Resource"]) == ("s3:GetObject", f"{template.arn('Designer')}/*")
    source = f"arn:aws:cloudfront::{ACCOUNT}:distribution/Distribution"
    assert reads["Condition"] == {"StringEquals": {"aws:SourceArn": source}}


def test_outputs_go_with_the_runs_and_versions_stay(template: Deployed) -> None:
    rules = template["Artifacts"]["LifecycleConfiguration"]["Rules"]
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    assert expiring == {"artifacts/": 60, "files/": 60}
    for bucket in buckets(template).values():
        halves = [
            rule for rule in bucket["LifecycleConfiguration"]["Rules"] if "AbortIncompleteMultipartUpload" in rule
        ]
        assert halves, "an upload that was given up goes too"


def test_what_is_uploaded_is_an_event_and_comes_back_when_overwritten(template: Deployed) -> None:
    uploads = template["Uploads"]
    assert uploads["NotificationConfiguration"]["EventBridgeConfiguration"] == {"EventBridgeEnabled": True}
    assert uploads["VersioningConfiguration"] == {"Status": "Enabled"}


def test_tasks_change_no_code(template: Deployed) -> None:
    """What runs and what the browser loads are nobody's to write but the deployment's."""
    artifacts, designer = template.arn("Artifacts"), template.arn("Designer")
    closed = (
        f"{artifacts}/bundles/1f.zip",
        f"{artifacts}/functions/media.json",
        f"{artifacts}/versions/1f",
        f"{designer}/index.html",
    )
    for resource in closed:
        for action in ("s3:PutObject", "s3:DeleteObject"):
            assert not allows(template.statements("TaskRole"), Call(action, resource))
    for resource in (f"{artifacts}/artifacts/1f", f"{template.arn('Uploads')}/in/a.png"):
        assert allows(template.statements("TaskRole"), Call("s3:PutObject", resource))


def test_buckets_of_ones_own_are_open_to_tasks_once_they_are_named() -> None:
    statement = Call("s3:PutObject", "arn:aws:s3:::acme-pictures/a.png")
    assert not allows(deployed().statements("TaskRole"), statement)
    named = deployed(BucketArns="arn:aws:s3:::acme-pictures,arn:aws:s3:::acme-sales")
    for bucket in ("acme-pictures", "acme-sales"):
        assert allows(named.statements("TaskRole"), Call("s3:PutObject", f"arn:aws:s3:::{bucket}/a.png"))
        assert allows(named.statements("TaskRole"), Call("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
    assert not allows(named.statements("TaskRole"), Call("s3:PutObject", "arn:aws:s3:::acme-payroll/a.csv"))


def test_lambdas_of_ones_own_are_called_once_they_are_named() -> None:
    arn = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:quote"
    assert not allows(deployed().statements("TaskRole"), Call("lambda:InvokeFunction", arn))
    assert allows(deployed(InvokableFunctions=arn).statements("TaskRole"), Call("lambda:InvokeFunction", arn))
    assert allows(deployed(OwnTaskFunctions=arn).statements("UndeliveredRole"), Call("lambda:InvokeFunction", arn))


def test_logs_are_kept_as_long_as_is_asked_and_each_function_has_one(template: Deployed) -> None:
    groups = {group["LogGroupName"]: group for group in template.all("AWS::Logs::LogGroup").values()}
    assert {group["RetentionInDays"] for group in groups.values()} == {30}
    for function in template.all("AWS::Lambda::Function").values():
        logging = function["LoggingConfig"]
        assert logging["LogGroup"] in groups
        assert logging["LogFormat"] == "JSON"


def test_only_those_trace_that_load_the_tracer_anyway(template: Deployed) -> None:
    functions = template.all("AWS::Lambda::Function").items()
    tracing = {name for name, one in functions if one.get("TracingConfig", {}).get("Mode") == "Active"}
    assert tracing == {"ApiFunction", "PublishFunction"}


def test_task_functions_have_the_memory_of_their_class(template: Deployed) -> None:
    has = {name: template[f"Task{name}Function"]["MemorySize"] for name in ("", "Medium", "Large", "Huge")}
    assert has[""] >= MEMORY_MB[Memory.SMALL]
    assert [has["Medium"], has["Large"], has["Huge"]] == [
        MEMORY_MB[memory] for memory in (Memory.MEDIUM, Memory.LARGE, Memory.HUGE)
    ]
    assert {template[f"Task{name}Function"]["Timeout"] for name in has} == {900}, "the longest that Lambda allows"


def test_handlers_are_the_doors_and_each_is_built_alone(template: Deployed) -> None:
    told = {name: one["Handler"] for name, one in template.all("AWS::Lambda::Function").items()}
    doors = ("Start", "Projector", "Sweeper", "Timers", "Undelivered", "Publish", "Api")
    tasks = dict.fromkeys(
        ("TaskFunction", "TaskMediumFunction", "TaskLargeFunction", "TaskHugeFunction"), "handlers.entry.task"
    )
    assert told == {f"{name}Function": f"handlers.entry.{name.lower()}" for name in doors} | tasks
