"""Every asynchronous hop: who is allowed to make it, and where it ends that cannot be made. Simulated AWS asks for neither."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.iam import Call, allows, like
from support.template import ACCOUNT, REGION, Deployed, deployed

from events.rules.compile import compile_rules
from events.rules.render import render_all
from handlers.undelivered import RECEIVED
from murmuration.aws.environment import of_variables
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import Version

TASKS = ("TaskFunction", "TaskMediumFunction", "TaskLargeFunction", "TaskHugeFunction")
PIPELINE: JsonObject = {
    "project": "media",
    "pipeline": "thumbnails",
    "triggers": {
        "uploads": {"s3": {"bucket": "uploads", "prefix": "in/"}},
        "orders": {"event": {"source": ["shop"], "detail-type": ["order.created"]}},
    },
    "tasks": {name: {"function": name} for name in ("a", "b", "c")},
    "edges": [{"from": "a", "to": "b"}, {"from": "a", "to": "c", "on": "failure"}],
}


@pytest.fixture(scope="module")
def template() -> Deployed:
    return deployed()


@pytest.fixture(scope="module")
def rules(template: Deployed) -> list[Any]:
    """All that stand on the buses once something is published."""
    variables = template["TaskFunction"]["Environment"]["Variables"]
    around = of_variables({"AWS_REGION": REGION, **variables}).surroundings
    version = Version(pipeline=Pipeline.read(PIPELINE), number=3)
    published = render_all(compile_rules(version, surroundings=around).all, around)
    static = [{"Bus": rule["EventBusName"], **rule} for rule in template.all("AWS::Events::Rule").values()]
    return [*published, *static]


def rule_arn(rule: Any) -> str:
    where = "" if rule["Bus"] == "default" else f"{rule['Bus']}/"
    return f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{where}{rule['Name']}"


def test_every_rule_may_do_what_it_is_for(template: Deployed, rules: list[Any]) -> None:
    assert {rule["Bus"] for rule in rules} == {"murmur-dev", "default"}
    for rule in rules:
        for target in rule["Targets"]:
            assert may(template, rule_arn(rule), target["Arn"]), f"{rule['Name']} -> {target['Arn']}"


def test_no_rule_of_anybody_else_may(template: Deployed) -> None:
    begins = f"arn:aws:events:{REGION}:{ACCOUNT}:rule"
    for strange in (
        "shop-orders",
        "murmur-production-media",
        "murmur-production/murmur-production-media",
        "murmur-dev/shop",
    ):
        for name in ("TaskFunction", "StartFunction"):
            assert not may(template, f"{begins}/{strange}", template.arn(name))
        assert not may(template, f"{begins}/{strange}", template.arn("ProjectorQueue"))
    assert not may(template, f"{begins}/murmur-dev-media", template.arn("TaskFunction")), "triggers go to start alone"


def may(template: Deployed, rule: str, target: str) -> bool:
    if ":lambda:" in target:
        return any(
            permission["Principal"] == "events.amazonaws.com"
            and permission["FunctionName"] == target.rpartition(":")[2]
            and like(permission["SourceArn"], rule)
            for permission in template.all("AWS::Lambda::Permission").values()
        )
    return queue_admits(template, target, rule)


def queue_admits(template: Deployed, queue: str, source: str) -> bool:
    for policy in template.all("AWS::SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            [(_, condition)] = statement["Condition"].items()
            patterns = condition["aws:SourceArn"]
            if (
                statement["Resource"] == queue
                and statement["Action"] == "sqs:SendMessage"
                and statement["Principal"] == {"Service": "events.amazonaws.com"}
                and any(like(one, source) for one in (patterns if isinstance(patterns, list) else [patterns]))
            ):
                return True
    return False


def test_one_permission_for_all_rules_of_a_function_and_a_bus(template: Deployed) -> None:
    """One for each rule would outgrow the 20,480 characters of a function's policy."""
    granted = [
        (permission["FunctionName"], permission["SourceArn"])
        for permission in template.all("AWS::Lambda::Permission").values()
        if permission["Principal"] == "events.amazonaws.com"
    ]
    assert len(granted) == len(set(granted)) == len(TASKS) + 2


def test_every_rules_target_has_dead_letters_that_admit_the_rule(template: Deployed, rules: list[Any]) -> None:
    for rule in rules:
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"]["Arn"] == template.arn("UndeliveredQueue")
            assert queue_admits(template, template.arn("UndeliveredQueue"), rule_arn(rule))
            assert target["RetryPolicy"] == {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 21_600}


def invocation(template: Deployed, function: str) -> Any:
    [found] = [
        one
        for one in template.all("AWS::Lambda::EventInvokeConfig").values()
        if one["FunctionName"] == template[function]["FunctionName"]
    ]
    return found


