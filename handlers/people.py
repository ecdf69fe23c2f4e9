"""People: who may come in, what each may do, and who is behind a token.

    account       that there is somebody, and the role he has in all projects       each backend keeps them where people sign in
    member        the role he has in one project: drawer `members`, key PROJECT/NAME, body {"role": ROLE}
    token         what he or a program shows (`handlers.tokens`)

An account is called by an address or a name, in small letters. Where accounts are invited (Cognito sends a first password by mail)
people sign in there; elsewhere a new one is given a token, to be told once.

What must always hold: whoever is let go has no role any more before anything else of him goes; a role that cannot be read is none;
no member of a project becomes one of all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from events.ledger import Millis
from handlers.auth import EVERYWHERE, Caller
from handlers.cabinet import Cabinet, Kept
from handlers.tokens import Held, Made, Tokens
from schemas.errors import MurmurationError
from schemas.model import Model
from schemas.project import Role

MEMBERS: Final = "members"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._+@-]{0,127}")
_PAGE: Final = 500


class BadName(MurmurationError):
    code = "bad-name"


class NoSuchUser(MurmurationError):
    code = "no-such-user"


class UserThere(MurmurationError):
    code = "already-there"


class SignIn(Model):
    """Where people sign in, with a code and its proof (PKCE)."""

    stage: str
    region: str
    issuer: str
    client: str
    domain: str
    """The hosted page's, with https."""
    redirect: str
    scopes: tuple[str, ...] = ("openid", "email", "profile")


class Identities(Protocol):
    def identify(self, token: str) -> Caller:
        """`Unauthenticated` for a token that is unknown, expired, revoked or not for here."""
        ...

    def sign_in(self) -> SignIn | None:
        """None where a token is all there is."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    role: Role | None
    """In all projects."""
    created: Millis


class Accounts(Protocol):
    """Who there is. One adapter per backend."""

    @property
    def invites(self) -> bool:
        """Whoever is added is told how to sign in; he needs no token."""
        ...

    def add(self, name: str, role: Role | None) -> Account:
        """`UserThere` where there is one of that name."""
        ...

    def get(self, name: str) -> Account | None: ...

    def page(self, after: str, most: int) -> tuple[Sequence[Account], str | None]:
        """And where to go on; None at the end."""
        ...

    def give(self, name: str, role: Role | None) -> Account:
        """`NoSuchUser` where there is none."""
        ...

    def remove(self, name: str) -> bool: ...


class User(NamedTuple):
    account: Account
    projects: Mapping[str, Role]

    @property
    def roles(self) -> Mapping[str, Role]:
        everywhere = {} if self.account.role is None else {EVERYWHERE: self.account.role}
        return {**everywhere, **self.projects}

    @property
    def version(self) -> str:
        """Another one after every change: what is kept lies in several places."""
        told = f"{self.account.name} {self.account.role} {sorted(self.projects.items())}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]


class Members:
    """Who has which role in one project. Projects write them; here they are read, and written for whoever is let in."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def of(self, name: str) -> dict[str, Role]:
        return {project: role for project, member, role in self.all() if member == name}

    def all(self) -> Iterator[tuple[str, str, Role]]:
        """Project, name, role."""
        after = ""
        while page := self._cabinet.list(MEMBERS, after=after, most=_PAGE):
            for kept in page:
                project, _, member = kept.key.partition("/")
                # No project is called so: nobody becomes an admin of all by way of one.
                if project != EVERYWHERE and (role := role_of(kept)) is not None:
                    yield project, member.lower(), role
            after = page[-1].key

    def put(self, name: str, roles: Mapping[str, Role]) -> None:
        """These and no others. What is taken away goes first."""
        there = self.of(name)
        for project in there.keys() - roles.keys():
            self._cabinet.delete(MEMBERS, member_key(project, name))
        for project, role in roles.items():
            if there.get(project) is not role:
                self._cabinet.put(MEMBERS, member_key(project, name), {"role": role.value})


class KnownMembers:
    """The same, read again only when `as_of` is another one: who asks is looked up with every request."""

    def __init__(self, cabinet: Cabinet, as_of: Callable[[], Hashable]) -> None:
        self._members = Members(cabinet)
        self._as_of = as_of
        self._read_as_of: Hashable = None
        self._held: dict[str, dict[str, Role]] = {}

    def of(self, name: str) -> Mapping[str, Role]:
        as_of = self._as_of()
        if as_of != self._read_as_of:
            held: dict[str, dict[str, Role]] = {}
            for project, member, role in self._members.all():
                held.setdefault(member, {})[project] = role
            self._held, self._read_as_of = held, as_of
        return self._held.get(name, {})


class People:
    def __init__(self, cabinet: Cabinet, accounts: Accounts, tokens: Tokens) -> None:
        self._accounts = accounts
        self._members = Members(cabinet)
        self._tokens = tokens

    def create(
        self, name: str, role: Role | None, projects: Mapping[str, Role], *, lasts: Millis | None = None, by: str
    ) -> tuple[User, Made | None]:
        """And the token to be told to him, where he needs one."""
        account = self._accounts.add(user_name(name), role)
        self._members.put(account.name, projects)
        user = User(account, dict(projects))
        if self._accounts.invites:
            return user, None
        return user, self._tokens.of_user(account.name, lasts=lasts, by=by)

    def get(self, name: str) -> User:
        found = self._accounts.get(user_name(name))
        if found is None:
            raise no_such_user(name)
        return User(found, self._members.of(found.name))

    def page(self, after: str = "", most: int = 50) -> tuple[list[User], str | None]:
        accounts, further = self._accounts.page(after, most)
        projects: dict[str, dict[str, Role]] = {one.name: {} for one in accounts}
        for project, member, role in self._members.all():
            if member in projects:
                projects[member][project] = role
        return [User(one, projects[one.name]) for one in accounts], further

    def change(self, user: User, role: Role | None, projects: Mapping[str, Role]) -> User:
        self._members.put(user.account.name, projects)
        account = user.account if user.account.role is role else self._accounts.give(user.account.name, role)
        return User(account, dict(projects))

    def remove(self, user: User) -> None:
        name = user.account.name
        self._members.put(name, {})
        self._tokens.revoke_of(name)
        self._accounts.remove(name)


def user_name(given: str) -> str:
    name = given.lower()
    if not _NAME.fullmatch(name):
        raise BadName(
            f"{given[:80]!r} is no name of a user", advice="Take a mail address, or letters, digits and . _ + -"
        )
    return name


def no_such_user(name: str) -> NoSuchUser:
    return NoSuchUser(f"there is no user {name[:80]}", advice="murmur user list shows those there are")


def member_key(project: str, name: str) -> str:
    return f"{project}/{name}"


def role_of(kept: Kept) -> Role | None:
    told = kept.body.get("role")
    return Role(told) if isinstance(told, str) and told in set(Role) else None


def caller_of(held: Held, roles: Mapping[str, Role]) -> Caller:
    """Behind a token. `roles` are its user's, and the token's own where it is nobody's.

    A program is called so that no person can be: nobody's name has a colon."""
    token = held.token
    name = token.user or f"token:{token.name}"
    return Caller(name, roles if token.user else token.roles, emitter=token.emitter, expires=token.expires)
