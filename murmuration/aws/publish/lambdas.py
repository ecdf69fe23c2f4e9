"""Lambdas of the user's own, as targets of rules: what they need so that a task never gets lost in them.

    permission            events.amazonaws.com may invoke them, by the rules of this stack
    surroundings          the variables that tell the SDK which stack it works for
    failure destination   the stack's own queue, and no retries by Lambda: an attempt that dies is then heard of
    role                  one that the bus lets speak as the system

What is missing is told before anything is published. What may not be looked at is told too, and stops nobody: a canary will
show whether the function is reached.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import JsonValue

from events.rules import Surroundings
from murmuration.aws.publish.impact import Obstacle
from murmuration.aws.refusals import code_of
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

_MISSING: Final = "ResourceNotFoundException"
_STAGE: Final = "MURMUR_STAGE"


class _Asked(NamedTuple):
    """What Lambda said."""

    told: dict[str, Any] | None
    why: str = ""
    """Empty where there is none; else why it did not say."""


def lambda_obstacles(pipeline: Pipeline, lambda_: Any, events: Any, around: Surroundings) -> Iterator[Obstacle]:
    used = {task.function for task in pipeline.tasks.values()}
    arns = dict.fromkeys(own.lambda_ for name, own in pipeline.functions.items() if name in used)
    for arn in arns:
        for what, advice, stops in _one(arn, lambda_, events, around):
            yield Obstacle(f"the Lambda {arn.split(':')[6]} {what}", advice, pipeline.name, stops)


_Found = Iterator[tuple[str, str, bool]]
"""What is wrong with it, what to do, and whether it stops the publish."""


def _one(arn: str, lambda_: Any, events: Any, around: Surroundings) -> _Found:
    function, _, qualifier = arn.removeprefix("arn:").partition(":function:")[2].partition(":")
    which = {"FunctionName": ":".join(arn.split(":")[:7]), **({"Qualifier": qualifier} if qualifier else {})}
    if arn.split(":")[3] != around.region:
        yield (
            f"is in {arn.split(':')[3]}",
            f"Deploy it in {around.region}: a rule reaches functions of its own region",
            True,
        )
        return
    configuration = _asked(lambda_.get_function_configuration, which)
    if configuration.told is None:
        yield _not_told(
            configuration, "is not there", "Deploy it, or correct its ARN", "lambda:GetFunctionConfiguration"
        )
        if not configuration.why:
            return
    else:
        yield from _surroundings(configuration.told, around)
        yield from _role(str(configuration.told.get("Role", "")), events, around)
    yield from _permission(_asked(lambda_.get_policy, which), function, around)
    yield from _destination(_asked(lambda_.get_function_event_invoke_config, which), around)


def _surroundings(told: dict[str, Any], around: Surroundings) -> _Found:
    variables = told.get("Environment", {}).get("Variables", {})
    stage = f"{around.prefix.partition('-')[0]}-{variables.get(_STAGE, '')}"
    if _STAGE not in variables:
        advice = f"Give it the variables that the stack's own task function {around.prefix}-task has"
        yield f"does not know its stack: it has no {_STAGE}", advice, True
    elif stage != around.prefix:
        yield f"works for {stage}", f"Set its variables to those of {around.prefix}, or publish there", True


def _permission(asked: _Asked, function: str, around: Surroundings) -> _Found:
    needed = f"arn:{around.partition}:events:{around.region}:{around.account}:rule/{around.bus}/{around.prefix}-*"
    advice = (
        f"Allow it: aws lambda add-permission --function-name {function} --statement-id {around.prefix} "
        f"--action lambda:InvokeFunction --principal events.amazonaws.com --source-arn '{needed}'"
    )
    if asked.told is None:
        yield _not_told(asked, "may not be invoked by EventBridge", advice, "lambda:GetPolicy")
        return
    policy = json.loads(asked.told["Policy"])
    if not any(_allows(statement, needed) for statement in _list(policy.get("Statement"))):
        yield f"may not be invoked by the rules of {around.bus}", advice, True


def _allows(statement: JsonValue, needed: str) -> bool:
    """The rules' names are told by a pattern: what allows it must be as wide."""
    if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    services = _list(principal.get("Service")) if isinstance(principal, dict) else _list(principal)
    actions = {str(action).lower() for action in _list(statement.get("Action"))}
    if not {"events.amazonaws.com", "*"} & {str(one) for one in services}:
        return False
    if not actions & {"lambda:invokefunction", "lambda:*", "*"}:
        return False
    condition = statement.get("Condition")
    sources = [
        source for kind in _objects(condition) for source in _list(kind.get("AWS:SourceArn", kind.get("aws:SourceArn")))
    ]
    return not sources or any(fnmatchcase(needed, str(source)) for source in sources)


def _destination(asked: _Asked, around: Surroundings) -> _Found:
    queue = f"arn:{around.partition}:sqs:{around.region}:{around.account}:{around.prefix}-failed"
    advice = f"Set its asynchronous invocation: no retries, and on failure to {queue}"
    if asked.told is None:
        yield _not_told(asked, "has no failure destination", advice, "lambda:GetFunctionEventInvokeConfig")
        return
    told = asked.told
    if told.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination") != queue:
        yield "does not tell the stack when it dies", advice, True
    if told.get("MaximumRetryAttempts", 2) != 0:
        yield "is tried again by Lambda itself, unseen by the pipeline's own retries", advice, True


def _role(role: str, events: Any, around: Surroundings) -> _Found:
    """Deny statements of the bus name those who may speak as the system; a role that they do not name is refused."""
    asked = _asked(events.describe_event_bus, {"Name": around.bus})
    if asked.told is None or not asked.told.get("Policy"):
        return
    for statement in _list(json.loads(asked.told["Policy"]).get("Statement")):
        admitted = list(_admitted(statement))
        if admitted and not any(fnmatchcase(role, one) for one in admitted):
            name = role.rpartition("/")[2]
            advice = f"Deploy the stack with OwnTaskRoles={role}, beside those it has"
            yield f"has the role {name}, which the bus {around.bus} does not let speak as the system", advice, True
            return


def _admitted(statement: JsonValue) -> Iterator[str]:
    if not isinstance(statement, dict) or statement.get("Effect") != "Deny":
        return
    condition = statement.get("Condition")
    for operator, asked in condition.items() if isinstance(condition, dict) else ():
        if "Not" in operator and isinstance(asked, dict):
            yield from (str(one) for one in _list(asked.get("aws:PrincipalArn")))


def _asked(call: Any, which: dict[str, Any]) -> _Asked:
    try:
        return _Asked(call(**which))
    except ClientError as wrong:
        return _Asked(None, "" if code_of(wrong) == _MISSING else code_of(wrong))
    except BotoCoreError as wrong:
        return _Asked(None, str(wrong))


def _not_told(asked: _Asked, what: str, advice: str, right: str) -> tuple[str, str, bool]:
    if not asked.why:
        return what, advice, True
    return f"could not be looked at: {asked.why}", f"{right} would show whether it is as it should be", False


def _objects(value: JsonValue) -> list[JsonObject]:
    return [one for one in value.values() if isinstance(one, dict)] if isinstance(value, dict) else []


def _list(value: JsonValue) -> list[JsonValue]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
