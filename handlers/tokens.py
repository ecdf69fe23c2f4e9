"""Tokens: what a program shows at the door, or a person who has no browser.

    mm_ID_SECRETCHECK       ID 16 hex digits, SECRET 64 of them (256 bits), CHECK 8: the CRC-32 of what stands before

The prefix and the sum tell a token that lies where it should not from any other text, without asking anybody. A token is looked
up by its id and compared by the hash of all of it.

What must always hold:
  1. A token is told once, to whoever made it. Kept is its SHA-256: 256 random bits need no salt and no slow hash.
  2. That a token was there and has expired is told only to whoever has its secret.
  3. A look does not become a write: when a token was used last is noted once an hour.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Final, NamedTuple

from events.ledger import Millis
from events.ports import Clock, Ids
from handlers.auth import EVERYWHERE, Unauthenticated
from handlers.cabinet import ABSENT, Cabinet, Kept
from schemas.errors import MurmurationError
from schemas.model import Model
from schemas.project import Role

DRAWER: Final = "tokens"
PREFIX: Final = "mm_"
LONGEST_NAME: Final = 128
SESSION: Final = "session"
"""In the place of an id: the token of a server that runs."""
_SPELLING: Final = re.compile(r"mm_([0-9a-f]{16}|session)_([0-9a-f]{64})([0-9a-f]{8})")
_PARTS: Final = 4
"""So many ids make a secret of 256 bits."""
_NOTED_MS: Final = 3_600_000
_SHOWN_MS: Final = 30 * 86_400_000
"""So long an expired token is listed, and told that it has expired."""
_PAGE: Final = 200
ADVICE: Final = "murmur token create makes a new one; murmur token list shows those there are"


class TokenRole(StrEnum):
    """What a token may be given: a person's roles, and one that no person has."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    ADMIN = "admin"
    EMITTER = "emitter"


class NoSuchToken(MurmurationError):
    code = "no-such-token"


class BadTokenName(MurmurationError):
    code = "bad-name"


class EmitsEverywhere(MurmurationError):
    code = "emits-everywhere"


class Token(Model):
    """As it is kept."""

    name: str
    hash: str
    roles: dict[str, Role] = {}
    """By project; of somebody's own token his roles are looked up each time, and none are here."""
    emitter: bool = False
    user: str = ""
    """Whose own it is."""
    by: str
    created: Millis
    expires: Millis | None = None
    used: Millis | None = None

    @property
    def role(self) -> TokenRole | None:
        """None for somebody's own."""
        if self.emitter:
            return TokenRole.EMITTER
        return next((TokenRole(role.value) for role in self.roles.values()), None)

    @property
    def projects(self) -> list[str]:
        """None: all of them."""
        return sorted(project for project in self.roles if project != EVERYWHERE)


class Held(NamedTuple):
    id: str
    token: Token


class Made(NamedTuple):
    id: str
    token: Token
    text: str
    """To be told once."""


class Tokens:
    def __init__(self, cabinet: Cabinet, clock: Clock, ids: Ids) -> None:
        self._cabinet = cabinet
        self._clock = clock
        self._ids = ids

    def create(
        self, name: str, role: TokenRole, projects: Sequence[str] = (), *, lasts: Millis | None = None, by: str
    ) -> Made:
        """For a program. With no project, in all of them."""
        if not name.isprintable() or not 0 < len(name.strip()) <= LONGEST_NAME:
            told = f"{name[:80]!r} is no name of a token"
            raise BadTokenName(told, advice=f"Say where it is used, in 1 to {LONGEST_NAME} characters on one line")
        if role is TokenRole.EMITTER:
            if projects:
                raise EmitsEverywhere(
                    "an emitter is of no project: the bus is everybody's", advice="Leave the projects out"
                )
            return self._make(name, by, lasts, emitter=True)
        return self._make(name, by, lasts, roles={project: Role(role.value) for project in projects or (EVERYWHERE,)})

    def of_user(self, user: str, *, lasts: Millis | None = None, by: str) -> Made:
        """Somebody's own: it may what he may at the time."""
        return self._make(user, by, lasts, user=user)

    def page(self, after: str = "", most: int = 50) -> Sequence[Held]:
        return [_read(one) for one in self._cabinet.list(DRAWER, after=after, most=most)]

    def all(self) -> Iterator[Held]:
        after = ""
        while page := self.page(after, _PAGE):
            yield from page
            after = page[-1].id

    def revoke(self, id_: str) -> Held:
        """At once: it is looked up with every request."""
        kept = self._cabinet.get(DRAWER, id_)
        if kept is None or not self._cabinet.delete(DRAWER, id_):
            raise NoSuchToken(f"there is no token {id_[:80]}", advice="murmur token list shows those there are")
        return _read(kept)

    def revoke_of(self, user: str) -> int:
        """All that are somebody's own."""
        return sum(self._cabinet.delete(DRAWER, one.id) for one in list(self.all()) if one.token.user == user)

    def held(self, text: str) -> Held:
        """The token that this is; `Unauthenticated` says why it is none."""
        found = _SPELLING.fullmatch(text)
        if found is None or check_of(text[:-8]) != found[3]:
            raise Unauthenticated("the token is mistyped, or was cut off", advice=ADVICE)
        if found[1] == SESSION:
            raise Unauthenticated(
                "the token is that of a server that has ended",
                advice="Open the address that murmur up printed last; .murmuration/token has its token",
            )
        kept = self._cabinet.get(DRAWER, found[1])
        if kept is None:
            raise Unauthenticated("the token is not known here, or was revoked", advice=ADVICE)
        held, now = _read(kept), self._clock.now()
        if not hmac.compare_digest(held.token.hash, hash_of(text)):
            raise Unauthenticated("the token is not known here, or was revoked", advice=ADVICE)
        if held.token.expires is not None and held.token.expires <= now:
            raise Unauthenticated("the token has expired", advice=ADVICE)
        if held.token.used is None or now - held.token.used >= _NOTED_MS:
            self._note(kept, held.token, now)
        return held

    def _make(
        self,
        name: str,
        by: str,
        lasts: Millis | None,
        *,
        roles: dict[str, Role] | None = None,
        emitter: bool = False,
        user: str = "",
    ) -> Made:
        id_, now = self._ids.token(), self._clock.now()
        text = spelled(id_, "".join(self._ids.token() for _ in range(_PARTS)))
        token = Token(
            name=name,
            hash=hash_of(text),
            roles=roles or {},
            emitter=emitter,
            user=user,
            by=by,
            created=now,
            expires=None if lasts is None else now + lasts,
        )
        self._cabinet.put(DRAWER, id_, token.document(), expect=ABSENT, expires=_gone(token))
        return Made(id_, token, text)

    def _note(self, kept: Kept, token: Token, now: Millis) -> None:
        """Whoever revokes it meanwhile wins; that it cannot be noted is no reason to refuse."""
        used = token.model_copy(update={"used": now})
        with suppress(MurmurationError):
            self._cabinet.put(DRAWER, kept.key, used.document(), expect=kept.version, expires=_gone(token))


def spelled(id_: str, secret: str) -> str:
    before = f"{PREFIX}{id_}_{secret}"
    text = before + check_of(before)
    assert _SPELLING.fullmatch(text), "ids are 16 hexadecimal digits each"
    return text


def check_of(before: str) -> str:
    return f"{zlib.crc32(before.encode()):08x}"


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(kept: Kept) -> Held:
    return Held(kept.key, Token.read(kept.body))


def _gone(token: Token) -> Millis | None:
    return None if token.expires is None else token.expires + _SHOWN_MS
