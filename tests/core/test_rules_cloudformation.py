"""The plan as a CloudFormation template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from support.drawing import drawn

from events.rules import Choice, Surroundings, compile_rules, render_all
from events.rules.cloudformation import template
from schemas.pipeline import Memory

OWN = "arn:aws:lambda:eu-west-1:123456789012:function:resize-image"
SURROUNDINGS = Surroundings(memory_functions={Memory.HUGE: "mm-task-huge", Memory.SMALL: "mm-task"})


def references(value: object) -> Iterator[str]:
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from (name for name in re.findall(r"\$\{([^}]+)\}", text) if not name.startswith("AWS::"))
        case dict():
            for one in value.values():
                yield from references(one)
        case list():
            for one in value:
                yield from references(one)
        case _:
            pass


def test_rules_stand_in_it_as_they_would_be_put() -> None:
    version = drawn("a>b", {"from": "a", "to": "c", "when": {"n": [1]}})
    plan = compile_rules(version)
    rules = {
        str(resource["Properties"]["Name"]): resource
        for resource in template(plan, SURROUNDINGS)["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule"
    }
    for rendered in render_all(plan.all, SURROUNDINGS):
        resource = rules[str(rendered["Name"])]
        told = resource["Properties"]
        assert told["EventPattern"] == rendered["EventPattern"]
        assert [target["Id"] for target in told["Targets"]] == [target["Id"] for target in rendered["Targets"]]
        assert told["State"] == "ENABLED"
    assert len(rules) == len(plan.all)


def test_logical_names_are_letters_and_digits() -> None:
    names = template(compile_rules(drawn("a-b>c_d")), SURROUNDINGS)["Resources"]
    assert all(re.fullmatch(r"[A-Za-z0-9]{1,255}", name) for name in names)


def test_what_differs_between_accounts_is_a_parameter() -> None:
    version = drawn(
        "a>b",
        functions={"own": {"lambda": OWN}},
        tasks={"b": {"function": "own"}, "c": {"function": "work", "memory": "huge"}},
        triggers={"uploads": {"s3": {"bucket": "user-uploads"}}},
    )
    made = template(compile_rules(version, surroundings=SURROUNDINGS), SURROUNDINGS)
    assert set(made["Parameters"]) == {
        "BusName",
        "SharedRules",
        "TaskFunctionArn",
        "HugeTaskFunctionArn",
        "StartFunctionArn",
        "DeadLetterQueueArn",
        "ProjectorQueueArn",
        "UserUploadsBucketName",
    }
    assert set(references(made)) == set(made["Parameters"])
    assert "000000000000" not in str(made["Resources"])
    assert OWN in str(made["Resources"])


def test_no_parameter_that_leads_nowhere() -> None:
    made = template(compile_rules(drawn("a")), Surroundings())
    assert set(references(made)) == set(made["Parameters"])


def test_shared_rules_may_be_left_out() -> None:
    plan = compile_rules(drawn("a>b"), choice=Choice.SLOT)
    resources = template(plan, SURROUNDINGS)["Resources"]
    assert {name for name, resource in resources.items() if resource.get("Condition") == "WithSharedRules"} == {
        name for name in resources if name.startswith("BusRule")
    }
    assert sum(name.startswith("BusRule") for name in resources) == len(plan.shared)


def test_every_lambda_may_be_invoked_by_the_rules_of_its_bus() -> None:
    version = drawn("a", triggers={"up": {"s3": {"bucket": "uploads"}}, "orders": {"event": {"source": ["shop"]}}})
    resources = template(compile_rules(version), Surroundings())["Resources"]
    permitted = {
        (
            resource["Properties"]["FunctionName"]["Ref"],
            resource["Properties"]["SourceArn"]["Fn::Sub"].partition(":rule/")[2],
        )
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::Permission"
    }
    assert permitted == {
        ("TaskFunctionArn", "${BusName}/mm-*"),
        ("StartFunctionArn", "${BusName}/mm-*"),
        ("StartFunctionArn", "mm-*"),
    }


def test_where_it_is_known_what_is_deployed_its_names_are_given_and_what_it_has_is_left_out() -> None:
    version = drawn("a>b", functions={"own": {"lambda": OWN}}, tasks={"b": {"function": "own"}})
    made = template(compile_rules(version, surroundings=SURROUNDINGS), SURROUNDINGS, deployed=True)
    assert all("Default" in parameter for parameter in made["Parameters"].values())
    assert made["Parameters"]["TaskFunctionArn"]["Default"] == SURROUNDINGS.task_function.arn
    assert made["Parameters"]["SharedRules"]["Default"] == "false"
    permissions = [one for one in made["Resources"].values() if one["Type"] == "AWS::Lambda::Permission"]
    assert [one["Properties"]["FunctionName"] for one in permissions] == [OWN]
