"""The template as it would be deployed: translated by SAM's own translator, every name filled in.

    template = deployed()                         with the defaults; deployed(Stage="production", ArchiveDays="0")
    template.all("AWS::SQS::Queue")               the properties of each, by logical id
    template["TaskRole"]                          the properties of one

What CloudFormation would work out is worked out here, with an account and a region that are nobody's. An ARN looks as it would; of
other attributes stands what was asked for: `Distribution.DomainName`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
TEMPLATE: Final = ROOT / "template.yaml"
TOOLS: Final = ROOT / ".tools"
ACCOUNT: Final = "123456789012"
REGION: Final = "eu-central-1"
PSEUDO: Final = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "murmur",
}
_NOTHING: Final = object()
_ARNS: Final = {
    "AWS::Lambda::Function": ("lambda:{region}:{account}:function:", "FunctionName"),
    "AWS::SQS::Queue": ("sqs:{region}:{account}:", "QueueName"),
    "AWS::Events::EventBus": ("events:{region}:{account}:event-bus/", "Name"),
    "AWS::Events::Rule": ("events:{region}:{account}:rule/murmur-{stage}/", "Name"),
    "AWS::DynamoDB::Table": ("dynamodb:{region}:{account}:table/", "TableName"),
    "AWS::S3::Bucket": ("s3:::", "BucketName"),
    "AWS::Logs::LogGroup": ("logs:{region}:{account}:log-group:", "LogGroupName"),
    "AWS::IAM::Role": ("iam::{account}:role/", ""),
    "AWS::Cognito::UserPool": ("cognito-idp:{region}:{account}:userpool/", ""),
}
_NAMES: Final = {kind: name for kind, (_, name) in _ARNS.items() if name} | {
    "AWS::Scheduler::ScheduleGroup": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
}


def run(tool: str, program: str, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A program of an environment of its own, without the network and with nobody's credentials."""
    path = TOOLS / tool / "bin" / program
    assert path.exists(), f"{path} is not there: run `make tools`"
    surroundings = {
        "PATH": f"{path.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": os.environ.get("HOME", "/"),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "knows",
        "SAM_CLI_TELEMETRY": "0",
        "CHECKOV_RUN_SCA_PACKAGE_SCAN": "false",
        "PYTHONWARNINGS": "ignore",
    }
    return subprocess.run(
        [str(path), *arguments], cwd=cwd, env=surroundings, capture_output=True, text=True, check=False
    )


@cache
def translation() -> str:
    """JSON, as CloudFormation would be given it."""
    done = run("translate", "python", "tests/support/tools/translate.py", str(TEMPLATE))
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Deployed:
    resources: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Any]
    parameters: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.resources[name].get("Properties", {})

    def all(self, kind: str) -> dict[str, Any]:
        return {name: self[name] for name, resource in self.resources.items() if resource["Type"] == kind}

    def arn(self, name: str) -> str:
        kind = self.resources[name]["Type"]
        begins, named = _ARNS[kind]
        own = self[name][named] if named else name
        stage = self.parameters["Stage"]
        return f"arn:aws:{begins.format(region=REGION, account=ACCOUNT, stage=stage)}{own}"

    def statements(self, role: str) -> Iterator[Mapping[str, Any]]:
        """All that a role may, its own and what is attached."""
        for policy in self[role].get("Policies", ()):
            yield from policy["PolicyDocument"]["Statement"]
        for policy in self.all("AWS::IAM::Policy").values():
            if role in policy["Roles"]:
                yield from policy["PolicyDocument"]["Statement"]


@cache
def _deployed(given: frozenset[tuple[str, str]]) -> Deployed:
    raw = json.loads(translation())
    parameters = {name: one.get("Default") for name, one in raw["Parameters"].items()} | dict(given)
    for name, one in raw["Parameters"].items():
        if one["Type"] == "CommaDelimitedList":
            parameters[name] = str(parameters[name]).split(",")
    return _Filled(raw, parameters).deployed()


def deployed(**parameters: str) -> Deployed:
    return _deployed(frozenset(parameters.items()))


class _Filled:
    def __init__(self, raw: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        self._raw = raw["Resources"]
        self._outputs = raw["Outputs"]
        self._conditions = raw["Conditions"]
        self._parameters = parameters

    def deployed(self) -> Deployed:
        resources = {
            name: self._value({key: one for key, one in resource.items() if key != "Metadata"})
            for name, resource in self._raw.items()
            if "Condition" not in resource or self._condition(resource["Condition"])
        }
        outputs = {name: self._value(one["Value"]) for name, one in self._outputs.items()}
        return Deployed(resources, outputs, self._parameters)

    def _condition(self, name: str) -> bool:
        return bool(self._value(self._conditions[name]))

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [one for one in map(self._value, value) if one is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, told)] = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._function(function, told)
        filled = {key: self._value(one) for key, one in value.items()}
        return {key: one for key, one in filled.items() if one is not _NOTHING}

    def _function(self, function: str, told: Any) -> Any:
        match function, told:
            case "Ref", name:
                return self._ref(name)
            case "Fn::GetAtt", [name, attribute]:
                return self._attribute(name, attribute)
            case "Fn::Sub", str(text):
                return self._sub(text, {})
            case "Fn::Sub", [text, names]:
                return self._sub(text, {name: self._value(one) for name, one in names.items()})
            case "Fn::Join", [between, parts]:
                return between.join(map(str, self._value(parts)))
            case "Fn::Split", [between, text]:
                return str(self._value(text)).split(between)
            case "Fn::If", [condition, then, otherwise]:
                return self._value(then if self._condition(condition) else otherwise)
            case "Fn::Equals", [left, right]:
                return str(self._value(left)) == str(self._value(right))
            case "Fn::Not", [of]:
                return not self._value(of)
            case _:
                raise AssertionError(f"{function} is not filled in here")

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self._parameters:
            return self._parameters[name]
        resource = self._raw[name]
        named = _NAMES.get(resource["Type"])
        return self._value(resource["Properties"][named]) if named in resource.get("Properties", {}) else name

    def _attribute(self, name: str, attribute: str) -> str:
        resource = self._raw[name]
        if attribute == "Arn" and resource["Type"] in _ARNS:
            begins, named = _ARNS[resource["Type"]]
            own = self._value(resource["Properties"][named]) if named else name
            where = begins.format(region=REGION, account=ACCOUNT, stage=self._parameters["Stage"])
            # A log group's ARN ends like this, its streams' begin so.
            return f"arn:aws:{where}{own}{':*' if resource['Type'] == 'AWS::Logs::LogGroup' else ''}"
        if attribute in resource.get("Properties", {}):
            return str(self._value(resource["Properties"][attribute]))
        return f"{name}.{attribute}"

    def _sub(self, text: str, names: Mapping[str, Any]) -> str:
        def filled(found: re.Match[str]) -> str:
            name = found[1]
            if name in names:
                return str(names[name])
            if "." in name:
                return self._attribute(*name.split(".", 1))
            return str(self._ref(name))

        return re.sub(r"\$\{([\w:.]+)\}", filled, text)
