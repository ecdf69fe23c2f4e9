"""YAML as version 1.2 means it, with the place of every part; what is no document is refused where it goes wrong."""

from __future__ import annotations

import pytest

from schemas.document import read
from schemas.problem import Code, Path
from schemas.source import MAX_BYTES, MAX_DEPTH, MAX_MISTAKES, Source
from schemas.text import Place


def value(text: str) -> object:
    source = read(text)
    assert source.root is not None, source.problems
    return source.root.value


def refusal(text: str | bytes) -> tuple[Code, str, Place]:
    source = read(text)
    assert source.root is None
    problem = source.problems[-1]
    return problem.code, problem.message, Place(problem.line, problem.column)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("Null", None),
        ("12", 12),
        ("-0", 0),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("+.5", 0.5),
        ("1.", 1.0),
        (".", "."),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("'12'", "12"),
        ('"\\x41"', "A"),
        ("NaN", "NaN"),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_a_plain_word_is_what_the_core_schema_says(word: str, meant: object) -> None:
    assert value(f"key: {word}") == {"key": meant}


def test_keys_are_text_as_they_are_written() -> None:
    assert value("on: failure\n200: ok\ntrue: yes\n~: x") == {"on": "failure", "200": "ok", "true": "yes", "~": "x"}


@pytest.mark.parametrize("word", [".inf", "-.Inf", ".NAN", "1e999", "9223372036854775808", "9" * 5000, "0x" + "f" * 17])
def test_numbers_that_json_programs_cannot_hold_are_told_and_the_rest_is_kept(word: str) -> None:
    source = read(f"a: {word}\nb: 1")
    assert source.root is not None
    assert source.root.value == {"a": None, "b": 1}
    assert [problem.code for problem in source.problems] == [Code.BAD_NUMBER]
    assert source.damaged == (("a",),)
    assert len(source.problems[0].message) < 100


def test_a_key_that_stands_twice_is_told_with_both_places() -> None:
    source = read("a: 1\nb: {c: 1, c: 2}\n")
    (problem,) = source.problems
    assert (problem.code, problem.path, problem.line, problem.column) == (Code.DUPLICATE_KEY, ("b", "c"), 2, 11)
    assert "line 2, column 5" in problem.message
    assert source.root is not None
    assert source.root.value == {"a": 1, "b": {"c": 1}}


def test_anchors_aliases_and_merge_keys() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{x: 9}, *a]}\nd: &d text\ne: *d\n"
    assert value(text) == {
        "a": {"x": 1, "y": 2},
        "b": {"y": 3, "x": 1},
        "c": {"x": 9, "y": 2},
        "d": "text",
        "e": "text",
    }


def test_a_quoted_merge_key_is_a_key() -> None:
    assert value('"<<": {x: 1}') == {"<<": {"x": 1}}


@pytest.mark.parametrize("merged", ["1", "[1]"])
def test_only_mappings_are_merged(merged: str) -> None:
    (problem,) = read(f"a: 1\n<<: {merged}").problems
    assert (problem.code, problem.line) == (Code.BAD_VALUE, 2)


def test_tags_mean_nothing_here() -> None:
    source = read("a: !!str 5\nb: !mine [1]\n")
    assert [(problem.path, problem.line) for problem in source.problems] == [(("a",), 1), (("b",), 2)]
    assert "!!str" in source.problems[0].message
    assert source.root is not None
    assert source.root.value == {"a": "5", "b": [1]}


def test_a_tag_on_a_key_is_told_at_its_mapping() -> None:
    assert read("a: {!x b: 1}").problems[0].path == ("a",)


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("", "empty", (1, 1)),
        ("# nothing\n", "empty", (1, 1)),
        ("~", "empty", (1, 1)),
        ("- a", "a list", (1, 1)),
        ("hello", "a single value", (1, 1)),
        ("a: 1\n---\nb: 2", "a second document", (2, 1)),
        ("a: *b", "names nothing above", (1, 4)),
        ("a: &a [*a]", "stands inside what it names", (1, 8)),
        ("a: &a x\n*a : b", "a key must be text", (2, 1)),
        ("? [a]\n: b", "a key must be text", (1, 3)),
        ("a:\n\t- b", "cannot start any token", (2, 1)),
        ("a: @b", "cannot start any token", (1, 4)),
        ("a: [1, 2", "',' or ']' (begun on line 1)", (2, 1)),
        ("é: ü: x", "mapping values are not allowed", (1, 5)),
        ("a: \x07", "U+0007", (1, 4)),
        ("a: \ufeff", "U+FEFF", (1, 4)),
        ("a: \ud800", "not UTF-8", (1, 4)),
        (b"\xef\xbb\xbfa: 1\r\nb: \xe9", "0xe9", (2, 4)),
        (b"\xff\xfea\x00", "UTF-16", (1, 1)),
        (b"\x7fELF\x02\x01", "U+007F", (1, 1)),
    ],
)
def test_what_is_no_document_is_refused_where_it_goes_wrong(
    text: str | bytes, words: str, place: tuple[int, int]
) -> None:
    code, message, found = refusal(text)
    assert code is Code.UNREADABLE
    assert words in message
    assert found == place


