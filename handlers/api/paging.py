"""Paging: lists in pages of at most so many, and a cursor to the next one.

    def list(self, asked: Here, after: After = None, most: Most = 50) -> Page:
        start = paging.start("audit", after)                         what `cursor` was given, or None on the first page
        ...
        return Page(entries=found, next=paging.cursor("audit", last.key))

`next` is null on the last page. A cursor is opaque and belongs to its list: one that was made up, cut off, or made for another
list is `invalid-request`, never an empty page. It is not signed, since it opens nothing: what it points to is looked up with the
caller's own rights.

A list whose caller may see only some of what there is takes `gathered`: it reads on until the page is full, looks at a bounded
number of things, and may therefore give a short page with a `next`. Only `next: null` says that nothing is left.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar

import orjson
from aws_lambda_powertools.event_handler.openapi.params import Query

from handlers.api.problem import InvalidRequest

LARGEST: Final = 200
_LONGEST_CURSOR: Final = 4_096
"""A key of 1,024 bytes, escaped and spelled."""
_LOOKS: Final = 20

After = Annotated[
    str | None, Query(description="The `next` of the page before", min_length=1, max_length=_LONGEST_CURSOR)
]
Most = Annotated[int, Query(description="How many at most", ge=1, le=LARGEST)]

T = TypeVar("T")


def cursor(of: str, position: str | None) -> str | None:
    """To what comes after that position in the list of that name. None stays None: there is nothing after."""
    if position is None:
        return None
    return base64.urlsafe_b64encode(orjson.dumps([of, position])).decode().rstrip("=")


def start(of: str, after: str | None) -> str | None:
    """The position in a cursor of that list; None where there is no cursor."""
    if after is None:
        return None
    try:
        if len(after) > _LONGEST_CURSOR:
            raise ValueError
        raw = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True)
        value = orjson.loads(raw)
    except (binascii.Error, ValueError):
        value = None
    match value:
        case [str(found), str(position)] if found == of:
            return position
        case _:
            raise InvalidRequest(
                "after is no cursor of this list", where="query.after", advice="Send the `next` of the page before"
            )


def part(
    items: Sequence[T], position: Callable[[T], str], *, of: str, after: str | None, most: int, newest: bool = False
) -> tuple[list[T], str | None]:
    """A page of what is all at hand, in the order of its positions, or the other way round. What has gone meanwhile is no gap."""
    at = start(of, after)
    left = [one for one in items if at is None or (position(one) < at if newest else position(one) > at)]
    found = left[:most]
    return found, cursor(of, position(found[-1])) if len(left) > most else None


def gathered(
    read: Callable[[str | None, int], Sequence[T]],
    position: Callable[[T], str],
    keep: Callable[[T], bool],
    *,
    of: str,
    after: str | None,
    most: int,
) -> tuple[list[T], str | None]:
    """Up to `most` of what is to be kept, and the cursor. `read` takes a position and a number, and gives fewer at the end."""
    at = start(of, after)
    found: list[T] = []
    for _ in range(_LOOKS):
        batch = read(at, most + 1)
        for one in batch:
            if len(found) == most:
                return found, cursor(of, at)
            at = position(one)
            if keep(one):
                found.append(one)
        if len(batch) <= most:
            return found, None
    return found, cursor(of, at)
