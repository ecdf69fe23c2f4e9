"""A stack that stands: deployed by `murmur deploy` into the simulator, with the examples in it, and some pipelines more for what
the examples do not do (`probes/`).

    with standing(folder) as here:
        run = here.ask("examples/arithmetic", {}, "request-1")
        here.ended(run)                         its events, once it has ended
        here.until(lambda: ..., "what is waited for")
        here.emit("shop", "order.booked", {...})        as somebody of the account who is none of ours
        here.logs()                             what functions printed

Nothing here counts seconds: it waits for what is to come, for as long as a very slow machine may take.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Final

import boto3
import botocore.session
from support.both import workspace_of_examples
from support.deployed.simulator import ACCOUNT, CERTIFICATE, PATIENCE, REGION, ROOT, ROOT_USER, Simulator, simulator
from support.deployed.source import sam_on_the_path, snapshot

from events.event import Event
from murmuration.aws.build.target import here as of_host
from murmuration.aws.clients import Clients
from murmuration.aws.deploy.stack import deployed
from murmuration.aws.listing import AwsListing
from murmuration.aws.stack import Stack
from murmuration.memory import MemoryObserver
from murmuration.workspace import Workspace
from schemas.model import JsonObject
from schemas.outcome import TaskError
from schemas.pipeline import Pipeline

STAGE: Final = "dev"
PREFIX: Final = f"murmur-{STAGE}"
PROBES: Final = Path(__file__).parent / "probes"
LIBRARIES: Final = ROOT / ".tools" / "libraries"
_MURMUR: Final = "from murmuration.cli.main import main; main()"
_LINES: Final = 200


@dataclass
class Standing:
    aws: Simulator
    source: Path
    """The tree that is deployed."""
    programs: Path
    workspace: Workspace
    told: str = ""
    """What `murmur deploy` printed."""
    destroyed: bool = False

    @cached_property
    def clients(self) -> Clients:
        core = botocore.session.get_session()
        core.set_config_variable("ca_bundle", str(CERTIFICATE))
        names = (ROOT_USER["AWS_ACCESS_KEY_ID"], ROOT_USER["AWS_SECRET_ACCESS_KEY"])
        core.set_credentials(*names)
        return Clients(boto3.Session(botocore_session=core, region_name=REGION), self.aws.endpoint)

    @cached_property
    def stack(self) -> Stack:
        """Its parts as the account's root sees them: to look at things."""
        environment = deployed(self.clients, STAGE).environment
        return Stack(environment, self.clients, MemoryObserver(), folder=self.aws.folder / "looking")

    def client(self, service: str) -> Any:
        return self.aws.client(service)

    # what people and programs do

    def murmur(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command, as people call it."""
        path = f"{self.programs}{os.pathsep}{self.aws.variables['PATH']}"
        target = of_host()
        wheels = ROOT / ".tools" / "wheels" / f"{target.architecture}-{target.python}"
        told = {**self.aws.variables, "PATH": path, "MURMUR_WHEELS": str(wheels), "PYTHONPATH": str(self.source)}
        return subprocess.run(
            [sys.executable, "-P", "-c", _MURMUR, *arguments],
            env=told,
            cwd=self.workspace.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def call(self, function: str, payload: JsonObject) -> Any:
        """A function, and what it answers."""
        answer = self.client("lambda").invoke(FunctionName=f"{PREFIX}-{function}", Payload=json.dumps(payload))
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, f"{function} died: {body}\n{self.recent()}"
        return body

    def ask(self, pipeline: str, input_: Any, request: str) -> str:
        told = self.call("start", {"asked": {"pipeline": pipeline, "request": request, "input": input_}})
        assert "run" in told, told
        return str(told["run"])

    def emit(self, source: str, type_: str, detail: JsonObject) -> None:
        entry = {"Source": source, "DetailType": type_, "Detail": json.dumps(detail), "EventBusName": PREFIX}
        answer = self.aws.client("events", self.somebody).put_events(Entries=[entry])
        assert not answer["FailedEntryCount"], answer

    @cached_property
    def somebody(self) -> boto3.Session:
        """In the account, none of ours: may put events on our bus."""
        return self.aws.session(self.role("shop", "events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/*"))

    def role(self, name: str, action: str, resource: str) -> str:
        iam = self.client("iam")
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        may = {"Effect": "Allow", "Action": action, "Resource": resource}
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=_policy(may))
        return str(made["Role"]["Arn"])

    def role_of(self, function: str) -> str:
        """`Task`: as the template calls it."""
        asks = {"StackName": PREFIX, "LogicalResourceId": f"{function}Role"}
        told = self.client("cloudformation").describe_stack_resource(**asks)["StackResourceDetail"]
        return f"arn:aws:iam::{ACCOUNT}:role/{told['PhysicalResourceId']}"

    def real(self, bucket: str) -> str:
        return self.stack.environment.surroundings.bucket(bucket)

    def put(self, bucket: str, key: str, content: bytes) -> None:
        kind = guess_type(key)[0] or "binary/octet-stream"
        self.clients.s3.put_object(Bucket=self.real(bucket), Key=key, Body=content, ContentType=kind)

    def get(self, bucket: str, key: str) -> bytes:
        content: bytes = self.clients.s3.get_object(Bucket=self.real(bucket), Key=key)["Body"].read()
        return content

    # what then is so

    def until(self, come: Callable[[], Any], what: str) -> Any:
        """What `come` gives, once it is something."""
        ends = time.monotonic() + PATIENCE
        while True:
            found = come()
            if found:
                return found
            assert time.monotonic() < ends, f"it did not come: {what}\n{self.recent()}"
            time.sleep(0.2)

    def ended(self, run: str) -> Sequence[Event]:
        """All that was said of it: the end is the last that is noted of a run, but not the last that the view hears."""
        self.until(lambda: (record := self.stack.ports.ledger.run(run)) and record.end, f"the end of {run}")
        return self.events(run)

    def events(self, run: str) -> Sequence[Event]:
        return self.stack.ports.view.events(run)

    def end(self, run: str) -> str | None:
        record = self.stack.ports.ledger.run(run)
        assert record is not None, f"there is no run {run}"
        return None if record.end is None else record.end.value

    def error(self, run: str, task: str) -> TaskError:
        record = self.stack.ports.ledger.task(run, task)
        assert record is not None, f"{task} has no record"
        assert record.outcome is not None, f"{task} has no outcome"
        assert record.outcome.error is not None, record.outcome
        return record.outcome.error

    def pipeline(self, run: str) -> Pipeline:
        """The version that it is a run of."""
        record = self.stack.ports.ledger.run(run)
        assert record is not None, f"there is no run {run}"
        published = self.stack.catalog.version(record.reference)
        assert published is not None, f"there is no {record.reference}"
        return published.version.pipeline

    def runs(self, pipeline: str) -> set[str]:
        return {one.id for one in AwsListing(self.stack.table).runs(pipeline)}

    def started(self, pipeline: str, before: set[str]) -> str:
        """The one run that is new."""
        [run] = self.until(lambda: self.runs(pipeline) - before, f"a run of {pipeline}")
        return str(run)

    def logs(self) -> dict[str, list[str]]:
        """By the log group."""
        client, found = self.client("logs"), dict[str, list[str]]()
        for group in client.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{PREFIX}")["logGroups"]:
            name = group["logGroupName"]
            pages = client.get_paginator("filter_log_events").paginate(logGroupName=name)
            found[name] = [line["message"] for page in pages for line in page["events"]]
        return found

    def recent(self) -> str:
        """For whoever must find out why a test failed."""
        told = [f"{group}:\n" + "\n".join(lines[-_LINES:]) for group, lines in self.logs().items() if lines]
        return "\n\n".join([*told, f"MiniStack:\n{self.aws.log.read_text()[-8000:]}"])


@contextmanager
def standing(folder: Path) -> Iterator[Standing]:
    target = of_host()
    source = snapshot(target)
    programs = sam_on_the_path(folder / "bin")
    (folder / "aws").mkdir()
    with simulator(folder / "aws") as aws:
        made = Standing(aws, source, programs, workspace(folder / "workspace"))
        options = ["--stage", STAGE, "--source", str(source), "--parameter", "ArchiveDays=0"]
        machine = ["--architecture", target.architecture, "--python", target.python]
        done = made.murmur("deploy", *options, *machine)
        made.told = done.stdout
        assert done.returncode == 0, f"{done.stdout[-20000:]}\n{aws.log.read_text()[-5000:]}"
        _fill(made)
        yield made


def workspace(root: Path) -> Workspace:
    made = workspace_of_examples(root)
    for part in ("pipelines", "functions"):
        shutil.copytree(PROBES / part, root / part, dirs_exist_ok=True)
    # Libraries of functions are made once.
    LIBRARIES.mkdir(parents=True, exist_ok=True)
    made.state.mkdir()
    (made.state / "libraries").symlink_to(LIBRARIES)
    return made


def _fill(here: Standing) -> None:
    """What the workspace's folders hold, the buckets hold."""
    for file in sorted(here.workspace.buckets.glob("*/*.*")):
        if file.name != ".gitkeep":
            here.put(file.parent.name, file.name, file.read_bytes())


def _policy(statement: JsonObject) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
