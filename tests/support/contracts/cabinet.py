"""The cabinet's contract: documents in drawers, each with a version that every write changes, in the order of their keys."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from handlers.cabinet import ABSENT, LARGEST, Cabinet, CannotBeKept, Changed, TooLargeToKeep
from murmuration.memory import ManualClock
from schemas.model import JsonObject

DRAWER = "drafts"
KEYS = ("a", "a#b", "a/b", "aa", "b", "ä", "日本", "🐦", "Z", "a b", "%", "_")


@dataclass
class Furnished:
    cabinet: Cabinet
    clock: ManualClock
    anew: Callable[[], Cabinet]
    """The same, as a process that has just started has it."""
    close: Callable[[], None] = lambda: None


class CabinetContract:
    make: ClassVar[Callable[[Path], Furnished]]

    @pytest.fixture
    def furnished(self, tmp_path: Path) -> Iterator[Furnished]:
        furnished = type(self).make(tmp_path)
        yield furnished
        furnished.close()

    @pytest.fixture
    def cabinet(self, furnished: Furnished) -> Cabinet:
        return furnished.cabinet

    def test_what_was_put_is_got_also_by_a_new_process(self, furnished: Furnished) -> None:
        body: JsonObject = {"text": "größer\n", "n": [1, 2.5, None, True], "empty": {}}
        put = furnished.cabinet.put(DRAWER, "one", body)
        assert put.at == furnished.clock.at
        assert furnished.cabinet.get(DRAWER, "one") == put
        assert furnished.anew().get(DRAWER, "one") == put
        assert put.body == body

    def test_what_is_not_there_is_nothing(self, cabinet: Cabinet) -> None:
        assert cabinet.get(DRAWER, "none") is None
        assert cabinet.list(DRAWER) == []
        assert cabinet.delete(DRAWER, "none") is False

    def test_drawers_are_apart(self, cabinet: Cabinet) -> None:
        cabinet.put(DRAWER, "one", {"in": 1})
        cabinet.put(f"{DRAWER}#one", "one", {"in": 2})
        assert [one.body for one in cabinet.list(DRAWER)] == [{"in": 1}]
        assert cabinet.delete(DRAWER, "one")
        assert [one.body for one in cabinet.list(f"{DRAWER}#one")] == [{"in": 2}]

    def test_a_caller_changes_nothing_of_what_is_kept(self, cabinet: Cabinet) -> None:
        body: JsonObject = {"n": 1}
        cabinet.put(DRAWER, "one", body)
        body["n"] = 2
        found = cabinet.get(DRAWER, "one")
        assert found is not None
        found.body["n"] = 3
        again = cabinet.get(DRAWER, "one")
        assert again is not None
        assert again.body == {"n": 1}

    def test_every_write_changes_the_version_also_with_the_same_content(self, cabinet: Cabinet) -> None:
        versions = [cabinet.put(DRAWER, "one", {}).version for _ in range(5)]
        assert len({*versions, ABSENT}) == 6

    def test_two_editors_never_overwrite_each_other(self, cabinet: Cabinet) -> None:
        seen = cabinet.put(DRAWER, "one", {"by": "both"}).version
        mine = cabinet.put(DRAWER, "one", {"by": "me"}, expect=seen)
        with pytest.raises(Changed):
            cabinet.put(DRAWER, "one", {"by": "you"}, expect=seen)
        with pytest.raises(Changed):
            cabinet.delete(DRAWER, "one", expect=seen)
        assert cabinet.get(DRAWER, "one") == mine
        assert cabinet.delete(DRAWER, "one", expect=mine.version)
        assert cabinet.get(DRAWER, "one") is None

    def test_what_is_gone_is_not_what_was_expected(self, cabinet: Cabinet) -> None:
        seen = cabinet.put(DRAWER, "one", {}).version
        assert cabinet.delete(DRAWER, "one")
        with pytest.raises(Changed):
            cabinet.put(DRAWER, "one", {}, expect=seen)
        with pytest.raises(Changed):
            cabinet.delete(DRAWER, "one", expect=seen)
        assert cabinet.list(DRAWER) == []

    def test_of_two_who_make_it_one_is_first(self, cabinet: Cabinet) -> None:
        first = cabinet.put(DRAWER, "one", {"by": "me"}, expect=ABSENT)
        with pytest.raises(Changed):
            cabinet.put(DRAWER, "one", {"by": "me"}, expect=ABSENT)
        with pytest.raises(Changed):
            cabinet.delete(DRAWER, "one", expect=ABSENT)
        assert cabinet.get(DRAWER, "one") == first
        cabinet.delete(DRAWER, "one")
        again = cabinet.put(DRAWER, "one", {"by": "you"}, expect=ABSENT)
        assert cabinet.get(DRAWER, "one") == again

    def test_it_is_deleted_once(self, cabinet: Cabinet) -> None:
        cabinet.put(DRAWER, "one", {})
        assert [cabinet.delete(DRAWER, "one") for _ in range(2)] == [True, False]

    def test_what_has_expired_is_gone_for_everybody(self, furnished: Furnished) -> None:
        cabinet, clock = furnished.cabinet, furnished.clock
        seen = cabinet.put(DRAWER, "soon", {}, expires=clock.at + 1_500)
        cabinet.put(DRAWER, "stays", {})
        clock.at += 1_499
        assert cabinet.get(DRAWER, "soon") == seen
        assert [one.key for one in cabinet.list(DRAWER)] == ["soon", "stays"]
        clock.at += 1
        assert cabinet.get(DRAWER, "soon") is None
        assert [one.key for one in cabinet.list(DRAWER, most=1)] == ["stays"]
        assert cabinet.delete(DRAWER, "soon") is False
        with pytest.raises(Changed):
            cabinet.put(DRAWER, "soon", {}, expect=seen.version)
        assert cabinet.put(DRAWER, "soon", {"again": True}, expect=ABSENT) == cabinet.get(DRAWER, "soon")

    def test_a_write_without_a_time_lifts_the_one_before(self, furnished: Furnished) -> None:
        furnished.cabinet.put(DRAWER, "one", {}, expires=furnished.clock.at + 10)
        furnished.cabinet.put(DRAWER, "one", {})
        furnished.clock.at += 1_000_000
        assert furnished.cabinet.get(DRAWER, "one") is not None

    def test_keys_are_in_the_order_of_their_bytes_both_ways(self, cabinet: Cabinet) -> None:
        for key in KEYS:
            cabinet.put(DRAWER, key, {"key": key})
        ordered = sorted(KEYS, key=str.encode)
        assert [one.key for one in cabinet.list(DRAWER)] == ordered
        assert [one.key for one in cabinet.list(DRAWER, newest=True)] == ordered[::-1]

    @pytest.mark.parametrize("newest", [False, True])
    @pytest.mark.parametrize("prefix", ["", "a", "a#", "日", "zz"])
    @pytest.mark.parametrize("most", [1, 2, 5])
    def test_pages_hold_everything_once(self, cabinet: Cabinet, prefix: str, most: int, newest: bool) -> None:
        for key in KEYS:
            cabinet.put(DRAWER, key, {})
        cabinet.delete(DRAWER, "aa")
        wanted = sorted((key for key in {*KEYS} - {"aa"} if key.startswith(prefix)), key=str.encode, reverse=newest)
        found: list[str] = []
        after = ""
        while page := cabinet.list(DRAWER, prefix=prefix, after=after, most=most, newest=newest):
            assert len(page) <= most
            found += [one.key for one in page]
            after = page[-1].key
        assert found == wanted

    @pytest.mark.parametrize("newest", [False, True])
    @pytest.mark.parametrize("after", ["Z", "a", "ab", "b", "日", "~", "\x01"])
    def test_a_page_goes_on_after_any_key_there_or_not(self, cabinet: Cabinet, after: str, newest: bool) -> None:
        for key in KEYS:
            cabinet.put(DRAWER, key, {})
        for prefix in ("", "a", "b"):
            wanted = [
                key
                for key in sorted(KEYS, key=str.encode, reverse=newest)
                if key.startswith(prefix) and (key < after if newest else key > after)
            ]
            found = cabinet.list(DRAWER, prefix=prefix, after=after, newest=newest)
            assert [one.key for one in found] == wanted

    @pytest.mark.parametrize("random_", [False, True])
    def test_a_document_may_have_a_megabyte(self, furnished: Furnished, random_: bool) -> None:
        """What does not compress is as welcome as what does, and gives its place to what is written next."""
        cabinet = furnished.cabinet
        size = LARGEST - len(b'{"text":""}')
        text = _dense(size) if random_ else "x" * size
        put = cabinet.put(DRAWER, "one", {"text": text})
        assert furnished.anew().get(DRAWER, "one") == put
        assert cabinet.list(DRAWER) == [put]
        other = cabinet.put(DRAWER, "one", {"text": text[::-1]}, expect=put.version)
        assert cabinet.get(DRAWER, "one") == other
        small = cabinet.put(DRAWER, "one", {"text": ""}, expect=other.version)
        assert cabinet.get(DRAWER, "one") == small
        cabinet.put(DRAWER, "one", {"text": text})
        assert cabinet.delete(DRAWER, "one")
        assert cabinet.list(DRAWER) == []

    def test_a_larger_one_is_refused_in_words(self, cabinet: Cabinet) -> None:
        with pytest.raises(TooLargeToKeep):
            cabinet.put(DRAWER, "one", {"text": "x" * LARGEST})
        assert cabinet.get(DRAWER, "one") is None

    @pytest.mark.parametrize("key", ["", "x" * 1025, "é" * 513, "a\0b", "\ud800"])
    def test_a_key_that_some_store_does_not_take_is_taken_by_none(self, cabinet: Cabinet, key: str) -> None:
        with pytest.raises(CannotBeKept):
            cabinet.put(DRAWER, key, {})
        assert cabinet.get(DRAWER, key) is None
        assert cabinet.delete(DRAWER, key) is False

    def test_a_key_may_have_a_kilobyte(self, cabinet: Cabinet) -> None:
        put = cabinet.put(DRAWER, "é" * 512, {})
        assert cabinet.get(DRAWER, "é" * 512) == put

    def test_a_number_that_json_here_does_not_have_is_refused(self, cabinet: Cabinet) -> None:
        with pytest.raises(CannotBeKept):
            cabinet.put(DRAWER, "one", {"n": 2**70})


def _dense(size: int) -> str:
    """Text that hardly compresses."""
    letters = [chr(code) for code in range(35, 127) if chr(code) != "\\"]
    return "".join(random.Random(7).choices(letters, k=size))