def test_a_tab_is_named_in_the_advice() -> None:
    assert "tab" in read("a:\n\t- b").problems[0].advice
    assert "tab" not in read("a: @b").problems[0].advice
    assert "indentation" in read("%").problems[0].advice


def test_an_expression_without_quotes_is_named_in_the_advice() -> None:
    assert '"${input.id}"' in read("a: {b: ${input.id}}").problems[0].advice


def test_a_byte_order_mark_and_carriage_returns_are_no_mistake() -> None:
    source = read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert source.root is not None
    assert source.root.value == {"a": 1, "b": 2}
    assert source.place(("b",)) == (2, 4)


def test_a_mapping_is_at_most_so_deep() -> None:
    def nested(levels: int) -> str:
        return "a: " + "[" * (levels - 1) + "]" * (levels - 1)

    assert read(nested(MAX_DEPTH)).root is not None
    code, _, place = refusal(nested(1_000))
    assert (code, place) == (Code.TOO_DEEP, (1, 4 + MAX_DEPTH - 1))
    assert refusal("\n".join("  " * level + "a:" for level in range(1_000)))[0] is Code.TOO_DEEP


def test_an_alias_cannot_hide_depth() -> None:
    half = "[" * 60 + "]" * 60
    assert refusal(f"a: &a {half}\nb: {'[' * 60}*a{']' * 60}")[0] is Code.TOO_DEEP


def test_bombs_are_refused_where_they_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    code, _, place = refusal("\n".join(lines))
    assert code is Code.TOO_LARGE
    assert place.line == 6
    long = "a: &a " + "x" * 1_000_000 + "\nb: [" + ", ".join(["*a"] * 1_000) + "]"
    assert refusal(long)[0] is Code.TOO_LARGE


def test_a_large_file_is_refused_unread() -> None:
    code, message, place = refusal(b"\x00" * (MAX_BYTES + 1))
    assert (code, place) == (Code.TOO_LARGE, (0, 0))
    assert "larger than that" in message
    assert "the file has 5.0 MB" in refusal(b"\x00" * (5 * 2**20))[1]


def test_so_many_mistakes_are_told_and_no_more() -> None:
    source = read("a:\n" * 1_000)
    assert source.root is None
    assert len(source.problems) == MAX_MISTAKES + 1
    assert source.problems[-1].code is Code.UNREADABLE


NESTED = """\
tasks:
  resize:
    function: resize
    with: {width: 200, sizes: [1, 2]}
edges:
  - {from: a, to: b}
"""


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        ((), False, (1, 1)),
        (("tasks",), False, (1, 1)),
        (("tasks", "resize"), False, (2, 3)),
        (("tasks", "resize", "function"), False, (3, 15)),
        (("tasks", "resize", "function"), True, (3, 5)),
        (("tasks", "resize", "with"), False, (4, 11)),
        (("tasks", "resize", "with", "sizes", 1), False, (4, 35)),
        (("tasks", "resize", "with", "sizes", 7), False, (4, 24)),
        (("tasks", "resize", "timeout"), False, (2, 3)),
        (("edges", 0), False, (6, 5)),
        (("edges", 0, "to"), False, (6, 19)),
        (("edges", 0, "to", "deeper"), False, (6, 15)),
        (("nowhere",), False, (1, 1)),
    ],
)
def test_every_path_has_its_place(path: Path, key: bool, place: tuple[int, int]) -> None:
    assert read(NESTED).place(path, key=key) == place


def test_a_source_knows_what_it_has() -> None:
    source = read(NESTED)
    assert source.has(("tasks", "resize", "with", "sizes", 0))
    assert not source.has(("tasks", "resize", "with", "sizes", 0, "x"))
    assert source.tell(("edges", 0)) == "line 6, column 5"


def test_without_a_text_there_are_no_places() -> None:
    source = Source("x.yaml", "", None)
    assert source.place(("a",)) == (0, 0)
    assert source.tell(("a", 0)) == "a[0]"
    assert not source.has(())


def test_lines_are_counted_as_yaml_breaks_them() -> None:
    source = read("a: 1\rb: 2\r\nc: 3\u2028d: 4")
    assert [source.lines[line] for line in range(6)] == ["", "a: 1", "b: 2", "c: 3", "d: 4", ""]
