"""Templates: what `${...}` becomes, what it may be, and what is said about one that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue
from support.examples import examples

from events.expressions import Template, mistakes
from schemas.errors import ExpressionFailed, InvalidExpression
from schemas.model import JsonObject

SCOPE: JsonObject = {
    "input": {"object": "in/a.png", "n": 3, "half": 0.5, "yes": True, "nothing": None, "list": [1, "two"]},
    "tasks": {
        "validate": {"output": {"file": "a.png", "items": [{"x": "}", "y": 1}, {"x": "q", "y": 2}]}},
        "my-task": {"output": 7},
    },
    "secrets": {"key": "TOP-SECRET"},
}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        (5, 5),
        (None, None),
        ("${input.n}", 3),
        ("${input.yes}", True),
        ("${input.list}", [1, "two"]),
        ("${input.list[1]}", "two"),
        ("${input.list[-2]}", 1),
        ("${input.list[9]}", None),
        ("${input.n[0]}", None),
        ("${input.n.more}", None),
        ("${[0]}", None),
        ("${input.nothing}", None),
        ("${nowhere.at.all}", None),
        (" ${input.n}", " 3"),
        ("${input.n}${input.n}", "33"),
        ("<${input.object}>", "<in/a.png>"),
        ("<${input.half} ${input.yes} ${input.list}>", '<0.5 true [1,"two"]>'),
        ("<${input.nothing}>", "<>"),
        ("$${input.n}", "${input.n}"),
        ("$${a} ${input.n} $${b}", "${a} 3 ${b}"),
        ("$$${input.n}", "$${input.n}"),
        ("costs $5, {so} it is}", "costs $5, {so} it is}"),
        ("a$b${input.n}c$", "a$b3c$"),
        ("${'$'}${input.n}", "$3"),
        ("${tasks.validate.output.items[?x=='}'].y | [0]}", 1),
        ('${{a: input.n, b: `{"}": 1}`}}', {"a": 3, "b": {"}": 1}}),
        ('${tasks."my-task".output}', 7),
        ("${'it\\'s {'}", "it's {"),
        ("${input.missing || 'none'}", "none"),
        ("${\n  input.n\n}", 3),
        ({"a": ["${input.n}", {"b": "x${input.n}"}], "${input.n}": 1}, {"a": [3, {"b": "x3"}], "${input.n}": 1}),
    ],
)
def test_a_template_becomes_a_value(template: JsonValue, value: JsonValue) -> None:
    assert Template.parse(template).evaluate(SCOPE) == value


@pytest.mark.parametrize(
    ("template", "what", "advice"),
    [
        ("${", "never closed", "$${"),
        ("${input.n", "never closed", "Close it with }"),
        ("${{a: b}", "never closed", ""),
        ("${'}", "never ends", "another '"),
        ("${`1}", "never ends", "another `"),
        ("${}", "empty", "${input.name}"),
        ("${  }", "empty", ""),
        ("${tasks.my-task.output}", "character 9", 'quoted: write "my-task"'),
        ("${detail-type}", "character 7", '"detail-type"'),
        ("${a..b}", "character 3", "JMESPath"),
        ("${a[}", "stops in the middle", ""),
        ("${a b}", "character 3, at 'b'", ""),
        ("${a = b}", "character 3", ""),
        ("${'x-y' b}", "does not parse", "JMESPath"),
        ("${lenght(a)}", "no function lenght()", '"length"'),
        ("${frobnicate(a)}", "no function frobnicate()", "sort_by"),
        ("${length(a, b)}", "takes 1 argument, and 2", ""),
        ("${not_null()}", "takes 1 or more argument, and 0", ""),
        ("${sort_by(a, b)}", "& in the wrong place", "&name"),
        ("${length(&a)}", "& in the wrong place", ""),
        ("${`foo`}", "`foo` is not JSON", "'text'"),
        ("${`NaN`}", "not JSON", ""),
        ("${`1e999`}", "not JSON", ""),
        ('${"\\ud800"}', "not JSON", ""),
        ('${{"\\ud800": a}}', "not JSON", ""),
        ("${" + "a" * 5000 + "}", "5,000 characters", "4,096"),
    ],
)
def test_what_cannot_be_is_said_with_advice(template: str, what: str, advice: str) -> None:
    with pytest.raises(InvalidExpression) as refused:
        Template.parse({"with": [template]})
    assert what in refused.value.what
    assert advice in refused.value.advice
    assert "with[0]" in refused.value.where


def test_every_mistake_is_found_with_its_place() -> None:
    found = mistakes({"a": "${x.} and ${y}", "b": ["ok", "${lenght(z)}"], "c": "${"})
    assert [(one.where, one.expression) for one in found] == [(("a",), "x."), (("b", 1), "lenght(z)"), (("c",), "")]


def test_a_value_may_not_nest_without_end() -> None:
    value: JsonValue = "${input}"
    for _ in range(5_000):
        value = [value]
    with pytest.raises(InvalidExpression, match="nests too deep"):
        Template.parse(value)


def test_a_template_never_changes_what_it_was_made_from() -> None:
    document: JsonValue = {"a": {"b": ["plain", "${input.n}"]}}
    template = Template.parse(document)
    first = template.evaluate(SCOPE)
    assert isinstance(first, dict)
    first["a"] = "changed"
    assert template.evaluate(SCOPE) == {"a": {"b": ["plain", 3]}}
    assert document == {"a": {"b": ["plain", "${input.n}"]}}


def test_a_secret_is_filled_in_only_when_evaluated() -> None:
    template = Template.parse({"header": "Bearer ${secrets.key}"})
    assert "TOP-SECRET" not in repr(template)
    assert template.evaluate(SCOPE) == {"header": "Bearer TOP-SECRET"}


@pytest.mark.parametrize(
    "template",
    ["${abs(secrets.key)}", "${sum([secrets.key])}", "${contains(secrets.key, `1`)}", "${sort_by([secrets], &key.x)}"],
)
def test_a_failure_names_the_expression_and_no_value(template: str) -> None:
    with pytest.raises(ExpressionFailed) as failure:
        Template.parse(template).evaluate(SCOPE)
    assert failure.value.where == template
    assert "TOP-SECRET" not in str(failure.value)
    assert failure.value.__suppress_context__


def test_a_long_expression_is_named_by_its_beginning() -> None:
    with pytest.raises(ExpressionFailed) as failure:
        Template.parse("${abs('" + "x" * 1000 + "')}").evaluate({})
    assert len(failure.value.where) < 250


@examples(80)
@given(st.text(alphabet="ab.[]{}()'\"`\\$|&!@*?<=>,:-01 ", max_size=25))
def test_any_text_is_a_template_or_a_mistake(text: str) -> None:
    for template in (text, "${" + text + "}"):
        try:
            parsed = Template.parse(template)
        except InvalidExpression:
            continue
        try:
            parsed.evaluate({"a": [{"b": 1}], "b": "x"})
        except ExpressionFailed:
            continue


@examples(30)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=8,
    )
)
def test_escaping_gives_any_value_back(value: JsonValue) -> None:
    assert Template.parse(_escaped(value)).evaluate({}) == value


def _escaped(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return value.replace("${", "$${")
        case list():
            return [_escaped(one) for one in value]
        case dict():
            return {key: _escaped(one) for key, one in value.items()}
        case _:
            return value
