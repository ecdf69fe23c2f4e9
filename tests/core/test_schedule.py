"""Schedules: what is a cron expression, a rate, a zone; and how EventBridge Scheduler says the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples

from schemas.duration import Duration
from schemas.schedule import Mistake, cron_mistake, scheduler_cron, scheduler_rate, zone_mistake

GOOD = [
    ("0 2 * * *", "cron(0 2 * * ? *)"),
    ("*/5 * * * *", "cron(0/5 * * * ? *)"),
    ("5-20 0 * * *", "cron(5-20 0 * * ? *)"),
    ("0,30 8-18/2 * * *", "cron(0,30 8,10,12,14,16,18 * * ? *)"),
    ("0 0 1,15 JAN,jul *", "cron(0 0 1,15 1,7 ? *)"),
    ("0 9 * * MON-FRI", "cron(0 9 ? * MON,TUE,WED,THU,FRI *)"),
    ("0 0 * * 7", "cron(0 0 ? * SUN *)"),
    ("0 0 L * *", "cron(0 0 L * ? *)"),
    ("0 0 * * 5L", "cron(0 0 ? * 6L *)"),
    ("0 0 * * MON#1", "cron(0 0 ? * 2#1 *)"),
    ("0 0 */7 * *", "cron(0 0 1/7 * ? *)"),
]


@pytest.mark.parametrize(("text", "said"), GOOD)
def test_good_cron_and_how_scheduler_says_it(text: str, said: str) -> None:
    assert cron_mistake(text) is None
    assert scheduler_cron(text) == said


@pytest.mark.parametrize(
    ("text", "what", "advice"),
    [
        ("", "has 0", "five fields"),
        ("* * * *", "has 4", "five fields"),
        ("0 0 2 * * *", "has 6", "five fields"),
        ("@Daily", "nickname", '"0 0 * * *"'),
        ("cron(0 2 * * ? *)", "how AWS writes", "five fields"),
        ("60 * * * *", '"60" is no minute', "0 to 59"),
        ("0 24 * * *", '"24" is no hour', "0 to 23"),
        ("0 0 ? * MON", '"?" is no day of the month', "Write *"),
        ("0 0 * * FRI-MON", "is no day of the week", "upward"),
        ("0 0 * * FUN", "is no day of the week", "0 to 7"),
        ("*/0 * * * *", "is no minute", "step"),
        ("0 0 * * 1#2/2", "is no day of the week", "step"),
        ("0 0 31 2 *", "never fires", "day or the month"),
        ("0 0 */10 2 MON#5", "never fires", "day or the month"),
    ],
)
def test_bad_cron_is_told_by_its_field(text: str, what: str, advice: str) -> None:
    mistake = cron_mistake(text)
    assert mistake is not None
    assert what in mistake.what
    assert advice in mistake.advice


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("0 0 1 * MON", '"1" or "MON"'),
        ("0 0 */2 * 1", '"*/2" and "1"'),
        ("0 0 LW * *", "no LW"),
        ("0 0 L,15 * *", "L alone"),
        ("0 0 * * MON#1,TUE", "one L or #"),
        ("0 0 * * MON#1,TUE#2", "one L or #"),
        ("0-6,8-58 0-6,8-22 1-3,5-30 * *", "256"),
    ],
)
def test_what_scheduler_cannot_say(text: str, what: str) -> None:
    assert cron_mistake(text) is None
    said = scheduler_cron(text)
    assert isinstance(said, Mistake)
    assert what in said.what


field = st.text("0123456789*/,-L#W?MON", min_size=1, max_size=4) | st.sampled_from(["*", "*/3", "1-5", "0", "L", "5#2"])


@examples(40)
@given(st.lists(field, min_size=5, max_size=5))
def test_no_cron_is_a_stack_trace(fields: list[str]) -> None:
    text = " ".join(fields)
    assert cron_mistake(text) is not None or scheduler_cron(text)


@pytest.mark.parametrize(
    ("rate", "said"),
    [("1m", "rate(1 minute)"), ("90m", "rate(90 minutes)"), ("2h", "rate(2 hours)"), ("1d", "rate(1 day)")],
)
def test_rates(rate: str, said: str) -> None:
    assert scheduler_rate(Duration.parse(rate)) == said


@pytest.mark.parametrize("rate", ["30s", "90s", "0s"])
def test_scheduler_fires_every_whole_minute(rate: str) -> None:
    assert isinstance(scheduler_rate(Duration.parse(rate)), Mistake)


@pytest.mark.parametrize(
    ("zone", "advice"),
    [
        ("europe/zurich", '"Europe/Zurich"'),
        ("Europe/Zuerich", '"Europe/Zurich"'),
        ("PST", "a region and a city"),
        ("../etc/passwd", "a region and a city"),
        ("Mars/Olympus", "a region and a city"),
    ],
)
def test_bad_zones(zone: str, advice: str) -> None:
    mistake = zone_mistake(zone)
    assert mistake is not None
    assert advice in mistake.advice


@pytest.mark.parametrize("zone", ["UTC", "Europe/Zurich", "Etc/GMT+5"])
def test_good_zones(zone: str) -> None:
    assert zone_mistake(zone) is None
