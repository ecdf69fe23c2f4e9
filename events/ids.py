"""Run ids, derived: the same cause gives the same run, however often it is told.

A run's id is a hash of its pipeline (never the version: what is active may change between two deliveries of one event),
its trigger, and what set the trigger off: a key, or the outside event's source and id. So a doubled trigger starts one
run. 26 characters of base 32 are 130 bits: two runs never meet by chance. Ids are safe in URLs, file names and keys.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from typing import Final

from pydantic import JsonValue

RUN_ID: Final = r"^r-[a-z2-7]{26}$"


def keyed_run(pipeline: str, trigger: str, key: JsonValue, *, replay: str | None = None) -> str:
    """One run per value of the trigger's key, whichever event brought it. 1 and 1.0 are one value, 1 and "1" are two."""
    return _derived("key", pipeline, trigger, _plain(key), replay)


def event_run(pipeline: str, trigger: str, source: str, event: str, *, replay: str | None = None) -> str:
    """One run per outside event, known by its source and id. A replay, told apart by its name, starts one of its own."""
    return _derived("event", pipeline, trigger, [source, event], replay)


def asked_run(pipeline: str, request: str) -> str:
    """A run that a person or a program asked for, or a rerun: one per request's id."""
    return _derived("asked", pipeline, None, request, None)


def _derived(kind: str, pipeline: str, trigger: str | None, cause: JsonValue, replay: str | None) -> str:
    assert "@" not in pipeline, "a run's id never depends on the version"
    told = json.dumps([kind, pipeline, trigger, cause, replay], sort_keys=True, separators=(",", ":"))
    return "r-" + b32encode(hashlib.sha256(told.encode()).digest()).decode()[:26].lower()


def _plain(key: JsonValue) -> JsonValue:
    """A whole number is one value, however it is spelt."""
    match key:
        case float() if key.is_integer():
            return int(key)
        case list():
            return [_plain(one) for one in key]
        case dict():
            return {name: _plain(one) for name, one in key.items()}
        case _:
            return key
