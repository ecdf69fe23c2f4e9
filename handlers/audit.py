"""Audit: who changed what, when, and what it was before. In the cabinet, in the order of time.

    with house.audit.of(asked.caller, Operation.RUN_CANCEL, run, project=project, request=asked.request, before=...) as entry:
        entry.after(done())                       # leave it out where there is nothing to show

An entry is written before the change (`asked`) and again after it (`done`, or `refused` with the reason), so no change is without
one, also where the process dies between: what is still `asked` after a minute may have been done, or not.

What must always hold:
  1. No value of a secret gets in. Whoever changes one tells that it was set, never to what; of whatever went wrong without being a
     refusal only the kind is kept.
  2. An entry stays small: a large document is kept as its size and hash, beside what differs, field by field.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

import orjson
from pydantic import JsonValue

from events.ledger import Millis
from events.ports import Clock, Ids
from handlers.acting import GoesOn
from handlers.auth import Caller, Operation
from handlers.cabinet import Cabinet, Kept
from schemas.errors import MurmurationError
from schemas.model import Model

DRAWER: Final = "audit"
KEPT_MS: Final = 400 * 86_400_000
"""A year, and a month to look back on it."""
LARGEST: Final = 2_048
"""A document with more bytes is told by its size and hash."""
MOST_CHANGES: Final = 50
LONGEST: Final = 512
"""What a field was and is, and a reason, is cut here."""
_DIGITS: Final = 13
"""Milliseconds since 1970, until 2286."""
_SCANNED: Final = 2_000
"""So many entries are looked at for one page; the next goes on from there."""
_PAGE: Final = 200


class State(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class Change(Model):
    """One field, by its path; None where it was not there."""

    path: str
    before: JsonValue = None
    after: JsonValue = None


class Entry(Model):
    id: str
    at: Millis
    actor: str
    operation: str
    target: str
    project: str = ""
    """Empty for what belongs to no project."""
    request: str = ""
    state: State
    before: JsonValue = None
    after: JsonValue = None
    changes: tuple[Change, ...] = ()
    why: str = ""
    ended: Millis | None = None


class Doing:
    """A change that is being made."""

    def __init__(self, project: str) -> None:
        self.told: JsonValue = None
        self.project = project
        """May be set when it is known only now."""

    def after(self, value: JsonValue) -> None:
        """What it is now."""
        self.told = value


class Audit:
    def __init__(self, cabinet: Cabinet, clock: Clock, ids: Ids) -> None:
        self._cabinet = cabinet
        self._clock = clock
        self._ids = ids
        self._last: tuple[Millis, int] = (0, 0)

    def _turn(self, now: Millis) -> int:
        """What one process does in one millisecond stays in its order."""
        at, turn = self._last
        self._last = (now, turn + 1 if at == now else 0)
        return self._last[1]

    @contextmanager
    def of(
        self,
        actor: Caller | str,
        operation: Operation | str,
        target: str,
        *,
        project: str = "",
        request: str = "",
        before: JsonValue = None,
    ) -> Iterator[Doing]:
        now = self._clock.now()
        entry = Entry(
            id=f"{now:0{_DIGITS}d}-{self._turn(now):04d}-{self._ids.token()}",
            at=now,
            actor=actor if isinstance(actor, str) else actor.name,
            operation=str(operation),
            target=target[:LONGEST],
            project=project,
            request=request,
            state=State.ASKED,
            before=_summary(before),
        )
        self._keep(entry)
        doing = Doing(project)
        try:
            yield doing
        except GoesOn as wrong:
            # How it ends is not known here.
            self._keep(entry.model_copy(update={"project": doing.project, "why": f"{wrong.code}: {wrong.what}"}))
            raise
        except MurmurationError as wrong:
            entry = entry.model_copy(update={"project": doing.project})
            code = str(getattr(wrong, "reason", wrong.code))
            self._end(entry, State.REFUSED, why=f"{code}: {wrong.what}"[:LONGEST])
            raise
        except Exception as wrong:
            self._end(entry, State.REFUSED, why=type(wrong).__name__)
            raise
        changes = () if doing.told is None else tuple(differences(before, doing.told))
        entry = entry.model_copy(update={"project": doing.project})
        self._end(entry, State.DONE, after=_summary(doing.told), changes=changes)

    def _end(
        self,
        entry: Entry,
        state: State,
        *,
        why: str = "",
        after: JsonValue = None,
        changes: Sequence[Change] = (),
    ) -> None:
        told = {"state": state, "why": why, "after": after, "changes": tuple(changes), "ended": self._clock.now()}
        self._keep(entry.model_copy(update=told))

    def _keep(self, entry: Entry) -> None:
        self._cabinet.put(DRAWER, entry.id, entry.document(), expires=entry.at + KEPT_MS)

    def page(self, wanted: Wanted, *, after: str = "", most: int = 50) -> tuple[list[Entry], str | None]:
        """The newest first, and where to go on; None at the end. A page may be short, or empty, and not be the last."""
        found: list[Entry] = []
        at, looked = after, 0
        if wanted.until is not None:
            until = f"{wanted.until + 1:0{_DIGITS}d}"
            at = min(at, until) if at else until
        while True:
            kept = self._cabinet.list(DRAWER, after=at, most=_PAGE, newest=True)
            for one in kept:
                if wanted.since is not None and one.key < f"{wanted.since:0{_DIGITS}d}":
                    return found, None
                at, looked = one.key, looked + 1
                if wanted.fits(entry := _read(one)):
                    found.append(entry)
                if len(found) == most or looked == _SCANNED:
                    return found, at
            if len(kept) < _PAGE:
                return found, None


class Wanted(Model):
    """Which entries are looked for; every one that is given must fit."""

    actor: str | None = None
    operation: str | None = None
    """The whole, or what comes before its dot."""
    target: str | None = None
    """The whole, or its beginning."""
    project: str | None = None
    projects: frozenset[str] | None = None
    """Those whose entries the caller may see; None for all there are."""
    state: State | None = None
    q: str | None = None
    """Anywhere in the entry."""
    since: Millis | None = None
    until: Millis | None = None

    def fits(self, entry: Entry) -> bool:
        return (
            self.actor in (None, entry.actor)
            and self.operation in (None, entry.operation, entry.operation.partition(".")[0])
            and (self.target is None or entry.target.startswith(self.target))
            and self.project in (None, entry.project)
            and (self.projects is None or entry.project in self.projects)
            and self.state in (None, entry.state)
            and (self.q is None or self.q.casefold() in orjson.dumps(entry.document()).decode().casefold())
        )


def differences(before: JsonValue, after: JsonValue, path: str = "") -> Iterator[Change]:
    """Field by field, the first `MOST_CHANGES` of them."""
    for number, change in enumerate(_differences(before, after, path)):
        if number == MOST_CHANGES:
            return
        yield change


def _differences(before: JsonValue, after: JsonValue, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _differences(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            was, now = (one[place] if place < len(one) else None for one in (before, after))
            yield from _differences(was, now, f"{path}[{place}]")
    elif before != after or type(before) is not type(after):  # true is no 1
        yield Change(path=path[:LONGEST], before=_cut(before), after=_cut(after))


def _summary(value: JsonValue) -> JsonValue:
    written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    if len(written) <= LARGEST:
        return value
    return {"bytes": len(written), "sha256": hashlib.sha256(written).hexdigest()}


def _cut(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}..."
    written = orjson.dumps(value)
    return value if len(written) <= LONGEST else f"{written[:LONGEST].decode(errors='ignore')}..."


def _read(kept: Kept) -> Entry:
    return Entry.read(kept.body)
