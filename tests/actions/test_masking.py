"""What is printed in pieces shows no secret, wherever it is cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.actions.masking import MaskedFlow, Masking

KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END KEY-----"


def flow(*secrets: str) -> MaskedFlow:
    made = Masking(secrets).flow()
    assert made is not None
    return made


def through(made: MaskedFlow, *pieces: str) -> str:
    return "".join([*(made.take(piece) for piece in pieces), made.end()])


def test_a_secret_in_two_pieces() -> None:
    assert through(flow("s3cr3t-and-long"), "paying with s3cr", "3t-and-", "long\n") == "paying with ***\n"


def test_nothing_is_kept_back_that_cannot_be_the_beginning_of_one() -> None:
    made = flow("s3cr3t-and-long")
    assert made.take("a line\n") == "a line\n"
    assert made.take("it ends in s3") == "it ends in "
    assert made.take("x and goes on") == "s3x and goes on"


def test_a_beginning_that_stays_one_is_shown_at_the_end_unless_it_tells_too_much() -> None:
    assert through(flow("s3cr3t-and-long"), "it ends in s3") == "it ends in s3"
    assert through(flow("s3cr3t-and-long"), "it was cut at s3cr3t-and-l") == "it was cut at ***"


def test_a_secret_whose_end_is_its_beginning() -> None:
    assert through(flow("abcab"), "xxabcab", "ab") == "xx***ab"


def test_the_longer_one_of_two_that_begin_alike() -> None:
    assert through(flow("abcd", "abcdefgh"), "abcd", "efgh") == "***"
    assert through(flow("abcd", "abcdefgh"), "abcd", "x") == "***x"


def test_a_key_that_is_printed_line_by_line() -> None:
    lines = [f"{line}\n" for line in KEY.splitlines()]
    assert Masking([KEY]).text(lines[1]) == "***\n"
    shown = through(flow(KEY), *lines)
    assert not any(line.strip() in shown for line in lines)


def test_without_secrets_there_is_nothing_to_do() -> None:
    assert Masking(["abc", ""]).flow() is None


@settings(max_examples=150)
@given(
    st.lists(st.text("ab", min_size=4, max_size=7), min_size=1, max_size=3),
    st.lists(st.text("abc", max_size=6), max_size=12),
)
def test_wherever_it_is_cut_no_secret_is_shown_and_nothing_else_is_lost(secrets: list[str], pieces: list[str]) -> None:
    shown = through(flow(*secrets), *pieces)
    assert not any(secret in shown for secret in secrets)
    assert shown.count("c") == "".join(pieces).count("c")
