"""The cabinet on DynamoDB: a drawer is a partition, a document an item in it.

    pk                  sk     what
    kept#DRAWER         KEY    version, at; content: its JSON, compressed where it is large
                               until: when it expires, in milliseconds; expires: the table's time to live, in seconds
    kept-part#VERSION   N      a part of a content that is too large for an item; the item says how many there are (parts)

What must always hold
  1. A write names a version of its own. Where its condition fails and that very version is found, it was done before, and only
     its reply was lost.
  2. What is deleted stays as an item that expires at once, with the version of its deletion: or else a deletion whose reply was lost
     would find nothing, and not know whose doing that was. Nobody is shown it.
  3. Parts are there before the item that names them, and go after it. Who finds the parts of an item gone reads the item again:
     it was written anew meanwhile. Where a process died between the two, parts stay that nobody names: they take room, no more.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

import orjson

from events.ledger import Millis
from events.ports import Clock, Unavailable
from handlers.cabinet import ABSENT, Kept, changed, takes, written
from murmuration.aws.packing import at_once, packed, unpacked
from murmuration.aws.records import number, text
from murmuration.aws.table import WHERE, Change, Item, Key, Table, Value
from schemas.model import JsonObject

_FITS: Final = 350_000
"""Bytes of a content in one item, which may have 400 KB with its key and its names."""
_PLAIN: Final = 512
"""Up to so many bytes compressing saves nothing."""
_LOOKS: Final = 5
_LIVES: Final = "attribute_exists(#version) AND (attribute_not_exists(#until) OR #until > :now)"
_GONE: Final = "attribute_not_exists(#version) OR #until <= :now"


class AwsCabinet:
    def __init__(self, table: Table, clock: Clock, token: Callable[[], str] = lambda: secrets.token_hex(8)) -> None:
        self._table = table
        self._clock = clock
        self._token = token

    def get(self, drawer: str, key: str) -> Kept | None:
        if not takes(key):
            return None
        for _ in range(_LOOKS):
            item = self._living(self._table.get(_key(drawer, key)))
            if item is None:
                return None
            content = self._content(item)
            if content is not None:
                return _kept(item, content)
        raise Unavailable(f"{key} is written over and over", where=WHERE, advice="Try again in a moment")

    def put(
        self, drawer: str, key: str, body: JsonObject, *, expect: str | None = None, expires: Millis | None = None
    ) -> Kept:
        content = packed(written(drawer, key, body), _PLAIN)
        kept = Kept(key, body, self._token(), self._clock.now())
        values: dict[str, Value] = {"new": kept.version, "at": kept.at}
        sets, drops = ["#version = :new", "#at = :at"], []
        if expires is None:
            drops += ["#until", "#expires"]
        else:
            sets += ["#until = :until", "#expires = :expires"]
            values |= {"until": expires, "expires": _seconds(expires)}
        parts = 0
        if len(content) <= _FITS:
            sets.append("#content = :content")
            values["content"] = content
            drops.append("#parts")
        else:
            parts = self._part(kept, content, expires)
            sets.append("#parts = :parts")
            values["parts"] = parts
            drops.append("#content")
        update = f"SET {', '.join(sets)} REMOVE {', '.join(drops)}"
        self._write(drawer, key, update, values, expect, parts)
        return kept

    def delete(self, drawer: str, key: str, *, expect: str | None = None) -> bool:
        if not takes(key) or self._living(self._table.get(_key(drawer, key))) is None:
            if expect not in (None, ABSENT):
                raise changed(drawer, key, None)
            return False
        now = self._clock.now()
        values: dict[str, Value] = {"new": self._token(), "at": now, "until": now, "expires": _seconds(now)}
        update = "SET #version = :new, #at = :at, #until = :until, #expires = :expires REMOVE #content, #parts"
        return self._write(drawer, key, update, values, expect, 0, living=True)

    def list(
        self, drawer: str, *, prefix: str = "", after: str = "", most: int = 100, newest: bool = False
    ) -> Sequence[Kept]:
        # DynamoDB goes on only after a key that is within what is asked for.
        if after and not after.startswith(prefix):
            if (after > prefix) is not newest:
                return []
            after = ""
        page = max(1, most)
        items = self._table.under(_partition(drawer), prefix, newest=newest, after=after, page=page)
        living = list(islice((item for item in items if self._living(item) is not None), max(0, most)))
        found = at_once(self._whole(drawer), living)
        return [one for one in found if one is not None]

    def _whole(self, drawer: str) -> Callable[[Item], Kept | None]:
        def whole(item: Item) -> Kept | None:
            content = self._content(item)
            return self.get(drawer, text(item, "sk")) if content is None else _kept(item, content)

        return whole

    def _write(
        self,
        drawer: str,
        key: str,
        update: str,
        values: dict[str, Value],
        expect: str | None,
        parts: int,
        *,
        living: bool = False,
    ) -> bool:
        """False where it had to be there and was not. `Changed` where it is not what was expected."""
        conditions = [_LIVES] if living else []
        if expect == ABSENT:
            conditions.append(_GONE)
        elif expect is not None:
            conditions += ["#version = :expected"] if living else ["#version = :expected", _LIVES]
            values["expected"] = expect
        condition = " AND ".join(f"({one})" for one in conditions)
        if ":now" in condition:
            values["now"] = self._clock.now()
        before = self._table.get(_key(drawer, key)) or {}
        done = self._table.change(Change(_key(drawer, key), update, values, condition))
        ours = done.done or text(done.item, "version") == values["new"]
        if not ours:
            self._drop(str(values["new"]), parts)
            if expect is None:
                return False
            found = self._living(done.item)
            raise changed(drawer, key, None if found is None else _kept(found, b"{}"))
        self._drop(text(before, "version"), number(before, "parts"))
        return True

    def _living(self, item: Item | None) -> Item | None:
        if not item or "version" not in item:
            return None
        until = number(item, "until")
        return None if until and until <= self._clock.now() else item

    def _part(self, kept: Kept, content: bytes, expires: Millis | None) -> int:
        some = [content[at : at + _FITS] for at in range(0, len(content), _FITS)]
        gone: Item = {} if expires is None else {"expires": _seconds(expires)}
        for n, part in enumerate(some):
            self._table.put({**_named(_part_key(kept.version, n)), **gone, "content": part})
        return len(some)

    def _content(self, item: Item) -> bytes | None:
        """None where its parts are gone."""
        content, parts = item.get("content"), number(item, "parts")
        if isinstance(content, bytes):
            return content
        version = text(item, "version")
        found = [self._table.get(_part_key(version, n)) for n in range(parts)]
        pieces = [piece for one in found if one is not None and isinstance(piece := one["content"], bytes)]
        return b"".join(pieces) if len(pieces) == parts else None

    def _drop(self, version: str, parts: int) -> None:
        for n in range(parts):
            self._table.remove(_part_key(version, n))


def _kept(item: Item, content: bytes) -> Kept:
    return Kept(text(item, "sk"), orjson.loads(unpacked(content)), text(item, "version"), number(item, "at"))


def _partition(drawer: str) -> str:
    return f"kept#{drawer}"


def _key(drawer: str, key: str) -> Key:
    return Key(_partition(drawer), key)


def _part_key(version: str, n: int) -> Key:
    return Key(f"kept-part#{version}", f"{n:03}")


def _named(key: Key) -> Item:
    return {"pk": key.pk, "sk": key.sk}


def _seconds(at: Millis) -> int:
    """Not before it is over."""
    return -(-at // 1_000)
