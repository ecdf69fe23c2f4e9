"""JSON by its own rules, with the place of every part."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples

from schemas.document import read
from schemas.problem import Code

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@examples(30)
@given(st.dictionaries(st.text(max_size=4), values, min_size=1, max_size=4), st.sampled_from([None, 1, "\t"]))
def test_what_json_writes_is_read_again(document: dict[str, object], indent: int | str | None) -> None:
    source = read(json.dumps(document, indent=indent), format="json")
    assert source.problems == ()
    assert source.root is not None
    assert source.root.value == document


@pytest.mark.parametrize(
    ("text", "words", "column"),
    [
        ("", "a value is missing", 1),
        ("[1, 2]", "a list", 1),
        ('"x"', "a single value", 1),
        ("null", "empty", 1),
        ('{"a": 1,}', "a comma stands before", 9),
        ("{'a': 1}", "a key in double quotes", 2),
        ('{"\\ud800": 1}', "half a surrogate pair", 2),
        ("{a: 1}", "a key in double quotes", 2),
        ('{"a" 1}', "a colon is missing", 6),
        ('{"a": 1 "b": 2}', "a comma or", 9),
        ('{"a": 01}', "01 is not a number", 8),
        ('{"a": 1.}', "1. is not a number", 8),
        ('{"a": -}', "a value is missing", 7),
        ('{"a": tru}', "tru is not a JSON value", 7),
        ('{"a": // why\n1}', "a value is missing", 7),
        ('{"a": "x', "a text does not end", 7),
        ('{"a": "x\ty"}', "holds a tab", 9),
        ('{"a": "\\q"}', "this escape does not exist", 8),
        ('{"a": "\\u12"}', "this escape does not exist", 9),
        ('{"a": [}', "a value is missing", 8),
        ('{"a": 1} x', "after the end", 10),
        ("\x00\x01", "U+0000", 1),
    ],
)
def test_what_is_no_json_is_refused_where_it_goes_wrong(text: str, words: str, column: int) -> None:
    (problem,) = read(text, format="json").problems
    assert problem.code is Code.UNREADABLE
    assert words in problem.message
    assert (problem.line, problem.column) == (1, column)


def test_advice_fits_the_mistake() -> None:
    assert "comments" in read('{"a": # why\n1}', format="json").problems[0].advice
    assert "double quotes" in read('{"a": tru}', format="json").problems[0].advice


def test_numbers_that_are_none_are_told_and_the_rest_is_kept() -> None:
    text = '{"a": NaN, "b": -Infinity, "c": 1e999, "d": 12345678901234567890, "e": "\\ud800", "f": true, "a": 2}'
    source = read(text, file="x.json")
    assert source.root is not None
    assert source.root.value == {"a": None, "b": None, "c": None, "d": None, "e": None, "f": True}
    told = [(problem.code.value, problem.column) for problem in source.problems]
    assert told == [
        ("bad-number", 7),
        ("bad-number", 17),
        ("bad-number", 33),
        ("bad-number", 45),
        ("bad-value", 72),
        ("duplicate-key", 93),
    ]


def test_depth_is_a_limit_and_never_a_crash() -> None:
    (problem,) = read('{"a":' + "[" * 100_000, format="json").problems
    assert problem.code is Code.TOO_DEEP


def test_places_are_those_of_the_text() -> None:
    source = read('{\n  "a": {\n    "b": [1, "x"]\n  }\n}', format="json")
    assert source.place(("a", "b", 1)) == (3, 14)
    assert source.place(("a",)) == (2, 8)
    assert source.place(("a",), key=True) == (2, 3)
