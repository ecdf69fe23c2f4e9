"""A plan as a CloudFormation template: for those who deploy rules with their own stacks instead of publishing.

Names of Lambdas, queues and buckets that differ from account to account are parameters; a Lambda of the user's own stands
there with its ARN. Rules that all pipelines of a bus share come with `SharedRules=true`: exactly one stack of a bus should
have them. Each Lambda gets the permission to be invoked by these rules, without which EventBridge delivers nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from events.rules.compile import Plan
from events.rules.render import canary_of, render
from events.rules.rule import Bus, Owner, Rule
from events.surroundings import Surroundings
from schemas.model import JsonObject

_FORMAT: Final = "2010-09-09"
_DESCRIPTION_LENGTH: Final = 500


def template(plan: Plan, surroundings: Surroundings) -> JsonObject:
    resources: JsonObject = {}
    names = _parameters(plan, surroundings)
    for rule in plan.all:
        rendered = render(rule, surroundings)
        resources[f"{rule.owner.title()}Rule{canary_of(rendered)}"] = _rule(rule, rendered, names)
    for at, (bus, arn) in enumerate(_invocations(plan)):
        resources[f"Permission{at + 1}"] = _permission(bus, names.get(arn, arn), surroundings)
    return {
        "AWSTemplateFormatVersion": _FORMAT,
        "Description": f"The rules of {plan.version.reference}, {plan.kind} plan",
        "Parameters": _declared(plan, surroundings, names),
        "Conditions": {"WithSharedRules": {"Fn::Equals": [{"Ref": "SharedRules"}, "true"]}},
        "Resources": resources,
    }


def _parameters(plan: Plan, surroundings: Surroundings) -> dict[str, JsonValue]:
    """Each name that differs between accounts, and what stands in its place."""
    names = {
        surroundings.task_function.arn: "TaskFunctionArn",
        surroundings.start_function.arn: "StartFunctionArn",
        surroundings.dead_letter_queue: "DeadLetterQueueArn",
        surroundings.projector_queue: "ProjectorQueueArn",
    }
    for memory in surroundings.memory_functions:
        names.setdefault(surroundings.memory_function(memory).arn, f"{memory.title()}TaskFunctionArn")
    for trigger in plan.version.pipeline.triggers.values():
        if trigger.s3 is not None:
            bucket = trigger.s3.bucket
            words = "".join(word.title() for word in bucket.replace(".", "-").split("-"))
            names[surroundings.bucket(bucket)] = f"{words}BucketName"
    return {name: {"Ref": parameter} for name, parameter in names.items()}


def _declared(plan: Plan, surroundings: Surroundings, names: Mapping[str, JsonValue]) -> JsonObject:
    """Only what the rules name: a template whose parameters lead nowhere does not pass a linter."""
    used = {text for rule in plan.all for text in _texts(render(rule, surroundings))}
    declared: JsonObject = {
        "BusName": {"Type": "String", "Default": surroundings.bus},
        "SharedRules": {"Type": "String", "Default": "true", "AllowedValues": ["true", "false"]},
    }
    for name, reference in names.items():
        if name in used and isinstance(reference, dict):
            declared[str(reference["Ref"])] = {"Type": "String", "Description": f"For example {name}"}
    return declared


def _rule(rule: Rule, rendered: JsonObject, names: Mapping[str, JsonValue]) -> JsonObject:
    properties: JsonObject = {
        "Name": rendered["Name"],
        "Description": f"When {rule.hears}"[:_DESCRIPTION_LENGTH],
        "EventBusName": {"Ref": "BusName"} if rule.bus is Bus.OWN else "default",
        "EventPattern": _filled(rendered["EventPattern"], names),
        "State": "ENABLED",
        "Targets": _filled(rendered["Targets"], names),
    }
    resource: JsonObject = {"Type": "AWS::Events::Rule", "Properties": properties}
    if rule.owner is Owner.BUS:
        resource["Condition"] = "WithSharedRules"
    return resource


def _invocations(plan: Plan) -> list[tuple[Bus, str]]:
    found = {(rule.bus, target.arn): None for rule in plan.all for target in rule.targets if ":lambda:" in target.arn}
    return list(found)


def _permission(bus: Bus, function: JsonValue, surroundings: Surroundings) -> JsonObject:
    where = "${BusName}/" if bus is Bus.OWN else ""
    rules = f"arn:${{AWS::Partition}}:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/{where}{surroundings.prefix}-*"
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": function,
            "Principal": "events.amazonaws.com",
            "SourceArn": {"Fn::Sub": rules},
        },
    }


def _filled(value: JsonValue, names: Mapping[str, JsonValue]) -> JsonValue:
    """The same, with the parameter where a name stood."""
    match value:
        case str():
            return names.get(value, value)
        case list():
            return [_filled(one, names) for one in value]
        case dict():
            return {key: _filled(one, names) for key, one in value.items()}
        case _:
            return value


def _texts(value: JsonValue) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for one in value for text in _texts(one)]
        case dict():
            return [text for one in value.values() for text in _texts(one)]
        case _:
            return []
