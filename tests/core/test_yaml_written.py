"""A document written as YAML reads back the same."""

from __future__ import annotations

from schemas.document import read
from schemas.model import JsonObject
from schemas.yaml_written import as_yaml


def test_words_that_yaml_takes_for_something_else_stand_in_quotes() -> None:
    document: JsonObject = {"on": "on", "no": "no", "time": "12:30", "number": "1_000", "nothing": "~", "star": "*a"}
    source = read(as_yaml(document))
    assert source.root is not None
    assert source.root.value == document
    assert source.problems == ()


def test_what_is_the_same_twice_is_written_twice() -> None:
    shared: JsonObject = {"a": [1, 2]}
    text = as_yaml({"one": shared, "two": shared})
    assert "&" not in text
    assert text.count("a:") == 2
