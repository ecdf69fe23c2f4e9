"""The registry: every action is found, says what it is, refuses what is not its own, and costs nothing until it is used."""

from __future__ import annotations

import subprocess
import sys

import jsonschema_rs
import pytest
from support.actions import Context, do, refusal

from handlers.actions import registry
from handlers.actions.action import ActionFailed, Fault
from schemas.problem import Code

PROMISED = (
    *("http.request", "transform", "validate", "wait", "emit", "s3.copy", "s3.read", "s3.write", "s3.delete"),
    *("sql.query", "notify.email", "notify.webhook", "lambda.invoke", "fail", "pass"),
)


def test_every_promised_action_is_there() -> None:
    assert sorted(registry.names()) == sorted(PROMISED)


@pytest.mark.parametrize("name", PROMISED)
def test_an_action_describes_itself_for_a_form(name: str) -> None:
    described = registry.schemas()[name]
    parameters = described["parameters"]
    assert isinstance(parameters, dict)
    output = described["output"]
    assert isinstance(output, dict)
    jsonschema_rs.validator_for(parameters)
    jsonschema_rs.validator_for(output)
    assert parameters["additionalProperties"] is False
    assert described["description"]
    assert f"action: {name}" in str(described["example"])


def test_an_unknown_action_fails_with_the_name_that_was_meant() -> None:
    failed = refusal("http.reqest")
    assert failed.type == "InvalidInput"
    assert failed.advice == 'Did you mean "http.request"?'


def test_all_mistakes_are_told_at_once() -> None:
    failed = refusal("http.request", method="FETCH", urll="x", timeout="soon")
    assert failed.type == "InvalidInput"
    problems = failed.detail["problems"]
    assert isinstance(problems, list)
    assert {str(problem["path"]) for problem in problems if isinstance(problem, dict)} == {
        "url",
        "method",
        "urll",
        "timeout",
    }
    assert 'Did you mean "url"?' in failed.what


def test_a_number_that_json_cannot_carry_is_a_mistake_and_no_crash() -> None:
    assert refusal("pass", value=2**70).type == "InvalidInput"
    assert registry.check_parameters("pass", {"value": 2**70})[0].code is Code.BAD_NUMBER


def test_a_secret_is_masked_wherever_a_failure_would_tell_it() -> None:
    context = Context(secrets={"token": "s3cr3t-token", "short": "a"})
    failed = refusal("fail", context, message="with s3cr3t-token", detail={"seen": ["s3cr3t-token", 1, None]})
    assert failed.what == "with ***"
    assert failed.detail == {"seen": ["***", 1, None]}


def test_a_mistake_shows_no_part_of_a_secret() -> None:
    secret = "first-part-of-the-secret second-part-of-the-secret"
    context = Context(secrets={"token": secret})
    failed = refusal("http.request", context, url="https://example.org", auth={"bearer": secret}, timeout=secret)
    assert "first-part" not in str(failed)
    assert "first-part" not in str(failed.detail)


def test_the_longer_of_two_secrets_is_masked_whole() -> None:
    context = Context(secrets={"one": "abcd", "two": "abcd-efgh"})
    assert refusal("fail", context, message="abcd-efgh").what == "***"


