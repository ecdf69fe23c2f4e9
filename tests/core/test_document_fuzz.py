"""Whatever a document holds, checking it ends, tells every problem at a place, and never shows the machinery."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, composite
from support.examples import examples

from events.check import Target, check
from schemas.document import read
from schemas.shape import shape

DOCUMENT: dict[str, Any] = {
    "project": "shop",
    "pipeline": "orders",
    "input": {"type": "object", "properties": {"id": {}}, "additionalProperties": False},
    "concurrency": {"limit": 3},
    "functions": {"pack": {"lambda": "arn:aws:lambda:us-east-1:123456789012:function:x"}},
    "triggers": {
        "e": {"event": {"source": ["shop"], "detail": {"n": [1]}}, "key": "${id}", "input": {"x": "${detail}"}},
        "s": {"s3": {"bucket": "uploads", "prefix": "in/", "suffix": [".png"]}},
        "c": {"schedule": {"cron": "0 2 * * *", "timezone": "UTC"}},
        "w": {"webhook": {"secret": "hook"}},
        "p": {"pipeline": {"pipeline": "returns", "on": ["failed"]}},
    },
    "tasks": {
        "a": {"function": "pack", "timeout": "5m", "retry": {"attempts": 3, "on": ["X"]}},
        "b": {"action": "s3.write", "with": {"bucket": "uploads", "key": "${tasks.a.output.key}"}},
        "c": {"function": "ship", "join": {"at_least": 2}, "for_each": {"items": "${input.id}"}, "memory": "small"},
        "d": {"action": "emit", "join": "settled", "with": {"source": "shop", "type": "x", "detail": {"n": 1}}},
    },
    "edges": [
        {"from": "a", "to": "b", "on": "failure", "when": {"type": ["X"]}},
        {"from": "a", "to": "c"},
        {"from": "a", "to": "c", "on": "completion", "when": {"status": ["failed"]}},
        {"from": "c", "to": "d", "on": "completion"},
    ],
}
ODD: list[Any] = [
    None, True, 0, -1, 1.5, "", "x", "${", "${tasks.b.output}", "${item}", [], {}, [[]], [None], {"a": 1}, "1a", 2**62, "\x00",
    {"at_least": 2}, ["x", {"exists": False}], {"$or": [{"a": [1]}, {"type": [2]}]}, "5m", "* * * * *", "failure", "a", "d",
]  # fmt: skip


@composite
def damaged(draw: DrawFn) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    for _ in range(draw(st.integers(1, 4))):
        owner: Any = document
        while True:
            key = draw(st.sampled_from(sorted(owner) if isinstance(owner, dict) else range(len(owner))))
            if not owner[key] or not isinstance(owner[key], dict | list) or draw(st.integers(0, 3)) == 0:
                break
            owner = owner[key]
        if draw(st.booleans()):
            owner[key] = deepcopy(draw(st.sampled_from(ODD)))
        elif isinstance(owner, list):
            owner.append(deepcopy(owner[key]))
        else:
            owner[draw(st.sampled_from([f"{key}s", key[:-1], "x", "join", "from", "1", "with"]))] = owner.pop(key)
        if not document:
            break
    return document


@examples(40)
@given(damaged(), st.sampled_from([None, Target.AWS]))
def test_no_document_is_too_odd_to_be_checked(document: dict[str, Any], target: Target | None) -> None:
    found = check([read(json.dumps(document), file="x.json"), read("project: shop\nsecrets: [s]\n")], target=target)
    for problem in found.problems:
        assert problem.message
        assert problem.line > 0
        told = f"{problem.message} {problem.advice}"
        assert not any(word in told for word in ("pydantic", "Traceback", "Input should", "NoneType", "dict_type"))


@examples(20)
@given(damaged())
def test_what_is_left_of_a_document_is_a_document(document: dict[str, Any]) -> None:
    found = shape(read(json.dumps(document), file="x.json"))
    whole = found.pipeline or found.project
    assert whole is not None
    assert whole.read(whole.document()) == whole


@examples(60)
@given(st.text(st.sampled_from("ab:-{}[],&*!|>'\"\n \t#?%@~.1\\"), max_size=30) | st.binary(max_size=30))
def test_no_text_is_too_odd_to_be_read(text: str | bytes) -> None:
    for format in ("yaml", "json"):
        source = read(text, format=format)
        assert (source.root is None) <= bool(source.problems)
        assert all(problem.line > 0 for problem in source.problems)
