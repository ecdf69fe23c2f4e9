import pytest

from schemas.outcome import Outcome


@pytest.mark.parametrize(
    ("outcome", "data"),
    [
        (Outcome.succeeded({"n": 1}), {"status": "succeeded", "output": {"n": 1}}),
        (
            Outcome.failed("Timeout", "late", tries=3),
            {"status": "failed", "error": {"type": "Timeout", "message": "late", "detail": {"tries": 3}}},
        ),
        (Outcome.skipped(), {"status": "skipped"}),
    ],
)
def test_an_outcome_is_told_in_one_shape_and_read_again(outcome, data):
    assert outcome.data() == data
    assert Outcome.of(data) == outcome
