import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples

from schemas.duration import LONGEST, Duration
from schemas.errors import InvalidDuration
from schemas.model import Model


class Held(Model):
    span: Duration


@pytest.mark.parametrize(
    ("text", "ms"),
    [("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("1h30m", 5_400_000), ("2d", 172_800_000), ("0s", 0)],
)
def test_ways_to_write_a_duration(text, ms):
    assert Duration.parse(text).ms == ms


@pytest.mark.parametrize(
    "text", ["", "3 days", "1x", "30", "-5s", "m5", "1m1h", "999999d", "5s" * 30, "30s\n", "３０s"]
)
def test_what_is_no_duration_is_refused_with_advice(text):
    with pytest.raises(InvalidDuration) as wrong:
        Duration.parse(text)
    assert wrong.value.advice


@given(st.integers(0, LONGEST))
@examples(40)
def test_a_duration_has_one_spelling_that_reads_as_itself(ms):
    assert Duration.parse(str(Duration(ms))) == Duration(ms)


def test_durations_compare_by_their_length_and_never_change():
    minute = Duration.parse("60s")
    assert minute == Duration.parse("1m")
    assert hash(minute) == hash(Duration.parse("1m"))
    assert minute != 60_000
    assert Duration(1) < minute <= minute
    assert minute.seconds == 60
    assert repr(minute) == "Duration(1m)"
    with pytest.raises(AttributeError):
        minute.ms = 3


def test_a_model_holds_a_duration_as_people_write_it():
    held = Held.read({"span": "90s"})
    assert held.document() == {"span": "1m30s"}
    assert Held(span=Duration(90_000)) == held
    for wrong in ("soon", 90, None):
        with pytest.raises(ValueError, match="is not a duration"):
            Held.read({"span": wrong})
