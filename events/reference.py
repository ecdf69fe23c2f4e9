"""Big data stays out: what stands in an event and in the ledger in place of an output over 8 KB.

The output itself goes to the artifact bucket as JSON. In its place stands `{"$artifact": {"at": ..., "size": ...}}`, and
beside that key, at their own path, the top-level fields that conditions read, so that a condition sees the same for a
small output and a large one. Of a list the bus looks into every object, so a list leaves a list: of what conditions read
of each object, and the artifact last.

An output that looks like a reference by itself always goes by reference: nobody can make a reader fetch what he names.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import orjson
from pydantic import JsonValue

from schemas.errors import OutputTooLarge
from schemas.model import JsonObject

LARGEST_INLINE: Final = 8_192
LARGEST_FIELDS: Final = 49_152
KEY: Final = "$artifact"


@dataclass(frozen=True, slots=True)
class Artifact:
    at: str
    """What the artifact store calls it."""
    size: int


def goes_by_reference(output: JsonValue, size: int) -> bool:
    """`size` is that of its JSON, which the caller has written anyway."""
    return size > LARGEST_INLINE or _last_key(output) is not None


def stand_in(output: JsonValue, artifact: Artifact, fields: Collection[str] = ()) -> JsonValue:
    """What is said in the output's place. `fields`: the top-level fields that conditions read of it."""
    told: JsonObject = {KEY: {"at": artifact.at, "size": artifact.size}}
    kept = _kept(output, frozenset(fields))
    if not kept:
        return told
    _check(kept, fields)
    return {**kept, **told} if isinstance(kept, dict) else [*kept, told]


def artifact_of(value: JsonValue) -> Artifact | None:
    """The artifact that the value stands for; none when the value is the output itself."""
    match _last_key(value):
        case {"at": str(at), "size": int(size)}:
            return Artifact(at, size)
        case _:
            return None


def _last_key(value: JsonValue) -> JsonValue:
    last = value[-1] if isinstance(value, list) and value else value
    return last.get(KEY) if isinstance(last, dict) else None


def _kept(value: JsonValue, fields: frozenset[str]) -> JsonObject | list[JsonValue] | None:
    """A key `a.b` is what a condition on b in a looks at, too."""
    if isinstance(value, dict):
        return {key: one for key, one in value.items() if key != KEY and key.partition(".")[0] in fields}
    if isinstance(value, list):
        return [kept for one in value if (kept := _kept(one, fields))]
    return None


def _check(kept: JsonObject | list[JsonValue], fields: Collection[str]) -> None:
    size = len(orjson.dumps(kept))
    if size > LARGEST_FIELDS:
        names = ", ".join(sorted(fields))
        raise OutputTooLarge(
            f"conditions read {names} of the output, {size:,} bytes, and {LARGEST_FIELDS:,} are allowed",
            advice="Let conditions look at small fields: a count, a size, a state",
        )
