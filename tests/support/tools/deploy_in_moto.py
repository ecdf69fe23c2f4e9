"""Run by `.tools/translate`: a translated template in, what moto has made of it out, as JSON.

What moto does not know it would leave out in silence, and then stumble over whoever refers to it. So that is taken out first, and said.
"""

import io
import json
import os
import re
import sys
import warnings
import zipfile
from pathlib import Path

os.environ |= {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "knows", "AWS_DEFAULT_REGION": "eu-central-1"}

import boto3
from moto import mock_aws
from moto.cloudformation.parsing import get_model_map

STACK = "murmur-dev"


def main() -> None:
    template = json.loads(Path(sys.argv[1]).read_text())
    resources, known = template["Resources"], get_model_map()
    unknown = {name for name, resource in resources.items() if resource["Type"] not in known}
    types = sorted({resources[name]["Type"] for name in unknown})
    for name in unknown:
        del resources[name]
    template = named(template, unknown)
    # moto takes the pattern as text only.
    archive = template["Resources"]["Archive"]["Properties"]
    archive["EventPattern"] = json.dumps(archive["EventPattern"])
    with mock_aws(), warnings.catch_warnings():
        warnings.simplefilter("error")
        print(json.dumps({"unknown": types, **deployed(template)}, default=str))


def named(value, unknown):
    """Who refers to what is not there is given its name."""
    if isinstance(value, dict):
        if value.get("Ref") in unknown:
            return value["Ref"]
        if "Fn::GetAtt" in value and value["Fn::GetAtt"][0] in unknown:
            return ".".join(value["Fn::GetAtt"])
        if isinstance(value.get("Fn::Sub"), str):
            text = re.sub(
                r"\$\{(\w+)(\.\w+)?\}", lambda m: m[0] if m[1] not in unknown else m[0][2:-1], value["Fn::Sub"]
            )
            return {"Fn::Sub": text}
        return {key: named(one, unknown) for key, one in value.items() if key != "DependsOn" or one not in unknown}
    return [named(one, unknown) for one in value] if isinstance(value, list) else value


def deployed(template):
    s3, cloudformation = boto3.client("s3"), boto3.client("cloudformation")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    package = io.BytesIO()
    zipfile.ZipFile(package, "w").writestr("handlers/entry.py", "")
    s3.put_object(Bucket="bucket", Key="key", Body=package.getvalue())
    s3.put_object(Bucket="bucket", Key="template", Body=json.dumps(template))
    cloudformation.create_stack(
        StackName=STACK, TemplateURL="https://bucket.s3.amazonaws.com/template", Capabilities=["CAPABILITY_IAM"]
    )
    [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    made = cloudformation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    functions = boto3.client("lambda").list_functions()["Functions"]
    events = boto3.client("events")
    bus = [one["Name"] for one in events.list_event_buses()["EventBuses"] if one["Name"] != "default"]
    rules = events.list_rules(EventBusName=bus[0])["Rules"]
    return {
        "status": stack["StackStatus"],
        "made": {one["LogicalResourceId"]: one["ResourceType"] for one in made if one["LogicalResourceId"]},
        "outputs": {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]},
        "environment": functions[0]["Environment"]["Variables"],
        "functions": sorted(one["FunctionName"] for one in functions),
        "bus": bus,
        "rules": {
            rule["Name"]: events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus[0])["Targets"]
            for rule in rules
        },
        "queues": sorted(url.rpartition("/")[2] for url in boto3.client("sqs").list_queues()["QueueUrls"]),
        "table": boto3.client("dynamodb").describe_table(TableName=STACK)["Table"],
        "sources": [
            {name: one.get(name) for name in ("EventSourceArn", "BatchSize", "FunctionResponseTypes", "ScalingConfig")}
            for one in boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        ],
    }


if __name__ == "__main__":
    main()
