"""Expressions: what parses, and reads only what is there when its task runs."""

from __future__ import annotations

import pytest
from support.checking import codes, edge, only, pipeline, problems

WORK = {"function": "work"}
CLOSED = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "place": {"properties": {"city": True}, "additionalProperties": False},
        "open": {"properties": {"x": {}}},
        "odd": {"patternProperties": {"^x": {}}, "properties": {}, "additionalProperties": False},
    },
    "additionalProperties": False,
}


def reading(expression: str, **more: object) -> dict[str, object]:
    return WORK | {"with": {"deep": [{"x": expression}]}} | more


def told(expression: str, *, join: str = "all", **more: object) -> str:
    """What is said of an expression in c, which comes after a and b, of which d knows nothing."""
    tasks = {"a": WORK, "b": WORK, "c": reading(expression, join=join, **more), "d": WORK}
    found = problems(pipeline([edge("a", "c"), edge("b", "c")], tasks))
    assert all(problem.path[:2] == ("tasks", "c") for problem in found)
    return " ".join(problem.code.value for problem in found)


@pytest.mark.parametrize(
    "expression",
    [
        "${input.x}",
        "${tasks.a.output.x}",
        "${tasks.a.status} and ${tasks.b.error.type}",
        "${run.id}",
        "${trigger.name}",
        "${variables.x}",
        "${secrets}",
        "$${tasks.z.output}",
        "${tasks.a.output.items[?size > `1`].name}",
    ],
)
def test_what_is_there(expression: str) -> None:
    assert told(expression) == ""


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("${input.x", "bad-expression"),
        ("${1 +}", "bad-expression"),
        ("${tasks}", "bad-expression"),
        ("${tasks.*.output}", "bad-expression"),
        ("${@}", "unknown-name"),
        ("${taks.a.output}", "unknown-name"),
        ("${item}", "unknown-name"),
        ("${tasks.a.outptu}", "unknown-name"),
        ("${tasks.a.width}", "unknown-name"),
        ("${tasks.z.output}", "unknown-task"),
        ("${tasks.d.output}", "not-an-ancestor"),
        ("${tasks.c.output}", "not-an-ancestor"),
        ("${tasks.d.output || 'none'}", "not-an-ancestor"),
    ],
)
def test_what_is_not(expression: str, code: str) -> None:
    assert told(expression) == code


def test_the_place_is_that_of_the_text() -> None:
    problem = only(pipeline(tasks={"a": reading("${tasks.z.output}")}))
    assert problem.path == ("tasks", "a", "with", "deep", 0, "x")


def test_a_bad_expression_does_not_hide_another() -> None:
    task = WORK | {"with": {"a": "${", "b": ["${tasks.z.output}", "${x"], "c": 5}}
    assert codes(pipeline(tasks={"a": task})) == ["bad-expression", "unknown-task", "bad-expression"]


def test_advice_names_what_was_meant() -> None:
    assert 'Did you mean "tasks"?' in only(pipeline(tasks={"a": reading("${taks.x}")})).advice
    tasks = {"a": WORK, "b": reading("${tasks.a.width}")}
    assert "${tasks.a.output.width}" in only(pipeline([edge("a", "b")], tasks)).advice


def test_a_task_is_read_by_way_of_tasks() -> None:
    tasks = {"a": WORK, "b": reading("${a.output.x} ${a}")}
    long, short = problems(pipeline([edge("a", "b")], tasks))
    assert (long.advice, short.advice) == ("Write ${tasks.a.output.x}", "Write ${tasks.a.output}")


@pytest.mark.parametrize(
    ("expression", "advice"),
    [
        ("${run.version} ${run.pipeline} ${run.trigger} ${trigger.name} ${run}", ""),
        ("${run.ID}", 'Did you mean "id"?'),
        ("${run.started}", "There is id, pipeline, version, trigger"),
        ("${trigger.event}", "There is name"),
    ],
)
def test_what_a_run_does_not_tell_is_only_null(expression: str, advice: str) -> None:
    found = problems(pipeline(tasks={"a": reading(expression)}))
    assert [(one.severity.value, one.advice) for one in found] == ([("warning", advice)] if advice else [])


@pytest.mark.parametrize("items", ["hello", "${input.a} and ${input.b}", 5, True, {"a": 1}])
def test_items_that_are_never_a_list(items: object) -> None:
    problem = only(pipeline(tasks={"a": WORK | {"for_each": {"items": items}}}))
    assert (problem.code.value, problem.path) == ("bad-value", ("tasks", "a", "for_each", "items"))


@pytest.mark.parametrize("items", [[], ["a"], ["x ${input.a}"], "${input.a}", "${tasks.z"])
def test_items_that_may_be_a_list(items: object) -> None:
    found = codes(pipeline(tasks={"a": WORK | {"for_each": items}}))
    assert found == (["bad-expression"] if items == "${tasks.z" else [])


def test_a_task_that_may_be_at_work_needs_a_default() -> None:
    assert told("${tasks.a.output.x}", join="any") == "may-be-undecided"
    assert told("${tasks.a.output.x || 'none'}", join="any") == ""
    assert told("${tasks.a.output.x}", join="settled") == ""


