"""Built-in actions: whoever calls the check says which there are and what they take."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from support.checking import pipeline

from events.check import check
from murmuration.cli.main import main
from schemas.document import read
from schemas.model import JsonObject
from schemas.problem import Code, Problem, Severity

OWN = pipeline(tasks={"a": {"action": "tell", "with": {"whom": 1, "wat": 2}, "timeout": "1m"}, "b": {"function": "f"}})


def tell(name: str, parameters: JsonObject) -> tuple[Problem, ...]:
    if name != "tell":
        return (Problem(Code.UNKNOWN_NAME, f"there is no {name}", path=("action",)),)
    return tuple(Problem(Code.UNKNOWN_KEY, f"no {key}", path=("with", key)) for key in parameters if key != "whom")


def told(text: str) -> list[tuple[Code, Severity, tuple[str | int, ...]]]:
    found = check([read(text)], actions=tell).problems
    return [(one.code, one.severity, one.path) for one in found if one.message.startswith(("no ", "there is no "))]


def test_what_an_action_would_say_to_its_parameters_is_a_warning_at_its_place() -> None:
    (found,) = [one for one in check([read(OWN)], actions=tell).problems if one.message == "no wat"]
    assert (found.severity, found.path) == (Severity.WARNING, ("tasks", "a", "with", "wat"))
    assert OWN[found.column - 1 :].startswith('"wat"')


def test_an_action_that_is_not_there_is_a_mistake() -> None:
    assert told(OWN.replace("tell", "tel")) == [(Code.UNKNOWN_NAME, Severity.ERROR, ("tasks", "a", "action"))]


def test_nothing_follows_from_parameters_that_could_not_be_kept() -> None:
    assert told(OWN.replace('"whom": 1', '"whom": 1e999')) == []


def test_the_core_alone_knows_no_actions() -> None:
    assert check([read(OWN)]).ok


@pytest.mark.parametrize(
    ("task", "exit_code", "words"),
    [
        ({"action": "s3.coppy"}, 1, 'error [unknown-name] there is no action "s3.coppy"'),
        ({"action": "wait", "with": {"for": "5m"}}, 0, 'warning [unknown-key] wait has no parameter "for" here'),
        ({"action": "wait", "with": {"duration": "${input.pause}"}}, 0, "no mistakes, 2 warnings"),
    ],
)
def test_the_command_knows_the_actions_there_are(task: JsonObject, exit_code: int, words: str) -> None:
    result = CliRunner().invoke(main, ["check", "-"], input=pipeline(tasks={"a": task}))
    assert result.exit_code == exit_code
    assert words in result.output
