"""W3C trace context, read by the letter; what is not well formed begins a new trace instead."""

from __future__ import annotations

import pytest

from events.trace import Trace, read_tracestate

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"


def test_a_trace_goes_on_with_a_new_span() -> None:
    trace = Trace.read(GOOD)
    assert trace is not None
    assert str(trace) == GOOD
    assert str(trace.child("1111111111111111")) == f"00-{TRACE}-1111111111111111-01"
    assert trace.sampled
    assert not Trace(TRACE, SPAN, "00").sampled


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        GOOD.upper(),
        GOOD + "-more",
        GOOD + "\n",
        GOOD.replace("00-", "ff-", 1),
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
        GOOD.replace("4", "٤"),
    ],
)
def test_what_names_no_trace_is_dropped(bad: str | None) -> None:
    assert Trace.read(bad) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert str(Trace.read(f"01-{TRACE}-{SPAN}-03-what-comes")) == GOOD


@pytest.mark.parametrize("span", ["0" * 16, "1" * 15, "X" * 16])
def test_a_child_needs_a_span(span: str) -> None:
    with pytest.raises(AssertionError):
        Trace(TRACE, SPAN).child(span)


@pytest.mark.parametrize("good", ["rojo=00f067aa0ba902b7", "a=1, b=2", "tenant@vendor=x y", "a=1,,b=2"])
def test_a_tracestate_goes_on_as_it_came(good: str) -> None:
    assert read_tracestate(good) == good


@pytest.mark.parametrize(
    "bad",
    [None, "", "nothing", "a=1,a=2", "A=1", "a=1=2", "a=é", "a=" + "x" * 511, ",".join(f"k{n}=1" for n in range(33))],
)
def test_a_broken_tracestate_is_dropped(bad: str | None) -> None:
    assert read_tracestate(bad) is None