@pytest.mark.parametrize("function", [*TASKS, "StartFunction", "SweeperFunction", "PublishFunction"])
def test_what_a_function_does_not_survive_is_told(template: Deployed, function: str) -> None:
    found = invocation(template, function)
    destination = found["DestinationConfig"]["OnFailure"]["Destination"]
    queue = "FailedQueue" if function in (*TASKS, "StartFunction") else "UndeliveredDeadQueue"
    assert destination == template.arn(queue)
    [told] = [one for one in template.statements(role_of(template, function)) if one["Sid"] == "TellOfFailure"]
    assert (told["Action"], told["Resource"]) == ("sqs:SendMessage", destination)


def role_of(template: Deployed, function: str) -> str:
    return str(template[function]["Role"]).rpartition("/")[2]


def test_lambda_itself_never_repeats_a_task(template: Deployed) -> None:
    assert [invocation(template, function)["MaximumRetryAttempts"] for function in TASKS] == [0] * 4


def test_chains_are_not_cut_off_by_lambda(template: Deployed) -> None:
    functions = template.all("AWS::Lambda::Function").values()
    assert {function["RecursiveLoop"] for function in functions} == {"Allow"}


def test_every_queue_that_is_read_has_dead_letters_and_time_enough(template: Deployed) -> None:
    for source in template.all("AWS::Lambda::EventSourceMapping").values():
        [queue] = [
            one
            for one in template.all("AWS::SQS::Queue").values()
            if source["EventSourceArn"].endswith(f":{one['QueueName']}")
        ]
        [function] = [
            one
            for one in template.all("AWS::Lambda::Function").values()
            if one["FunctionName"] == source["FunctionName"]
        ]
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["ScalingConfig"]["MaximumConcurrency"] >= 2
        if not queue["QueueName"].endswith("-dead"):
            redrive = queue["RedrivePolicy"]
            assert redrive["deadLetterTargetArn"].endswith(f":{queue['QueueName']}-dead")
            assert redrive["maxReceiveCount"] > RECEIVED


def test_what_is_given_up_ends_where_an_alarm_rings(template: Deployed) -> None:
    read = {source["EventSourceArn"] for source in template.all("AWS::Lambda::EventSourceMapping").values()}
    ends = {name for name in template.all("AWS::SQS::Queue") if template.arn(name) not in read}
    assert ends == {"UndeliveredDeadQueue"}
    [dimension] = template["DeadLettersAlarm"]["Dimensions"]
    assert dimension["Value"] == template["UndeliveredDeadQueue"]["QueueName"]
    assert (template["DeadLettersAlarm"]["Threshold"], template["DeadLettersAlarm"]["AlarmActions"]) == (0, ["Alarms"])


@pytest.mark.parametrize(
    ("schedule", "function", "when"),
    [("EveryMinute", "SweeperFunction", "rate(1 minute)"), ("EveryQuarter", "PublishFunction", "rate(15 minutes)")],
)
def test_what_is_done_again_and_again_is_called_by_a_role_that_may(
    template: Deployed, schedule: str, function: str, when: str
) -> None:
    told = template[schedule]
    assert (told["ScheduleExpression"], told["GroupName"]) == (when, "murmur-dev")
    assert told["Target"]["Arn"] == template.arn(function)
    assert told["Target"]["RoleArn"] == template.arn("SchedulerRole")
    assert told["Target"]["DeadLetterConfig"]["Arn"] == template.arn("UndeliveredQueue")
    again = Call("lambda:InvokeFunction", template.arn(function))
    assert allows(template.statements("UndeliveredRole"), again), "whoever takes up Scheduler's dead letters"


def test_who_makes_schedules_may_give_scheduler_its_role_and_no_other(template: Deployed) -> None:
    """PassRole is asked for by AWS alone."""
    for role in template.all("AWS::IAM::Role"):
        statements = list(template.statements(role))
        makes = any("scheduler:CreateSchedule" in one["Action"] for one in statements)
        passes = [one for one in statements if "iam:PassRole" in one["Action"]]
        assert len(passes) == (1 if makes else 0), role
        for one in passes:
            assert one["Resource"] == template.arn("SchedulerRole")
            assert one["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_schedulers_role_works_for_this_stacks_group_alone(template: Deployed) -> None:
    [trust] = template["SchedulerRole"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {
        "aws:SourceAccount": ACCOUNT,
        "aws:SourceArn": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/murmur-dev",
    }
    granted = {json.dumps([one["Action"], one["Resource"]]) for one in template.statements("SchedulerRole")}
    queues = [template.arn("TimersQueue"), template.arn("UndeliveredQueue")]
    assert granted == {
        json.dumps(["sqs:SendMessage", queues]),
        json.dumps(["lambda:InvokeFunction", template.arn("StartFunction")]),
        json.dumps(["lambda:InvokeFunction", [template.arn("SweeperFunction"), template.arn("PublishFunction")]]),
    }
