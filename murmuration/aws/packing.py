"""Packing: a document's bytes as they lie in the table. Small ones as they are, larger ones compressed.

Which of the two is seen by the first byte: what zlib writes begins with `x`, and no JSON document does.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from murmuration.aws.table import Item, Value

_ZLIB: Final = b"x"
_DIGITS: Final = 21
"""The most that a number takes."""
_THREADS: Final = 8

_T = TypeVar("_T")
_R = TypeVar("_R")


def packed(document: bytes, fits: int = 0) -> bytes:
    """Compressed, if it is larger than `fits`."""
    assert not document.startswith(_ZLIB), "a JSON document begins otherwise"
    return document if len(document) <= fits else zlib.compress(document)


def unpacked(content: bytes) -> bytes:
    return zlib.decompress(content) if content.startswith(_ZLIB) else content


def size_of(item: Item) -> int:
    """As DynamoDB counts it, or a few bytes more: a write unit is 1,024 of them."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Value) -> int:
    match value:
        case str():
            return len(value.encode())
        case bool():
            return 1
        case int():
            return _DIGITS
        case bytes():
            return len(value)
        case frozenset():
            return 3 + sum(len(one.encode()) for one in value)


def at_once(work: Callable[[_T], _R], things: Sequence[_T]) -> list[_R]:
    """Calls that wait for the network, beside each other. The first alone: it makes the client, which is made once."""
    if len(things) < 2:
        return [work(one) for one in things]
    # Most processes never need it, and all pay for what is loaded.
    from concurrent.futures import ThreadPoolExecutor

    first = work(things[0])
    with ThreadPoolExecutor(min(_THREADS, len(things) - 1)) as pool:
        return [first, *pool.map(work, things[1:])]
