import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples

from events.retries import again, wait
from schemas.duration import Duration
from schemas.outcome import Outcome
from schemas.pipeline import Jitter, Retry

FAILED = Outcome.failed("TimeoutError", "too slow")


def retry(**fields: object) -> Retry:
    return Retry.read(fields)


@pytest.mark.parametrize(
    ("policy", "outcome", "attempt", "expected"),
    [
        (None, FAILED, 1, False),
        (retry(attempts=3), FAILED, 1, True),
        (retry(attempts=3), FAILED, 2, True),
        (retry(attempts=3), FAILED, 3, False),
        (retry(attempts=3), Outcome.succeeded(), 1, False),
        (retry(on=["TimeoutError"]), FAILED, 1, True),
        (retry(on=["ValueError"]), FAILED, 1, False),
    ],
)
def test_a_failed_attempt_is_followed_by_another_while_the_policy_says_so(policy, outcome, attempt, expected):
    assert again(policy, outcome, attempt) is expected


def test_waits_grow_by_the_backoff_up_to_the_longest():
    policy = retry(attempts=100, delay="2s", backoff=3, jitter="none", max_delay="1m")
    assert [wait(policy, attempt, 0.9) for attempt in (1, 2, 3, 4, 5, 99)] == [2000, 6000, 18000, 54000, 60000, 60000]


@given(chance=st.floats(0, 1, exclude_max=True), attempt=st.integers(1, 100), jitter=st.sampled_from(list(Jitter)))
@examples(40)
def test_jitter_stays_within_its_bounds(chance, attempt, jitter):
    policy = Retry(attempts=100, delay=Duration(1000), backoff=100, jitter=jitter, max_delay=Duration(10_000))
    full = min(1000 * 100 ** (attempt - 1), 10_000)
    lowest = {Jitter.NONE: full, Jitter.EQUAL: full / 2, Jitter.FULL: 0}[jitter]
    assert lowest <= wait(policy, attempt, chance) <= full
