"""What an expression may cost: whatever a stranger writes, it is refused, or answered soon, and the answer is JSON."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from events.expressions import Template
from events.jmespath_compile import DEEPEST, LONGEST, compile_expression
from schemas.errors import ExpressionFailed, InvalidExpression

NESTING = {
    "parentheses": lambda n: "(" * n + "a" + ")" * n,
    "lists": lambda n: "[" * n + "a" + "]" * n,
    "objects": lambda n: "{a: " * n + "a" + "}" * n,
    "not": lambda n: "!" * n + "a",
    "functions": lambda n: "to_array(" * n + "a" + ")" * n,
    "filters": lambda n: "a" + "[?a" * n + "]" * n,
    "projections": lambda n: "a" + "[*]" * n,
    "values": lambda n: "a" + ".*" * n,
    "flattening": lambda n: "a" + "[]" * n,
    "slices": lambda n: "a" + "[0:1]" * n,
    "pipes": lambda n: "|".join(["a"] * (n + 1)),
    "or": lambda n: "||".join(["a"] * (n + 1)),
    "and": lambda n: "&&".join(["a"] * (n + 1)),
    "comparisons": lambda n: "==".join(["a"] * (n + 1)),
    "ways": lambda n: ".".join(["a"] * (n + 1)),
    "ways and indexes": lambda n: "a" + ".a[0]" * n,
}


@pytest.mark.parametrize("kind", NESTING)
def test_deep_expressions_are_refused_and_shallow_ones_answered(kind: str) -> None:
    deepest = max(n for n in range(1, DEEPEST + 1) if _compiles(NESTING[kind](n)))
    assert deepest >= DEEPEST // 3
    assert not _compiles(NESTING[kind](DEEPEST + 1))
    nested: JsonValue = 1
    for _ in range(3):
        nested = {"a": [nested, nested]}
    Template.parse("${" + NESTING[kind](deepest) + "}").evaluate({"a": nested})


@pytest.mark.parametrize("kind", NESTING)
def test_the_longest_text_does_not_overflow_the_parser(kind: str) -> None:
    text = NESTING[kind](2_000)[:LONGEST]
    assert not _compiles(text)


def test_brackets_that_close_nothing_are_no_shelter() -> None:
    assert not _compiles(")" * 100 + "a")


def test_siblings_are_not_depth() -> None:
    assert _compiles("[" + ", ".join(f"tasks.t{n}.output.value" for n in range(100)) + "]")
    assert _compiles("{" + ", ".join(f"k{n}: tasks.t{n}.output.value" for n in range(80)) + "}")


@pytest.mark.parametrize(
    "bomb",
    [
        " | ".join(["[@,@][]"] * 20),
        " | ".join(["[@,@]"] * 45),
        " | ".join(["{a: @, b: @}"] * 45),
        " | ".join(["[@,@]"] * 45) + " | to_string(@)",
        "[" + " | ".join(["[@,@]"] * 15) + ", " + " | ".join(["[@,@]"] * 15) + "] | [0] == [1]",
        "join(text, list)",
        "[text, text, text, text, text, text, text, text]",
        "list[*].[@, @, @]",
        "list[] | [0:900] | [0:900] | [0:900] | [0:900] | [0:900] | [0:900] | [0:900]",
    ],
)
def test_what_grows_too_large_is_stopped(bomb: str) -> None:
    scope: dict[str, JsonValue] = {"text": "x" * 10_000, "list": ["y"] * 1_000}
    with pytest.raises(ExpressionFailed, match="costs too much"):
        Template.parse("${" + bomb + "}").evaluate(scope, budget=4_000)


def test_one_budget_is_for_the_whole_value() -> None:
    scope: dict[str, JsonValue] = {"list": ["y"] * 1_000}
    few, many = Template.parse(["${list}"] * 3), Template.parse(["${list}"] * 20)
    assert few.evaluate(scope, budget=5_000) == [scope["list"]] * 3
    with pytest.raises(ExpressionFailed, match="costs too much"):
        many.evaluate(scope, budget=5_000)
    with pytest.raises(ExpressionFailed, match="costs too much"):
        Template.parse("<${list}>" * 3).evaluate(scope, budget=5_000)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("to_number('nan')", None),
        ("to_number('inf')", None),
        ("to_number('1_000')", None),
        ("to_number(' 1')", None),
        ("to_number('12')", 12),
        ("to_number('-1.5e2')", -150.0),
        ("to_number(`3`)", 3),
        ("to_number(`true`)", None),
        ('to_string(`{"é": [1, null]}`)', '{"é":[1,null]}'),
        ("to_string('text')", "text"),
        ("join('-', ['a', 'b'])", "a-b"),
        ("'a' < `1`", None),
        ("'a' < 'b'", True),
        ("`2` >= `1.5`", True),
        ("`true` < `2`", None),
        ("sort_by(list, &n)[0].n", 1),
        ("map(&n, list)", [2, 1]),
        ("max_by(list, &n).n", 2),
        ("list[::-1].n", [1, 2]),
        ("nothing[]", None),
        ("nothing[0:1]", None),
        ("nothing.[a]", None),
    ],
)
def test_an_answer_is_jsons(expression: str, value: JsonValue) -> None:
    assert Template.parse("${" + expression + "}").evaluate({"list": [{"n": 2}, {"n": 1}]}) == value


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("sum([`1e308`, `1e308`])", "a number that JSON does not have"),
        ("{a: [sum([`1e308`, `1e308`])]}", "a number that JSON does not have"),
        ("`123456789012345678901234567890`", "beyond 64 bits"),
        ("&a", "&expression"),
        ("[&a]", "&expression"),
        ("to_string([&a])", "no text in JSON"),
        ("list[::0]", "cannot be answered"),
        ("avg('text')", "avg() needs array-number and was given string"),
        ("floor(sum([`1e308`, `1e308`]))", "cannot be answered"),
    ],
)
def test_what_is_no_json_never_comes_out(expression: str, what: str) -> None:
    with pytest.raises(ExpressionFailed) as failure:
        Template.parse("${" + expression + "}").evaluate({"list": [1]})
    assert what in failure.value.what


def test_text_of_what_has_none_fails_by_name() -> None:
    deep: JsonValue = 1
    for _ in range(300):
        deep = [deep]
    with pytest.raises(ExpressionFailed, match="no text in JSON") as failure:
        Template.parse("<${deep}>").evaluate({"deep": deep})
    assert failure.value.where == "${deep}"


def test_an_expression_by_itself_is_checked_too() -> None:
    with pytest.raises(InvalidExpression, match="never ends"):
        compile_expression("a == 'b")


def _compiles(expression: str) -> bool:
    try:
        Template.parse("${" + expression + "}")
    except InvalidExpression:
        return False
    return True
