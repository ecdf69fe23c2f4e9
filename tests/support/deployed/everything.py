"""All that is there under the names of a stack, whatever made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from support.deployed.standing import PREFIX, Standing


def named(here: Standing) -> dict[str, list[str]]:
    """By its kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for kind, name in _all(here.client):
        if PREFIX in name:
            found[kind].append(name)
    return dict(found)


def _all(client: Any) -> Iterator[tuple[str, str]]:
    yield from _events(client("events"))
    plain = {
        "table": ("dynamodb", "list_tables", "TableNames", ""),
        "bucket": ("s3", "list_buckets", "Buckets", "Name"),
        "function": ("lambda", "list_functions", "Functions", "FunctionName"),
        "source": ("lambda", "list_event_source_mappings", "EventSourceMappings", "FunctionArn"),
        "layer": ("lambda", "list_layers", "Layers", "LayerName"),
        "queue": ("sqs", "list_queues", "QueueUrls", ""),
        "role": ("iam", "list_roles", "Roles", "RoleName"),
        "group of logs": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "group of schedules": ("scheduler", "list_schedule_groups", "ScheduleGroups", "Name"),
        "schedule": ("scheduler", "list_schedules", "Schedules", "GroupName"),
        "parameter": ("ssm", "describe_parameters", "Parameters", "Name"),
        "topic": ("sns", "list_topics", "Topics", "TopicArn"),
        "alarm": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "dashboard": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
        "api": ("apigatewayv2", "get_apis", "Items", "Name"),
    }
    for kind, (service, call, page, name) in plain.items():
        for one in getattr(client(service), call)().get(page, ()):
            yield kind, str(one[name] if name else one)
    policies = client("iam").list_policies(Scope="Local")["Policies"]
    yield from (("policy", one["PolicyName"]) for one in policies)
    pools = client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
    yield from (("people", one["Name"]) for one in pools)
    stacks = client("cloudformation").describe_stacks()["Stacks"]
    yield from (("stack", one["StackName"]) for one in stacks if one["StackStatus"] != "DELETE_COMPLETE")
    distributions = client("cloudfront").list_distributions()["DistributionList"].get("Items", ())
    yield from (("distribution", str(one["Comment"])) for one in distributions)


def _events(events: Any) -> Iterator[tuple[str, str]]:
    for bus in events.list_event_buses()["EventBuses"]:
        yield "bus", bus["Name"]
        for rule in events.list_rules(EventBusName=bus["Name"])["Rules"]:
            yield "rule", rule["Name"]
