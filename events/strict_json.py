"""JSON from outside, read strictly: UTF-8, no NaN, no key twice, no lone surrogates, at most 100 deep."""

from __future__ import annotations

import json
from typing import Final

import orjson
from pydantic import JsonValue

from events.mistakes import Mistakes

DEEPEST: Final = 100


def read_json(body: bytes | str, mistakes: Mistakes) -> JsonValue:
    """The value; null, with a mistake noted, when it is not to be had."""
    try:
        value: JsonValue = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        mistakes.add(f"it is not JSON: {wrong}", "Send JSON in UTF-8")
        return None
    if not _shallow(value):
        mistakes.add("it nests too deep", f"At most {DEEPEST} levels are read")
        return None
    twice = _keys_twice(body)
    for key in twice:
        mistakes.add(f"the key {key[:80]!r} is there twice", "Name each key once: readers would not agree on its value")
    return None if twice else value


def _shallow(value: JsonValue) -> bool:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return True
    return False


def _keys_twice(body: bytes | str) -> list[str]:
    twice: dict[str, None] = {}

    def members(pairs: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                twice[key] = None
            seen.add(key)

    json.loads(body, object_pairs_hook=members)
    return list(twice)
