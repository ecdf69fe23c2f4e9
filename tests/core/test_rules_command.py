"""`murmur rules FILE`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from murmuration.cli.rules import command

PIPELINE = """
project: media
pipeline: thumbnails
triggers:
  uploads: {s3: {bucket: uploads}}
tasks:
  validate: {function: work}
  resize: {function: resize}
edges:
  - {from: validate, to: resize, when: {width: [{wildcard: "*"}]}}
"""
PROJECT = """
project: media
buckets: {uploads: {name: acme-incoming}}
functions: {resize: {lambda: "arn:aws:lambda:eu-west-1:123456789012:function:resizer"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    (tmp_path / "project.yaml").write_text(PROJECT)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_a_table_for_people(folder: Path) -> None:
    answer = run(folder / "pipeline.yaml")
    assert answer.exit_code == 0
    assert '`validate` succeeded with output {"width": [{"wildcard": "*"}]}' in answer.stdout
    assert "an object was created in uploads (default bus)" in answer.stdout
    assert "Edge plan: naming the tasks takes 2 rules, of at most 40." in answer.stdout
    assert "4 of 300 rules on the bus: 2 of this pipeline's own, 2 shared. 1 of 30 wildcards." in answer.stdout


def test_one_form_at_a_time(folder: Path) -> None:
    assert run(folder / "pipeline.yaml", "--json", "--format", "cloudformation").exit_code == 2
    assert run(folder / "pipeline.yaml", "--json", "--format", "json").exit_code == 0


def test_json_for_programs(folder: Path) -> None:
    answer = run(folder / "pipeline.yaml", "--json", "--version", 7, "--project", folder / "project.yaml")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert (told["pipeline"], told["plan"]) == ("media/thumbnails@7", "edge")
    assert told["quota"] == {"rules": 5, "of": 300, "wildcards": 1, "of_wildcards": 30}
    rules = {rule["kind"]: rule for rule in told["rules"]}
    assert set(rules["a run of media/thumbnails@7 started"]) >= {"Bus", "Name", "EventPattern", "Targets"}
    upload = rules["an object was created in uploads"]
    assert upload["EventPattern"]["detail"]["bucket"]["name"] == ["acme-incoming"]
    assert "function:resizer" in json.dumps(told["rules"])


def test_a_template_for_cloudformation(folder: Path) -> None:
    answer = run(folder / "pipeline.yaml", "--format", "cloudformation", "--plan", "slot")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["Description"] == "The rules of media/thumbnails@1, slot plan"


def test_the_slot_plan_where_it_is_asked_for(folder: Path) -> None:
    answer = run(folder / "pipeline.yaml", "--plan", "slot")
    assert "Slot plan: it was asked for." in answer.stdout
    assert "any outcome with a rest of 4 for mm-task" in answer.stdout


def test_a_pipeline_of_shared_rules_alone(folder: Path) -> None:
    (folder / "lone.yaml").write_text("{project: p, pipeline: x, tasks: {a: {function: f}}}")
    answer = run(folder / "lone.yaml", "--plan", "slot")
    assert answer.stdout.startswith("Shared by all pipelines of the bus")


def test_what_does_not_fit_is_told(folder: Path) -> None:
    conditions = "".join(f"  - {{from: a, to: b, when: {{n: [{{wildcard: '*{n}'}}]}}}}\n" for n in range(31))
    (folder / "wild.yaml").write_text(
        f"project: p\npipeline: x\ntasks: {{a: {{function: f}}, b: {{function: f, join: any}}}}\nedges:\n{conditions}"
    )
    answer = run(folder / "wild.yaml")
    assert answer.exit_code == 1
    assert "31 rules with a wildcard and may have 30" in answer.stderr
    assert "Write prefix or suffix" in answer.stderr
    told = json.loads(run(folder / "wild.yaml", "--json").stdout)
    assert [problem["code"] for problem in told["problems"]] == ["aws-limit"]


def test_mistakes_end_it(folder: Path) -> None:
    (folder / "wrong.yaml").write_text(PIPELINE.replace("to: resize", "to: resise"))
    answer = run(folder / "wrong.yaml")
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "wrong.yaml:10:26: error [unknown-task]" in answer.stderr
    assert "resize" in answer.stderr


@pytest.mark.parametrize("file", ["nosuch.yaml", "."])
def test_what_cannot_be_read_is_said(folder: Path, file: str) -> None:
    answer = run(folder / file)
    assert answer.exit_code == 2
    assert "[unreadable]" in answer.stderr


def test_a_project_alone_has_no_rules(folder: Path) -> None:
    answer = run(folder / "project.yaml")
    assert answer.exit_code == 2
    assert "this is a project" in answer.stderr
