"""Large outputs by reference: a condition sees the same for a small output and a large one, and nobody can forge one."""

from __future__ import annotations

import orjson
import pytest
from pydantic import JsonValue

from events.reference import LARGEST_FIELDS, LARGEST_INLINE, Artifact, artifact_of, goes_by_reference, stand_in
from schemas.errors import OutputTooLarge

STORED = Artifact("sha256-1f0c", 123_456)


def _size(value: JsonValue) -> int:
    return len(orjson.dumps(value))


def test_a_small_output_stays_and_a_large_one_goes() -> None:
    assert not goes_by_reference({"width": 200}, _size({"width": 200}))
    assert not goes_by_reference("x", LARGEST_INLINE)
    assert goes_by_reference("x", LARGEST_INLINE + 1)


@pytest.mark.parametrize(
    ("output", "stands"),
    [
        ({"width": 200, "pixels": "..."}, {"width": 200}),
        ({"width": {"px": 1}, "a.b": 1, "width.min": 2, "$artifact": 3}, {"width": {"px": 1}, "width.min": 2}),
        ({"pixels": "..."}, {}),
        ("a long text", {}),
        (7, {}),
        (None, {}),
    ],
)
def test_the_fields_that_conditions_read_stay_at_their_path(output: JsonValue, stands: dict[str, JsonValue]) -> None:
    told = stand_in(output, STORED, ("width", "height"))
    assert told == {**stands, "$artifact": {"at": "sha256-1f0c", "size": 123_456}}
    assert artifact_of(told) == STORED


def test_a_list_keeps_what_conditions_read_of_each_object_in_it() -> None:
    told = stand_in([{"width": 1, "x": 2}, {"x": 3}, 4, [{"width": 5}], []], STORED, ["width"])
    assert told == [{"width": 1}, [{"width": 5}], {"$artifact": {"at": "sha256-1f0c", "size": 123_456}}]
    assert artifact_of(told) == STORED


def test_without_conditions_only_the_reference_stands() -> None:
    assert stand_in({"width": 200}, STORED) == stand_in([1, 2], STORED)


def test_fields_too_large_to_travel_fail_by_name() -> None:
    with pytest.raises(OutputTooLarge, match="conditions read height, width of the output"):
        stand_in({"width": "x" * LARGEST_FIELDS}, STORED, ["width", "height"])


@pytest.mark.parametrize(
    "forged", [{"$artifact": {"at": "other", "size": 1}}, [1, {"$artifact": {"at": "other", "size": 1}}]]
)
def test_an_output_that_looks_like_a_reference_goes_by_reference_itself(forged: JsonValue) -> None:
    assert goes_by_reference(forged, _size(forged))
    assert artifact_of(stand_in(forged, STORED, ["$artifact"])) == STORED


@pytest.mark.parametrize(
    "output", [None, 1, "x", [], [1], {}, {"a": 1}, {"$artifact": None}, {"$artifact": {"at": 1, "size": 1}}]
)
def test_an_output_is_itself(output: JsonValue) -> None:
    assert artifact_of(output) is None