class TestAtPublish:
    def test_a_right_task_has_no_problem(self) -> None:
        assert registry.check_parameters("wait", {"duration": "5m"}) == ()

    def test_an_unknown_action(self) -> None:
        (problem,) = registry.check_parameters("s3.cpy", {})
        assert (problem.code, problem.path) == (Code.UNKNOWN_NAME, ("action",))
        assert problem.advice == 'Did you mean "s3.copy"?'

    def test_an_unknown_action_that_is_like_no_other_gets_the_list(self) -> None:
        (problem,) = registry.check_parameters("zzz", {})
        assert "http.request" in problem.advice

    def test_paths_start_at_the_task(self) -> None:
        problems = registry.check_parameters("s3.copy", {"from": {"bucket": "a-bucket", "kez": "x"}})
        told = {problem.path: problem for problem in problems}
        assert told["with", "to"].code is Code.MISSING_KEY
        assert told["with", "from", "key"].code is Code.MISSING_KEY
        assert told["with", "from", "kez"].code is Code.UNKNOWN_KEY
        assert told["with", "from", "kez"].advice == 'Did you mean "key"?'

    def test_a_literal_of_the_wrong_kind(self) -> None:
        (problem,) = registry.check_parameters("s3.read", {"bucket": "a-bucket", "key": "k", "max_bytes": "many"})
        assert (problem.code, problem.path) == (Code.BAD_VALUE, ("with", "max_bytes"))
        assert "whole number" in problem.message

    def test_a_wrong_choice_names_the_choices(self) -> None:
        (problem,) = registry.check_parameters("s3.read", {"bucket": "a-bucket", "key": "k", "format": "jsn"})
        assert 'Did you mean "json"?' in problem.advice

    def test_an_expression_is_not_judged_wherever_it_stands(self) -> None:
        assert (
            registry.check_parameters("s3.read", {"bucket": "${input.b}", "key": "k", "max_bytes": "${input.n}"}) == ()
        )
        assert registry.check_parameters("validate", {"schema": "${input.schema}", "data": 1}) == ()
        assert registry.check_parameters("s3.copy", {"from": "${input.from}", "to": "${input.to}"}) == ()

    def test_an_expression_does_not_hide_the_mistake_beside_it(self) -> None:
        problems = registry.check_parameters("wait", {"duration": "${input.d}", "untill": "x"})
        assert [problem.path for problem in problems] == [("with", "untill")]

    def test_several_readings_of_one_value_are_one_problem(self) -> None:
        problems = registry.check_parameters("http.request", {"url": "https://example.org", "expect": ["fine"]})
        assert [problem.path for problem in problems] == [("with", "expect", 0)]

    def test_a_bad_duration_expression_or_schema_has_a_code_of_its_own(self) -> None:
        assert registry.check_parameters("wait", {"duration": "soon"})[0].code is Code.BAD_DURATION
        assert registry.check_parameters("transform", {"expression": "a[", "data": 1})[0].code is Code.BAD_EXPRESSION
        assert (
            registry.check_parameters("validate", {"schema": {"type": "wrong"}, "data": 1})[0].code is Code.BAD_SCHEMA
        )

    def test_a_name_that_s3_would_refuse(self) -> None:
        (problem,) = registry.check_parameters("s3.delete", {"bucket": "No_Bucket", "key": "k"})
        assert problem.code is Code.BAD_NAME

    def test_a_text_of_the_wrong_form(self) -> None:
        (problem,) = registry.check_parameters("fail", {"type": "not a type"})
        assert problem.message == 'type cannot be "not a type"'

    def test_one_of_two_is_told_with_what_to_write(self) -> None:
        (problem,) = registry.check_parameters("wait", {})
        assert problem.advice == "Write duration: or until:"


def test_importing_the_registry_brings_no_client_no_tls_and_no_action() -> None:
    heavy = "ssl", "urllib3", "http.client", "smtplib", "sqlite3", "sqlalchemy", "jsonschema_rs", "jmespath"
    code = f"import sys, handlers.actions.registry; print([m for m in {heavy!r} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-I", "-c", code], text=True).strip() == "[]"


def test_checking_parameters_brings_no_client_either() -> None:
    heavy = "ssl", "urllib3", "http.client", "smtplib", "sqlite3"
    code = (
        "import sys; from handlers.actions import registry; [registry.find(n) for n in registry.names()];"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-I", "-c", code], text=True).strip() == "[]"


def test_a_failure_is_told_as_a_task_tells_it() -> None:
    failed = ActionFailed(Fault.NOT_FOUND, "no such thing", advice="Look again", detail={"n": 1})
    assert failed.error().model_dump() == {
        "type": "NotFound",
        "message": "no such thing. Look again",
        "detail": {"n": 1},
    }


def test_pass_gives_its_value_back() -> None:
    assert do("pass", value={"a": [1, None]}) == {"a": [1, None]}
    assert do("pass") is None
