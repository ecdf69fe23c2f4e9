"""What deploy does to AWS, step by step, and the verb as a whole with a `sam` that only writes down what it is asked."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner
from support.account import IDENTITY, Account, account
from support.aws import ACCOUNT, REGION, STAGE
from support.wheels import wheel

from murmuration.aws.build.target import Target, here
from murmuration.aws.bundles import Bundles, Manifest, manifest_key
from murmuration.aws.credentials import Identity
from murmuration.aws.deploy import buckets, designer
from murmuration.aws.deploy.functions import Shelves, upload
from murmuration.aws.deploy.libraries import NotPinned, bundle, lines_of
from murmuration.aws.deploy.sam import BUILT, NoSam, NoTemplate, SamFailed, Wanted, find
from murmuration.aws.deploy.stack import deployed, named
from murmuration.aws.environment import NotDeployed
from murmuration.cli.main import main
from murmuration.functions.folder import discover
from murmuration.memory import ManualClock
from schemas.pipeline import Pipeline
from schemas.project import Project

RECORDER = """#!{python}
import json, os, sys
with open({told!r}, "a") as file:
    file.write(json.dumps([sys.argv[1:], os.getcwd(), {{name: os.environ.get(name) for name in ("MURMUR_ARCHITECTURE", "MURMUR_PYTHON")}}]) + "\\n")
sys.exit({code})
"""


@pytest.fixture
def there() -> Iterator[Account]:
    with account() as made:
        yield made


class Sams:
    """A sam on the PATH, and what it was asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int = 0) -> None:
        self.told = folder / "told.jsonl"
        self.root = folder / "checkout"
        self.root.mkdir()
        (self.root / "template.yaml").write_text("Resources: {}")
        program = folder / "bin" / "sam"
        program.parent.mkdir()
        program.write_text(RECORDER.format(python=sys.executable, told=str(self.told), code=code))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)

    def asked(self) -> list[tuple[list[str], str, dict[str, str]]]:
        return [tuple(json.loads(line)) for line in self.told.read_text().splitlines()]


def parameters(arguments: list[str]) -> dict[str, str]:
    found = (
        one.removeprefix("ParameterKey=").split(",ParameterValue=")
        for one in arguments
        if one.startswith("ParameterKey=")
    )
    return dict(found)  # type: ignore[arg-type]  # pairs


# -- sam


def test_sam_builds_in_the_tree_for_the_target_and_deploys_what_it_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sams = Sams(tmp_path, monkeypatch)
    sam = find(sams.root)
    sam.build(Target("x86_64", "3.12"))
    sam.deploy(Wanted("murmur-dev", {"Stage": "dev", "Buckets": '{"in": "a b"}'}, "eu-west-1", {"team": "ops"}))
    (build, folder, surroundings), (deploy, _, _) = sams.asked()
    assert build[0] == "build"
    assert "--build-in-source" in build
    assert folder == str(sams.root)
    assert surroundings == {"MURMUR_ARCHITECTURE": "x86_64", "MURMUR_PYTHON": "3.12"}
    assert parameters(build) == {"Architecture": "x86_64", "PythonVersion": "3.12"}
    assert deploy[:3] == ["deploy", "--template-file", BUILT]
    assert {"--resolve-s3", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "CAPABILITY_NAMED_IAM"} <= set(
        deploy
    )
    assert parameters(deploy) == {"Stage": "dev", "Buckets": '"{\\"in\\": \\"a b\\"}"'}
    assert deploy[-2:] == ["--tags", "team=ops"]


def test_without_sam_it_is_said_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sams = Sams(tmp_path, monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSam) as told:
        find(sams.root)
    assert "make tools" in told.value.advice
    with pytest.raises(NoTemplate, match=r"template\.yaml"):
        find(tmp_path)


