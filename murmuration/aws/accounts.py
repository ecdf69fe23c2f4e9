"""Accounts on AWS: a user pool of Cognito, which tells people by mail how to sign in.

    a role in all projects       the group of that name; it is in the tokens that the pool issues
    sign-outs    SUBJECT         in the cabinet. before: tokens issued earlier are refused, since what he may do has changed, or he is gone

What must always hold: a role that was taken, and somebody who was let go, are gone for the next request that brings an older
token. That is written before Cognito is told and again after, and stays for as long as such a token could be valid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import ClientError

from events.ledger import Millis
from events.ports import Clock
from handlers.cabinet import Cabinet
from handlers.jwt import LEEWAY_S, LONGEST_LIFE_S
from handlers.people import Account, BadName, UserThere, no_such_user
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of, translated
from schemas.project import Role

WHERE: Final = "Cognito"
SIGN_OUTS: Final = "sign-outs"
_SIGNED_OUT_MS: Final = (LONGEST_LIFE_S + 2 * LEEWAY_S) * 1000
_PAGE: Final = 60
"""What Cognito lists at once."""
_QUICK: Final = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
_RANK: Final = {role: rank for rank, role in enumerate(Role)}


class CognitoAccounts:
    def __init__(self, clients: Clients, pool: str, cabinet: Cabinet, clock: Clock) -> None:
        self._clients = clients
        self._pool = pool
        self._cabinet = cabinet
        self._clock = clock

    @property
    def invites(self) -> bool:
        return True

    @property
    def address(self) -> str:
        """Of the pool itself."""
        return f"{self._client.meta.endpoint_url.rstrip('/')}/{self._pool}"

    def add(self, name: str, role: Role | None) -> Account:
        if "@" not in name:
            raise BadName(f"{name} is no mail address", advice="Who may come in is told so by mail: give an address")
        attributes = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
        with translated(WHERE):
            try:
                told = self._client.admin_create_user(
                    UserPoolId=self._pool, Username=name, UserAttributes=attributes, DesiredDeliveryMediums=["EMAIL"]
                )
            except ClientError as wrong:
                if code_of(wrong) != "UsernameExistsException":
                    raise
                advice = "Change what he may do, or take another address"
                raise UserThere(f"there is a user {name} already", advice=advice) from None
        if role is not None:
            self._call("admin_add_user_to_group", Username=name, GroupName=role.value)
        return Account(name, role, _millis(told["User"]["UserCreateDate"]))

    def get(self, name: str) -> Account | None:
        told = self._told(name)
        if told is None:
            return None
        return Account(address_of(told) or name, highest(self._groups(name)), _millis(told["UserCreateDate"]))

    def page(self, after: str, most: int) -> tuple[Sequence[Account], str | None]:
        """All are read, since Cognito has an order of its own. Its roles are read by group: four lists, not one a user."""
        roles: dict[str, Role] = {}
        for role in Role:
            for one in self._all("list_users_in_group", "Users", "NextToken", GroupName=role.value):
                roles[str(one["Username"])] = role
        users = self._all("list_users", "Users", "PaginationToken")
        everybody = sorted(
            (
                Account(
                    address_of(one) or str(one["Username"]), roles.get(one["Username"]), _millis(one["UserCreateDate"])
                )
                for one in users
            ),
            key=lambda account: account.name,
        )
        later = [account for account in everybody if account.name > after]
        return later[:most], later[most - 1].name if len(later) > most else None

    def give(self, name: str, role: Role | None) -> Account:
        told = self._told(name)
        if told is None:
            raise no_such_user(name)
        self._sign_out(told)
        held = self._groups(name)
        for group in sorted(held & {one.value for one in Role} - {role and role.value}):
            self._call("admin_remove_user_from_group", Username=name, GroupName=group)
        if role is not None and role.value not in held:
            self._call("admin_add_user_to_group", Username=name, GroupName=role.value)
        # What was issued meanwhile may still have the groups of before.
        self._sign_out(told)
        return Account(address_of(told) or name, role, _millis(told["UserCreateDate"]))

    def remove(self, name: str) -> bool:
        told = self._told(name)
        if told is None:
            return False
        self._sign_out(told)
        self._call("admin_user_global_sign_out", Username=name)
        self._call("admin_delete_user", Username=name)
        self._sign_out(told)
        return True

    def named(self, subject: str) -> str | None:
        """His address; None where there is nobody of that subject any more."""
        told = self._told(subject)
        return None if told is None else address_of(told) or subject

    def signed_out(self, subject: str) -> Millis:
        """Tokens issued before that are not taken."""
        kept = self._cabinet.get(SIGN_OUTS, subject)
        before = 0 if kept is None else kept.body.get("before")
        return before if isinstance(before, int) else 0

    def _sign_out(self, told: Mapping[str, Any]) -> None:
        # Tokens are issued in whole seconds.
        now = self._clock.now()
        before = now // 1000 * 1000 + 1000
        self._cabinet.put(SIGN_OUTS, _subject(told), {"before": before}, expires=now + _SIGNED_OUT_MS)

    def _told(self, name: str) -> Mapping[str, Any] | None:
        with translated(WHERE):
            try:
                told: Mapping[str, Any] = self._client.admin_get_user(UserPoolId=self._pool, Username=name)
            except ClientError as wrong:
                if code_of(wrong) != "UserNotFoundException":
                    raise
                return None
        return told

    def _groups(self, name: str) -> frozenset[str]:
        groups = self._all("admin_list_groups_for_user", "Groups", "NextToken", Username=name)
        return frozenset(str(one["GroupName"]) for one in groups)

    def _all(self, call: str, what: str, token: str, **asked: Any) -> Iterator[Mapping[str, Any]]:
        while True:
            told = self._call(call, Limit=_PAGE, **asked)
            yield from told.get(what, ())
            if not told.get(token):
                return
            asked[token] = told[token]

    def _call(self, call: str, **asked: Any) -> Mapping[str, Any]:
        with translated(WHERE):
            told: Mapping[str, Any] = getattr(self._client, call)(UserPoolId=self._pool, **asked)
        return told

    @cached_property
    def _client(self) -> Any:
        return self._clients.with_config("cognito-idp", _QUICK)


def highest(groups: frozenset[str]) -> Role | None:
    """Groups that are no roles give none."""
    return max((role for role in Role if role.value in groups), key=_RANK.__getitem__, default=None)


def address_of(told: Mapping[str, Any]) -> str | None:
    """A verified one. Cognito calls its attributes otherwise where it lists."""
    attributes = {one["Name"]: one["Value"] for one in told.get("UserAttributes", told.get("Attributes", ()))}
    return (
        str(attributes["email"]).lower()
        if attributes.get("email_verified") == "true" and "email" in attributes
        else None
    )


def _subject(told: Mapping[str, Any]) -> str:
    attributes = {one["Name"]: one["Value"] for one in told.get("UserAttributes", ())}
    return str(attributes.get("sub") or told["Username"])


def _millis(at: Any) -> Millis:
    return round(float(at.timestamp()) * 1000)
