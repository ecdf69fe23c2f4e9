"""Run ids: one cause, one run."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from events.ids import RUN_ID, asked_run, event_run, keyed_run

ORDERS = ("shop/orders", "paid")


def test_the_same_cause_gives_the_same_run() -> None:
    assert event_run(*ORDERS, "shop", "e-1") == event_run(*ORDERS, "shop", "e-1")
    assert keyed_run(*ORDERS, {"a": 1, "b": 2}) == keyed_run(*ORDERS, {"b": 2, "a": 1.0})
    assert asked_run("shop/orders", "q-1") == asked_run("shop/orders", "q-1")


def test_different_causes_give_different_runs() -> None:
    runs = [
        event_run(*ORDERS, "shop", "e-1"),
        event_run(*ORDERS, "shop", "e-2"),
        event_run(*ORDERS, "shope", "-1"),
        event_run("shop/orders", "refunded", "shop", "e-1"),
        event_run("shop/returns", "paid", "shop", "e-1"),
        event_run(*ORDERS, "shop", "e-1", replay="monday"),
        event_run(*ORDERS, "shop", "e-1", replay="tuesday"),
        keyed_run(*ORDERS, ["shop", "e-1"]),
        keyed_run(*ORDERS, 1),
        keyed_run(*ORDERS, "1"),
        keyed_run(*ORDERS, 1.5),
        keyed_run(*ORDERS, True),
        keyed_run(*ORDERS, 1, replay="monday"),
        asked_run("shop/orders", "1"),
    ]
    assert all(one != other for one, other in combinations(runs, 2))


def test_a_run_id_goes_into_urls_and_file_names() -> None:
    assert re.fullmatch(RUN_ID, keyed_run(*ORDERS, "ключ / with 'everything'\n"))


def test_a_whole_number_is_one_key_however_it_is_spelt() -> None:
    assert keyed_run(*ORDERS, 1) == keyed_run(*ORDERS, 1.0)


def test_a_version_has_no_say() -> None:
    with pytest.raises(AssertionError):
        keyed_run("shop/orders@3", "paid", 1)
