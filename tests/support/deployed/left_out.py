"""The template without what MiniStack does not know: each thing with its reason, and the test that looks at it on the template itself.

    without(template) -> what was taken out, by the reason's name: the logical ids it was taken out of

All else is deployed as it stands. What is taken out of a template in which it does not occur is taken off this list: a test says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

Template = dict[str, Any]
Statement = dict[str, Any]
BY_PATH: Final = "ssm:GetParametersByPath"


@dataclass(frozen=True)
class LeftOut:
    name: str
    why: str
    covered: tuple[str, ...]
    """By which tests under tests/aws/template/."""
    take: Callable[[Template], Iterator[str]]
    """Takes it out, and tells of what."""


def without(template: Template) -> Mapping[str, list[str]]:
    return {one.name: list(one.take(template)) for one in LEFT_OUT}


def _types(*types: str) -> Callable[[Template], Iterator[str]]:
    def take(template: Template) -> Iterator[str]:
        resources = template["Resources"]
        for name in [name for name, one in resources.items() if one["Type"] in types]:
            del resources[name]
            yield name

    return take


def _computed_alarms(template: Template) -> Iterator[str]:
    resources = template["Resources"]
    alarms = [name for name, one in resources.items() if one["Type"] == "AWS::CloudWatch::Alarm"]
    for name in alarms:
        if "Metrics" in resources[name]["Properties"]:
            del resources[name]
            yield name


def _conditions_on_speaking(template: Template) -> Iterator[str]:
    for name, statement in _statements(template):
        if statement["Action"] == "events:PutEvents" and statement.pop("Condition", None):
            yield name


def _paths_of_parameters(template: Template) -> Iterator[str]:
    for name, statement in _statements(template):
        if BY_PATH in (actions := _listed(statement["Action"])):
            statement["Action"] = [action for action in actions if action != BY_PATH]
            document = next(one for one in _documents(template) if statement in one["Statement"])
            document["Statement"].append(
                {**statement, "Sid": f"{statement['Sid']}ByPath", "Action": BY_PATH, "Resource": "*"}
            )
            if not statement["Action"]:
                document["Statement"].remove(statement)
            yield name


def _batches_of_messages(template: Template) -> Iterator[str]:
    for name, statement in _statements(template):
        if "sqs:SendMessage" in _listed(statement["Action"]):
            statement["Action"] = [*_listed(statement["Action"]), "sqs:SendMessageBatch"]
            yield name


def _groups_of_schedules(template: Template) -> Iterator[str]:
    for name, statement in _statements(template):
        told = json.dumps(statement["Resource"])
        if ":schedule/murmur-${Stage}/" in told:
            statement["Resource"] = json.loads(told.replace(":schedule/murmur-${Stage}/", ":schedule/default/"))
            yield name


LEFT_OUT: Final = (
    LeftOut(
        "the bus's policy",
        "a bus has none there, and its IAM does not know events:source",
        (
            "test_bus.py::test_our_roles_speak_as_the_system",
            "test_bus.py::test_nobody_else_in_the_account_does_and_may_speak_as_anybody_else",
            "test_bus.py::test_nobody_from_another_account_speaks_at_all",
        ),
        _types("AWS::Events::EventBusPolicy"),
    ),
    LeftOut(
        "the archive",
        "the type is unknown, though its API has archives",
        ("test_bus.py::test_the_archive_keeps_all_but_canaries_for_as_long_as_is_asked",),
        _types("AWS::Events::Archive"),
    ),
    LeftOut(
        "the bus's log",
        "buses log nothing there, and the types are unknown",
        ("test_bus.py::test_the_bus_logs_what_goes_wrong_and_no_details",),
        _types("AWS::Logs::Delivery", "AWS::Logs::DeliveryDestination", "AWS::Logs::DeliverySource"),
    ),
    LeftOut(
        "alarms that compute",
        "it knows alarms on one metric alone",
        ("test_checks.py::test_the_linter_finds_what_is_passed_over_and_nothing_else",),
        _computed_alarms,
    ),
    LeftOut(
        "who says what",
        "its IAM does not know events:source and events:detail-type, and would deny all",
        (
            "test_bus.py::test_a_role_says_what_its_function_says",
            "test_bus.py::test_tasks_speak_as_others_and_who_says_what_they_could_not_say_any_more",
            "test_roles.py::test_a_role_permits_what_its_function_calls",
        ),
        _conditions_on_speaking,
    ),
    LeftOut(
        "parameters by path",
        "its IAM asks for GetParametersByPath on everything",
        ("test_roles.py::test_a_role_permits_what_its_function_calls",),
        _paths_of_parameters,
    ),
    LeftOut(
        "messages in batches",
        "its IAM asks for sqs:SendMessageBatch, which AWS does not know: there SendMessage permits both",
        ("test_roles.py::test_a_role_permits_what_its_function_calls",),
        _batches_of_messages,
    ),
    LeftOut(
        "groups of schedules",
        "its IAM looks for every schedule in the group `default`, whatever the call says",
        ("test_roles.py::test_a_role_permits_what_its_function_calls",),
        _groups_of_schedules,
    ),
)


def read(text: str) -> Template:
    """As CloudFormation spells it, tags and all."""
    template: Template = yaml.load(text, _Loader)  # a safe loader, with tags that only make mappings
    return template


class _Loader(yaml.SafeLoader):
    pass


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            assert isinstance(node, yaml.MappingNode), node
            value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    return {f"Fn::{suffix}": value.split(".", 1) if suffix == "GetAtt" and isinstance(value, str) else value}


_Loader.add_multi_constructor("!", _tagged)


def _statements(template: Template) -> Iterator[tuple[str, Statement]]:
    """Of all that a role may."""
    for name, document in _named_documents(template):
        for statement in list(document["Statement"]):
            yield f"{name}.{statement['Sid']}", statement


def _documents(template: Template) -> list[dict[str, Any]]:
    return [document for _, document in _named_documents(template)]


def _named_documents(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in template["Resources"].items():
        told = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::IAM::Role":
                yield from ((name, one["PolicyDocument"]) for one in told.get("Policies", ()))
            case "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy":
                yield name, told["PolicyDocument"]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]
