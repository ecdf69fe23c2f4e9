"""A plan as a CloudFormation template: for those who deploy rules with their own stacks instead of publishing.

Names of Lambdas, queues and buckets that differ from account to account are parameters; a Lambda of the user's own stands
there with its ARN. Rules that all pipelines of a bus share come with `SharedRules=true`: exactly one stack of a bus should
have them. Each Lambda gets the permission to be invoked by these rules, without which EventBridge delivers nothing.

Where it is known which stack the rules are for (`deployed`), its names are the parameters' defaults. That stack has the
shared rules already, and lets its own functions be invoked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from events.rules.compile import Plan
from events.rules.render import HASH_LENGTH, canary_of, render
from events.rules.rule import Bus, Owner, Rule
from events.surroundings import Surroundings
from schemas.model import JsonObject

_FORMAT: Final = "2010-09-09"
_DESCRIPTION_LENGTH: Final = 500


def template(plan: Plan, surroundings: Surroundings, *, deployed: bool = False) -> JsonObject:
    resources: JsonObject = {}
    names = _parameters(plan, surroundings)
    for rule in plan.all:
        rendered = render(rule, surroundings)
        resources[f"{rule.owner.title()}Rule{canary_of(rendered)}"] = _rule(rule, rendered, names)
    for bus, arn in _invocations(plan):
        if deployed and arn in names:
            continue
        # Named by what it is, so that the templates of several pipelines go together.
        digest = hashlib.sha256(f"{bus}\n{arn}".encode()).hexdigest()[:HASH_LENGTH]
        resources[f"Permission{digest}"] = _permission(bus, arn, names, surroundings)
    return {
        "AWSTemplateFormatVersion": _FORMAT,
        "Description": f"The rules of {plan.version.reference}, {plan.kind} plan",
        "Parameters": _declared(plan, surroundings, names, deployed),
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


def _declared(plan: Plan, surroundings: Surroundings, names: Mapping[str, JsonValue], deployed: bool) -> JsonObject:
    """Only what the rules name: a template whose parameters lead nowhere does not pass a linter."""
    used = {text for rule in plan.all for text in _texts(render(rule, surroundings))}
    declared: JsonObject = {
        "BusName": {"Type": "String", "Default": surroundings.bus},
        "SharedRules": {
            "Type": "String",
            "Default": "false" if deployed else "true",
            "AllowedValues": ["true", "false"],
            "Description": "Rules that all pipelines of a bus share: exactly one stack of a bus has them",
        },
    }
    for name, reference in names.items():
        if name in used and isinstance(reference, dict):
            told: JsonObject = {"Default": name} if deployed else {"Description": f"For example {name}"}
            declared[str(reference["Ref"])] = {"Type": "String", **told}
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


def _permission(bus: Bus, arn: str, names: Mapping[str, JsonValue], surroundings: Surroundings) -> JsonObject:
    where = "${BusName}/" if bus is Bus.OWN else ""
    rules = f"arn:${{AWS::Partition}}:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/{where}{surroundings.prefix}-*"
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": names.get(arn, arn),
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
