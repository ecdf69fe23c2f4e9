"""What a template reads: publish checks every name in it before anything runs."""

from __future__ import annotations

import pytest

from events.expressions import ROOTS, references

Read = tuple[str, str | None, bool]


@pytest.mark.parametrize(
    ("expression", "read"),
    [
        ("input.object", [("input", None, False)]),
        ("tasks.a.output.x", [("tasks", "a", False)]),
        ('tasks."my-task".output', [("tasks", "my-task", False)]),
        ("(tasks.a).output", [("tasks", "a", False)]),
        ("@.tasks.a.output", [("tasks", "a", False)]),
        ("tasks.a.output[0].x[1:2]", [("tasks", "a", False)]),
        ("tasks.a.output.items[?size > `1`].name | [0]", [("tasks", "a", False)]),
        ("tasks.a.output.[x, y].z", [("tasks", "a", False)]),
        ("tasks.a.output.{x: y}", [("tasks", "a", False)]),
        ("tasks.a.output[].x", [("tasks", "a", False)]),
        ("[tasks.a.output, tasks.b.output]", [("tasks", "a", False), ("tasks", "b", False)]),
        ("{x: tasks.a.output}", [("tasks", "a", False)]),
        ("[tasks.a.output][0].x", [("tasks", "a", False)]),
        ("[tasks.a.output] | [0]", [("tasks", "a", False)]),
        ("tasks.a.output == input.x", [("tasks", "a", False), ("input", None, False)]),
        ("!(tasks.a.output)", [("tasks", "a", False)]),
        ("!tasks.a.output", [("tasks", None, False)]),  # JMESPath reads it as (!tasks).a.output
        ("map(&size, tasks.a.output)", [("tasks", "a", False)]),
        ("'text'", []),
        ('`{"tasks": 1}`', []),
        # a default stands in for what may be missing
        ("tasks.a.output.x || 'none'", [("tasks", "a", True)]),
        ("(tasks.a.output || tasks.b.output).x", [("tasks", "a", True), ("tasks", "b", False)]),
        ("tasks.a.output && tasks.b.output || 'none'", [("tasks", "a", True), ("tasks", "b", True)]),
        ("tasks.a.output.items[0] || 'none'", [("tasks", "a", True)]),
        ("not_null(tasks.a.output, tasks.b.output)", [("tasks", "a", True), ("tasks", "b", False)]),
        ("not_null(tasks.a.output) || 'none'", [("tasks", "a", True)]),
        # it does not help what fails on nothing, or wraps it
        ("length(tasks.a.output) || `0`", [("tasks", "a", False)]),
        ("[tasks.a.output] || 'none'", [("tasks", "a", False)]),
        # what the text does not tell is reported as far as it is known
        ("tasks", [("tasks", None, False)]),
        ("tasks.*.output", [("tasks", None, False)]),
        ("tasks[0]", [("tasks", None, False)]),
        ("tasks | a.output", [("tasks", None, False)]),
        ("(tasks | {b: a}).c", [("tasks", None, False)]),
        ("(tasks.*)[0].c", [("tasks", None, False)]),
        ("tasks.[a.output, b.output]", [("tasks", None, False)]),
        ("(tasks.[a.output, b.output])[0].c", [("tasks", None, False)]),
        ("@", [("@", None, False)]),
        ("*", [("@", None, False)]),
        ("[0]", [("@", None, False)]),
        ("keys(@)", [("@", None, False)]),
        ("[1:2]", [("@", None, False)]),
        ("nonsense.x", [("nonsense", None, False)]),
    ],
)
def test_what_an_expression_reads(expression: str, read: list[Read]) -> None:
    assert [(one.root, one.task, one.has_default) for one in references("${" + expression + "}")] == read


def test_a_reference_tells_its_place_and_its_way() -> None:
    (one, two) = references({"with": {"to": ["x", "for ${tasks.a.output.users[0].name} in ${secrets.mail_key}"]}})
    assert one.where == two.where == ("with", "to", 1)
    assert one.path == ("tasks", "a", "output", "users", 0, "name")
    assert one.expression == "tasks.a.output.users[0].name"
    assert (two.secret, two.task) == ("mail_key", None)
    assert one.secret is None


def test_a_plain_index_belongs_to_the_way() -> None:
    (one,) = references("${(tasks.a.output)[0]}")
    assert one.path == ("tasks", "a", "output", 0)


def test_unknown_roots_are_told_from_known_ones() -> None:
    unknown = [one.root for one in references(["${inputs.x}", "${input.x}", "${item}"]) if one.root not in ROOTS]
    assert unknown == ["inputs"]