def test_the_one_that_opened_the_gate_is_read_by_naming_all_that_could() -> None:
    assert told("${tasks.a.output.x || tasks.b.output.x}", join="any") == ""
    assert told("${not_null(tasks.b.output, tasks.a.output)}", join="any") == ""
    assert told("${(tasks.a.output || tasks.b.output).x}", join="any") == ""
    assert told("${length(tasks.a.output) || tasks.b.output}", join="any") == "may-be-undecided may-be-undecided"
    assert told("${tasks.a.output && tasks.a.error || tasks.b.output}", join="any") == "may-be-undecided"
    assert told("${[tasks.a.output] || tasks.b.output}", join="any") == "may-be-undecided may-be-undecided"
    assert told("${input.x || tasks.b.output}", join="any") == "may-be-undecided"


def test_items_are_there_in_a_for_each_and_not_in_its_own_list() -> None:
    assert told("${item.x}", for_each="${input.items}") == ""
    (problem,) = problems(pipeline(tasks={"a": WORK | {"for_each": "${item}"}}))
    assert (problem.code.value, problem.path) == ("unknown-name", ("tasks", "a", "for_each"))
    (problem,) = problems(pipeline(tasks={"a": WORK | {"for_each": {"items": "${item}"}}}))
    assert problem.path == ("tasks", "a", "for_each", "items")


@pytest.mark.parametrize(
    ("expression", "field"),
    [
        ("${input.id}", ""),
        ("${input.id.x}", ""),
        ("${input.idd}", "idd"),
        ("${input.place.city.x}", ""),
        ("${input.place.town}", "town"),
        ("${input.open.y}", ""),
        ("${input.odd.y}", ""),
        ("${input[0]}", ""),
        ("${input}", ""),
    ],
)
def test_a_closed_input_says_what_it_has(expression: str, field: str) -> None:
    found = problems(pipeline(tasks={"a": reading(expression)}, input=CLOSED))
    assert [problem.message for problem in found] == ([f'the input schema allows no "{field}"'] if field else [])


def test_what_is_read_of_doubtful_tasks_is_not_judged() -> None:
    tasks = {"a": WORK, "b": reading("${tasks.a.output}")}
    assert codes(pipeline([edge("zz", "b")], tasks)) == ["unknown-task"]
    assert codes(pipeline([edge("a", "b", "sucess")], tasks)) == ["bad-value"]
    assert codes(pipeline([edge("a", "b"), edge("b", "a")], tasks)) == ["cycle"]
    named = {"1 a": WORK, "b": reading('${tasks."1 a".output}')}
    assert codes(pipeline([], named)) == ["bad-name"]


PROJECT = '{"project": "shop", "secrets": ["token"], "variables": {"limit": 5}}'


def test_secrets_and_variables_are_those_of_the_project() -> None:
    document = pipeline(tasks={"a": reading("${secrets.tokn} ${secrets.token} ${variables.x} ${variables.limit}")})
    assert codes(document) == []
    secret, variable = problems(document, PROJECT)
    assert secret.advice == 'Did you mean "token"?'
    assert variable.advice == "Add it to the project's variables"


@pytest.mark.parametrize(
    ("source", "expression", "code"),
    [
        ({"event": {"source": ["x"]}}, "${detail.x}", ""),
        ({"event": {"source": ["x"]}}, "${input.x}", "unknown-name"),
        ({"event": {"source": ["x"]}}, "${detal.x}", "unknown-name"),
        ({"event": {"source": ["x"]}}, "${detail.", "bad-expression"),
        ({"event": {"source": ["x"]}}, "${secrets.x}", "unknown-name"),
        ({"webhook": {"signature": "none"}}, "${body.x} ${headers.x} ${query.x} ${raw}", ""),
        ({"webhook": {"signature": "none"}}, "${detail.x}", "unknown-name"),
        ({"manual": {}}, "${anything.x}", ""),
        ({"webhook": {"signature": "none"}}, "${tasks.a.output}", "unknown-name"),
        ({"webhook": {"signature": "none"}}, "${secrets.x}", "unknown-name"),
    ],
)
def test_triggers_read_the_event(source: dict[str, object], expression: str, code: str) -> None:
    document = pipeline(triggers={"t": source | {"input": {"x": expression}, "key": "${id}"}})
    assert " ".join(codes(document)) == code


def test_what_a_webhook_does_not_have_is_only_null() -> None:
    problem = only(pipeline(triggers={"t": {"webhook": {"signature": "none"}, "input": "${bdy.x}"}}))
    assert (problem.severity.value, problem.advice) == ("warning", 'Did you mean "body"?')


def test_a_key_that_reads_nothing_is_a_warning() -> None:
    problem = only(pipeline(triggers={"t": {"event": {"source": ["x"]}, "key": "order_id"}}))
    assert (problem.severity.value, problem.path) == ("warning", ("triggers", "t", "key"))
    assert "${detail.order_id}" in problem.advice
    problem = only(pipeline(triggers={"t": {"event": {"source": ["x"]}, "key": "detail.id"}}))
    assert "${detail.id}" in problem.advice