def test_the_makefiles_own_sam_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sams = Sams(tmp_path, monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    own = sams.root / ".tools" / "sam" / "bin" / "sam"
    own.parent.mkdir(parents=True)
    own.write_text("")
    own.chmod(0o755)
    assert find(sams.root).program == str(own)


def test_a_sam_that_fails_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sams = Sams(tmp_path, monkeypatch, code=3)
    with pytest.raises(SamFailed, match="sam build ended with 3"):
        find(sams.root).build(Target())


# -- what is deployed


def test_a_command_sees_what_the_functions_see(there: Account) -> None:
    found = deployed(there.clients, STAGE)
    ours = there.stage.cloud.environment
    assert (found.environment.table, found.environment.buckets) == (ours.table, ours.buckets)
    assert found.outputs["Url"].startswith("https://")
    by_name = named(STAGE, IDENTITY)
    assert (by_name.artifacts, by_name.prefix, by_name.partition) == (ours.artifacts, ours.prefix, "aws")
    there.stack = None
    with pytest.raises(NotDeployed, match="murmur-test"):
        deployed(there.clients, STAGE)


def test_in_china_arns_begin_otherwise() -> None:
    parts = named("dev", Identity("1", "cn-north-1", "arn:aws-cn:iam::1:user/li"))
    assert parts.surroundings.task_function.arn.startswith("arn:aws-cn:lambda:cn-north-1:1:")


# -- buckets


def test_buckets_are_those_that_pipelines_and_projects_name() -> None:
    pipeline = Pipeline.read(
        {
            "project": "media",
            "pipeline": "thumbnails",
            "triggers": {"up": {"s3": {"bucket": "uploads"}}},
            "tasks": {
                "copy": {
                    "action": "s3.copy",
                    "with": {"from": {"bucket": "uploads", "key": "a"}, "to": {"bucket": "kept", "key": "a"}},
                },
                "read": {"action": "s3.read", "with": {"bucket": "${input.bucket}", "key": "a"}},
                "free": {"action": "transform", "with": {"data": {"bucket": "none"}, "expression": "@"}},
            },
        }
    )
    project = Project.read({"project": "media", "buckets": {"sales": {"name": "acme-sales"}, "more": {}}})
    assert buckets.wanted([pipeline], [project]) == ("uploads", "kept", "sales", "more")
    assert buckets.real_names([project]) == {"sales": "acme-sales"}


def test_a_bucket_of_ours_is_closed_and_heard_however_often_it_is_made(there: Account) -> None:
    parts, s3 = named(STAGE, IDENTITY), there.clients.s3
    made, again = buckets.make(there.clients, parts, "stock"), buckets.make(there.clients, parts, "stock")
    assert (made.made, again.made) == (True, False)
    assert made.name == f"murmur-{STAGE}-stock-{ACCOUNT}"
    assert all(s3.get_public_access_block(Bucket=made.name)["PublicAccessBlockConfiguration"].values())
    [statement] = json.loads(s3.get_bucket_policy(Bucket=made.name)["Policy"])["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert not buckets.hear(there.clients, made.name), "it was heard already"
    assert buckets.ours(there.clients, parts) == [made.name]


def test_a_bucket_of_ones_own_keeps_what_else_it_tells(there: Account) -> None:
    parts, s3 = named(STAGE, IDENTITY), there.clients.s3
    s3.create_bucket(Bucket="acme", CreateBucketConfiguration={"LocationConstraint": REGION})
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:murmur-{STAGE}-failed"
    told = {"QueueConfigurations": [{"QueueArn": queue, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket="acme", NotificationConfiguration=told)
    [real] = buckets.named(there.clients, parts, {"sales": "acme"})
    assert (real.logical, real.name) == ("sales", "acme")
    kept = s3.get_bucket_notification_configuration(Bucket="acme")
    assert kept["QueueConfigurations"][0]["QueueArn"] == queue
    assert "EventBridgeConfiguration" in kept
    assert buckets.ours(there.clients, parts) == []


def test_a_bucket_that_is_elsewhere_or_nowhere_is_refused(there: Account) -> None:
    parts = named(STAGE, IDENTITY)
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": "knows"}
    far = boto3.client("s3", region_name="ap-south-1", **keys)
    far.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": "ap-south-1"})
    with pytest.raises(buckets.NoBucket, match="ap-south-1"):
        buckets.named(there.clients, parts, {"sales": "far"})
    with pytest.raises(buckets.NoBucket, match="no bucket nowhere"):
        buckets.named(there.clients, parts, {"sales": "nowhere"})


# -- functions and their libraries


@pytest.mark.parametrize("line", ["pillow", "pillow>=13", "pillow==13.*", "git+https://example.org/x", "-r other.txt"])
def test_a_library_without_a_version_is_refused_by_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"# these\nsix==1.17.0  # ours\n{line}\n")
    with pytest.raises(NotPinned, match="line 3") as told:
        lines_of(tmp_path / "requirements.txt", "functions/a/requirements.txt")
    assert told.value.where == "functions/a/requirements.txt"


def test_lines_are_as_pip_reads_them(tmp_path: Path) -> None:
    text = "six == 1.17.0\nboto3[crt]==1.44.5 ; python_version > '3'\nx==1 \\\n    --hash=sha256:aa\n"
    (tmp_path / "requirements.txt").write_text(text)
    found = lines_of(tmp_path / "requirements.txt", "")
    assert found == ("six == 1.17.0", "boto3[crt]==1.44.5 ; python_version > '3'", "x==1 --hash=sha256:aa")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip's only one: a folder."""
    folder = tmp_path / "index"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    wheel(
        folder, "greetings", {"greetings.py": "def text(name):\n    return f'Hello, {name}'\n", "tests/test_it.py": ""}
    )
    return folder


@pytest.mark.usefixtures("index")
def test_functions_run_from_what_was_uploaded_and_go_up_once(there: Account, tmp_path: Path) -> None:
    folder = tmp_path / "functions" / "greet"
    folder.mkdir(parents=True)
    (folder / "handler.py").write_text(
        "import greetings\n\n\ndef handler(event, context):\n    return greetings.text(event)\n"
    )
    (folder / "requirements.txt").write_text("greetings==1.0\n")
    bucket = there.stage.cloud.environment.artifacts
    shelves = Shelves(there.clients, bucket, here(), tmp_path / "kept")
    [first] = upload(shelves, "media", discover(tmp_path))
    [again] = upload(shelves, "media", discover(tmp_path))
    assert first.sent > 0
    assert first.libraries
    assert again.sent == 0
    ran = Bundles(there.clients, bucket, ManualClock(), tmp_path / "disk").handler("media", "greet")
    assert ran("Ada", None) == "Hello, Ada"  # type: ignore[arg-type]  # it asks nothing of its context


def test_libraries_are_made_once_for_the_same_lines_and_target(tmp_path: Path, index: Path) -> None:
    made = bundle(("greetings==1.0",), here(), tmp_path / "kept", "")
    (index / "greetings-1.0-py3-none-any.whl").unlink()
    assert bundle(("greetings==1.0",), here(), tmp_path / "kept", "") == made
    with pytest.raises(Exception, match="no wheels"):
        bundle(("greetings==1.0",), Target("arm64", "3.13"), tmp_path / "kept", "")


def test_a_function_that_is_gone_is_in_the_manifest_no_more(there: Account, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "functions" / name).mkdir(parents=True)
        (tmp_path / "functions" / name / "handler.py").write_text("def handler(event, context): ...\n")
    bucket = there.stage.cloud.environment.artifacts
    shelves = Shelves(there.clients, bucket, here(), tmp_path / "kept")
    found = discover(tmp_path)
    upload(shelves, "media", found)
    upload(shelves, "media", {"a": found["a"]})
    told = there.clients.s3.get_object(Bucket=bucket, Key=manifest_key("media"))["Body"].read()
    manifest = Manifest.model_validate_json(told)
    assert set(manifest.functions) == {"a"}


# -- the designer


def test_the_designers_page_goes_last_and_is_asked_for_anew(there: Account, tmp_path: Path) -> None:
    assert designer.upload(there.clients, tmp_path, "any") == 0
    built = tmp_path / "designer" / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<html>")
    (built / "assets" / "app-1f.js").write_text("x")
    bucket = f"murmur-{STAGE}-designer-{ACCOUNT}"
    assert [file.name for file in designer.files_of(tmp_path)][-1] == "index.html"
    assert designer.upload(there.clients, tmp_path, bucket) == 2
    page = there.clients.s3.head_object(Bucket=bucket, Key="index.html")
    script = there.clients.s3.head_object(Bucket=bucket, Key="assets/app-1f.js")
    assert (page["ContentType"], page["CacheControl"]) == ("text/html", "no-cache")
    assert "immutable" in script["CacheControl"]


# -- the verb


PIPELINE = """
project: media
pipeline: hello
deadline: 10m
triggers: {{stock: {{s3: {{bucket: stock}}}}}}
tasks:
  greet: {{function: greet, timeout: 30s, with: {{name: "{name}"}}}}
  keep: {{action: s3.write, timeout: 30s, with: {{bucket: sales, key: a.txt, data: "${{tasks.greet.output}}"}}}}
edges: [{{from: greet, to: keep}}]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    (root / "functions" / "greet").mkdir(parents=True)
    (root / "functions" / "greet" / "handler.py").write_text("def handler(event, context):\n    return 'hello'\n")
    (root / "pipelines").mkdir()
    (root / "pipelines" / "hello.yaml").write_text(PIPELINE.format(name="you"))
    project = "project: media\nbuckets: {sales: {name: acme-sales}, stock: {}}\nvariables: {tone: calm}\nsecrets: [key, other]\n"
    (root / "project.yaml").write_text(project)
    (root / "secrets.env").write_text("key=hush-hush\n")
    return root


def murmur(there: Account, monkeypatch: pytest.MonkeyPatch, *arguments: str, input: str | None = None) -> Any:
    monkeypatch.setattr("murmuration.cli.targets.aws_clients", lambda: there.clients)
    return CliRunner().invoke(main, list(arguments), input=input)


def test_one_command_deploys_all_of_a_workspace(
    there: Account, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sams = Sams(tmp_path, monkeypatch)
    there.clients.s3.create_bucket(Bucket="acme-sales", CreateBucketConfiguration={"LocationConstraint": REGION})
    asks = ["deploy", "--stage", STAGE, "--source", str(sams.root), "-C", str(workspace), "--python", "3.99"]
    asks += ["--admin", "ada@example.org", "--tag", "team=ops", "--parameter", "ArchiveDays=0"]
    told = murmur(there, monkeypatch, *asks)
    assert told.exit_code == 0, told.output
    _, (deploy, _, _) = sams.asked()
    given = parameters(deploy)
    ours = f"murmur-{STAGE}-stock-{ACCOUNT}"
    assert given["Stage"] == STAGE
    assert given["AdminEmail"] == "ada@example.org"
    assert given["ArchiveDays"] == "0"
    assert given["Buckets"] == '"{\\"sales\\":\\"acme-sales\\"}"'
    assert given["BucketArns"] == f'"arn:aws:s3:::acme-sales,arn:aws:s3:::{ours}"'
    assert there.stage.standings() == {"media/hello": {"active": 1, "versions": {"1": "live"}}}
    parameter = there.clients.ssm.get_parameter(Name=f"/murmur-{STAGE}/media/secrets/key", WithDecryption=True)[
        "Parameter"
    ]
    assert (parameter["Value"], parameter["Type"]) == ("hush-hush", "SecureString")
    assert "hush-hush" not in told.output
    assert "secrets without a value: other" in told.output
    assert "no Python 3.99 is here to compile with" in told.output
    assert "function greet" in told.output
    assert "https://d1.cloudfront.net" in told.output
    again = murmur(there, monkeypatch, *asks)
    assert again.exit_code == 0, again.output
    assert "as it was" in again.output
    assert "is live already" in again.output


def test_a_mistake_in_a_pipeline_is_told_before_anything_is_deployed(
    there: Account, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sams = Sams(tmp_path, monkeypatch)
    (workspace / "pipelines" / "hello.yaml").write_text(PIPELINE.format(name="${tasks.nobody.output}"))
    told = murmur(there, monkeypatch, "deploy", "--stage", STAGE, "--source", str(sams.root), "-C", str(workspace))
    assert told.exit_code == 1
    assert "nobody" in told.output
    assert not sams.told.exists()


def test_a_pair_that_is_none_is_refused(there: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = murmur(there, monkeypatch, "deploy", "--stage", STAGE, "--bucket", "sales")
    assert told.exit_code == 2
    assert "--bucket name=value" in told.output
