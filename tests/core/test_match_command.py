"""`murmur match`: an answer, an exit code, and never a stack trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from murmuration.cli.main import main

CASES = Path(__file__).parent / "pattern_cases.jsonl"
PATTERN = '{"detail": {"total": [{"numeric": [">", 100]}]}}'


def murmur(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["match", *arguments], input=stdin)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "pattern.json").write_text(PATTERN)
    (tmp_path / "yes.json").write_text('{"detail": {"total": 101}}\n')
    (tmp_path / "no.json").write_text('{"detail": {"total": 99}}')
    return tmp_path


def test_match(files: Path) -> None:
    result = murmur("--pattern", str(files / "pattern.json"), "--event", str(files / "yes.json"))
    assert (result.exit_code, result.output) == (0, "match\n")


def test_no_match(files: Path) -> None:
    result = murmur("--pattern", str(files / "pattern.json"), "--event", str(files / "no.json"))
    assert (result.exit_code, result.output) == (1, "no match\n")


def test_no_match_explained(files: Path) -> None:
    result = murmur("--pattern", str(files / "pattern.json"), "--event", str(files / "no.json"), "--explain")
    assert result.exit_code == 1
    assert result.output == 'no match\n  detail.total is 99; wanted [{"numeric": [">", 100]}]\n'


def test_branches_are_numbered(files: Path) -> None:
    result = murmur(
        "--pattern", "-", "--event", str(files / "no.json"), "--explain", stdin='{"$or":[{"a":[1]},{"b":[2]}]}'
    )
    assert (
        result.output
        == "no match\n  branch 1 of 2: a is missing; wanted [1]\n  branch 2 of 2: b is missing; wanted [2]\n"
    )


def test_json(files: Path) -> None:
    arguments = ("--pattern", str(files / "pattern.json"), "--event", "-", "--json")
    assert json.loads(murmur(*arguments, stdin='{"detail":{"total":101}}').output) == {"verdict": "match"}
    result = murmur(*arguments, "--explain", stdin='{"detail":{}}')
    failure = {
        "branch": 1,
        "reason": "missing",
        "fields": ["detail.total"],
        "wanted": '[{"numeric": [">", 100]}]',
        "found": [],
    }
    assert json.loads(result.output) == {"verdict": "no_match", "failures": [failure]}


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("[]", "the standard input: the pattern is not valid: the pattern is not a JSON object."),
        ('{"a": [{"prefx": "x"}]}', "there is no operator 'prefx'. The operators are"),
        ('{"a": ["' + "x" * 5000 + '"]}', "the pattern has 5,011 characters; EventBridge takes 4,096"),
        (b'{"a": ["\xff"]}', "the standard input: cannot be matched: is not UTF-8 (byte 8)"),
    ],
)
def test_a_pattern_that_is_not_valid(files: Path, pattern: str | bytes, said: str) -> None:
    result = murmur("--pattern", "-", "--event", str(files / "yes.json"), stdin=pattern)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_pattern_that_is_not_valid_as_json(files: Path) -> None:
    result = murmur("--pattern", "-", "--event", str(files / "yes.json"), "--json", stdin='{"a": "x"}')
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert (found["verdict"], found["where"]) == ("invalid", "-")
    assert "field 'a' is neither" in found["what"]
    assert found["advice"]


@pytest.mark.parametrize("event", ["[1]", "", "{", '{"detail": {"total": ' + "1" * 2000 + "}}"])
def test_an_event_that_is_no_event(files: Path, event: str) -> None:
    result = murmur("--pattern", str(files / "pattern.json"), "--event", "-", stdin=event)
    assert result.exit_code == 2
    assert "the standard input: cannot be matched: the event is not " in result.stderr


def test_files_that_cannot_be_read(files: Path) -> None:
    for arguments in (
        ("--pattern", "nowhere", "--event", "-"),
        ("--pattern", str(files), "--event", "-"),
        ("--cases", "nowhere"),
    ):
        result = murmur(*arguments, stdin="{}")
        assert result.exit_code == 2
        assert "cannot be read" in result.stderr


def test_usage() -> None:
    for arguments, said in (
        ((), "give --pattern and --event, or --cases"),
        (("--pattern", "-"), "give --pattern and --event, or --cases"),
        (("--pattern", "-", "--event", "-"), "only one of --pattern and --event"),
        (("--cases", "x", "--event", "y"), "--cases stands alone"),
    ):
        result = murmur(*arguments)
        assert result.exit_code == 2
        assert said in result.stderr


def test_a_file_of_cases() -> None:
    result = murmur("--cases", str(CASES))
    assert (result.exit_code, result.output) == (0, f"all {len(CASES.read_text().splitlines())} cases as expected\n")


def case(**members: object) -> str:
    return json.dumps(members)


def test_cases_that_differ_are_told_by_line() -> None:
    lines = [
        case(name="right", pattern={"a": [1]}, event={"a": 1}, expect="match"),
        "",
        case(name="wrong", pattern={"a": [1]}, event={"a": 1}, expect="no_match"),
        case(pattern='{"a":1}', event={}, expect="match"),
        case(name="too long", pattern={"a": ["x" * 5000]}, event={}, expect="valid"),
        case(name="fine", pattern={"a": ["x"]}, event={}, expect="valid"),
        case(name="not invalid", pattern={"a": ["x"]}, event={}, expect="invalid"),
        case(name="any length", pattern={"a": ["x" * 5000]}, event={}, expect="valid (if the size quota allows)"),
        case(name="rules", rules=['{"a":[1]}', {"b": [2]}], event={"b": 2}, expect_matching_rules=[0]),
        case(name="rules, right", rules=['{"a":[1]}', {"b": [2]}], event={"b": 3}, expect_matching_rules=[]),
        case(name="event", pattern={"a": [1]}, event="[]", expect="match"),
        "no json",
        "[]",
        case(name="odd", pattern={"a": [1]}, expect="perhaps"),
        case(name="odder", pattern=5, expect="match"),
        case(name="oddest", rules=5, expect_matching_rules=[]),
    ]
    result = murmur("--cases", "-", stdin="\n".join(lines))
    assert result.exit_code == 1
    assert [line.partition(":")[0] for line in result.output.splitlines()] == [
        "line 3 (wrong)",
        "line 4",
        "line 5 (too long)",
        "line 7 (not invalid)",
        "line 9 (rules)",
        "line 11 (event)",
        "line 12",
        "line 13",
        "line 14 (odd)",
        "line 15 (odder)",
        "line 16 (oddest)",
        "11 of 15 cases differ",
    ]
    for said in (
        "expected no_match, found match",
        "expected match, but the pattern is not valid: field 'a' is neither",
        "expected valid, but the pattern has 5,010 characters",
        "expected invalid, but the pattern is valid",
        "expected rules 0, found 1",
        "the event is not a JSON object",
        "not a case: not JSON",
        "not a case: not a JSON object",
        "not a case: expect is not one of match, no_match, invalid, valid",
        "not a case: pattern is neither JSON text nor an object",
        "not a case: rules and expect_matching_rules are not lists",
    ):
        assert said in result.output


def test_cases_as_json() -> None:
    line = case(name="wrong", pattern={"a": [1]}, event={"a": 1}, expect="no_match")
    result = murmur("--cases", "-", "--json", stdin=line)
    assert result.exit_code == 1
    problem = {"line": 1, "name": "wrong", "problem": "expected no_match, found match"}
    assert json.loads(result.output) == {"cases": 1, "wrong": 1, "problems": [problem]}


def test_a_file_without_cases_proves_nothing() -> None:
    result = murmur("--cases", "-", stdin="\n")
    assert (result.exit_code, result.output) == (1, "the file has no cases\n")
