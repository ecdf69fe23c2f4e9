"""People, locally: whoever started the server, those whom he lets in, and programs with tokens.

The session's token is new with every `murmur up` and held in memory and in a file that only its owner may read. Everybody else is
in the cabinet, which any process may write: `murmur user` and `murmur token` work with and without a server.

    users       NAME        role (in all projects), created
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from events.ledger import Millis
from events.ports import Clock
from handlers.auth import EVERYWHERE, Caller, Unauthenticated
from handlers.cabinet import ABSENT, Cabinet, Changed, Kept
from handlers.people import Account, Accounts, KnownMembers, SignIn, User, UserThere, caller_of, no_such_user, role_of
from handlers.tokens import SESSION, Tokens, spelled
from murmuration.local.cabinet import LocalCabinet
from schemas.model import JsonObject
from schemas.project import Role

FILE: Final = "token"
USERS: Final = "users"
_SECRET: Final = 32
"""Bytes."""


class Session:
    """The owner's own token, for as long as a server lives."""

    def __init__(self, state: Path, name: str) -> None:
        self._file = state / FILE
        self.token = spelled(SESSION, secrets.token_hex(_SECRET))
        self.caller = Caller(name, {EVERYWHERE: Role.ADMIN})
        self._file.unlink(missing_ok=True)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.token)

    def is_it(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(errors="replace"), self.token.encode())

    def close(self) -> None:
        self._file.unlink(missing_ok=True)


class LocalIdentities:
    def __init__(self, session: Session, cabinet: LocalCabinet, accounts: Accounts, tokens: Tokens) -> None:
        self._session = session
        self._accounts = accounts
        self._members = KnownMembers(cabinet, cabinet.as_of)
        self._tokens = tokens

    def identify(self, token: str) -> Caller:
        if self._session.is_it(token):
            return self._session.caller
        held = self._tokens.held(token)
        return caller_of(held, self._roles(held.token.user) if held.token.user else {})

    def sign_in(self) -> SignIn | None:
        return None

    def _roles(self, name: str) -> Mapping[str, Role]:
        account = self._accounts.get(name)
        if account is None:
            raise Unauthenticated(f"{name} may not come in any more", advice="An admin lets people in")
        return User(account, self._members.of(name)).roles


class LocalAccounts:
    def __init__(self, cabinet: Cabinet, clock: Clock) -> None:
        self._cabinet = cabinet
        self._clock = clock

    @property
    def invites(self) -> bool:
        return False

    def add(self, name: str, role: Role | None) -> Account:
        try:
            return _account(self._cabinet.put(USERS, name, _body(role, self._clock.now()), expect=ABSENT))
        except Changed:
            raise UserThere(
                f"there is a user {name} already", advice="Change what he may do, or take another name"
            ) from None

    def get(self, name: str) -> Account | None:
        kept = self._cabinet.get(USERS, name)
        return None if kept is None else _account(kept)

    def page(self, after: str, most: int) -> tuple[Sequence[Account], str | None]:
        found = self._cabinet.list(USERS, after=after, most=most + 1)
        return [_account(one) for one in found[:most]], found[most - 1].key if len(found) > most else None

    def give(self, name: str, role: Role | None) -> Account:
        kept = self._cabinet.get(USERS, name)
        if kept is None:
            raise no_such_user(name)
        body = _body(role, _account(kept).created)
        return _account(self._cabinet.put(USERS, name, body, expect=kept.version))

    def remove(self, name: str) -> bool:
        return self._cabinet.delete(USERS, name)


def _body(role: Role | None, created: Millis) -> JsonObject:
    return {"role": None if role is None else role.value, "created": created}


def _account(kept: Kept) -> Account:
    created = kept.body.get("created")
    return Account(kept.key, role_of(kept), created if isinstance(created, int) else kept.at)
