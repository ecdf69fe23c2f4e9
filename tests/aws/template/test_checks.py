"""What AWS's own tools and two scanners say of the template, and of what SAM makes of it. What is passed over is told in the
template, each with its reason, and nothing is passed over that would pass."""

from __future__ import annotations

import json
import re
from pathlib import Path

from support.template import TEMPLATE, run, translation

SERVERLESS = "cfn_lint_serverless.rules"
IN_SAMS_FORM = "ES1007"
"""There the failure destination stands in the function; the rule looks for a resource. It holds for the translation."""


def passed_over(tool: str) -> set[str]:
    """By the `Metadata` of the template."""
    text = TEMPLATE.read_text()
    section = text[text.index(f"\n  {tool}:\n") + 1 :]
    body = section.splitlines()[1:]
    end = next(at for at, line in enumerate(body) if not line.startswith("    "))
    return {
        found for line in body[:end] for found in re.findall(r"^ +(?:- )?([A-Z]+_?[A-Z0-9_]*\d+)(?: #|:) .{20,}", line)
    }


def test_sam_takes_it_and_its_linter_finds_nothing() -> None:
    done = run("sam", "sam", "validate", "--lint", "--template", str(TEMPLATE))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is a valid SAM Template" in done.stdout


def test_the_linter_finds_what_is_passed_over_and_nothing_else(tmp_path: Path) -> None:
    """Also in what SAM makes of it: some mistakes show only there, an action that no service has, say."""
    raw = json.loads(translation())
    # Without a single suppression, so that it tells both.
    del raw["Metadata"]["cfn-lint"]
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps(raw))
    done = run("sam", "cfn-lint", "-a", SERVERLESS, "--format", "json", "--", str(TEMPLATE), str(bare))
    found = {(Path(one["Filename"]).name, one["Rule"]["Id"]) for one in json.loads(done.stdout)}
    assert {rule for file, rule in found if file == bare.name} == passed_over("cfn-lint")
    assert {rule for file, rule in found if file == TEMPLATE.name} == {IN_SAMS_FORM}


def test_the_scanner_finds_what_is_passed_over_and_nothing_else() -> None:
    """Run without a single suppression, so it tells both."""
    done = run("checkov", "checkov", "-f", str(TEMPLATE), "--framework", "cloudformation", "--compact", "-o", "json")
    found = json.loads(done.stdout)
    assert found["summary"]["parsing_errors"] == 0
    assert {check["check_id"] for check in found["results"]["failed_checks"]} == passed_over("checkov")
    skipped = {
        check["check_id"]: check["check_result"]["suppress_comment"] for check in found["results"]["skipped_checks"]
    }
    assert set(skipped) == {"CKV_AWS_21"}
    assert all(len(reason) > 20 for reason in skipped.values())
