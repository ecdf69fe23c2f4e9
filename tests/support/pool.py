"""A user pool behind botocore: what it is asked is validated and written by botocore, as it would go to Cognito."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import boto3
from botocore.config import Config

from murmuration.aws.clients import Clients

POOL = "eu-central-1_Ab3"
PAGE = 3
"""So few are listed at once that whoever lists has to go on."""


class _Refused(Exception):
    pass


@dataclass
class Pool:
    """`users` by subject, with their groups."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    """Calls that fail, and with what."""

    def join(self, address: str, *groups: str, verified: bool = True) -> str:
        """As if by the console. The subject."""
        subject = str(UUID(int=len(self.users) + 1))
        attributes = {"sub": subject, "email": address, "email_verified": str(verified).lower()}
        told = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self.users[subject] = {
            "Username": subject,
            "told": told,
            "UserCreateDate": datetime.fromtimestamp(1_800_000_000.25, UTC),
        }
        self.groups[subject] = set(groups)
        return subject

    def answer(self, params: Any, **_: object) -> tuple[Any, dict[str, Any]]:
        call = params["headers"]["X-Amz-Target"].rpartition(".")[2]
        asked = json.loads(params["body"])
        self.calls.append(call)
        try:
            if call in self.refuses:
                raise _Refused(self.refuses[call])
            assert asked["UserPoolId"] == POOL
            return SimpleNamespace(status_code=200), getattr(self, call)(asked)
        except _Refused as wrong:
            told = {"Error": {"Code": str(wrong), "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            return SimpleNamespace(status_code=400), told

    def AdminCreateUser(self, asked: Any) -> Any:
        if self._subject(asked["Username"]) is not None:
            raise _Refused("UsernameExistsException")
        attributes = {one["Name"]: one["Value"] for one in asked["UserAttributes"]}
        user = self.users[self.join(attributes["email"], verified=attributes["email_verified"] == "true")]
        return {"User": _listed(user)}

    def AdminGetUser(self, asked: Any) -> Any:
        user = self.users[self._found(asked)]
        return {**_listed(user), "UserAttributes": user["told"]}

    def AdminDeleteUser(self, asked: Any) -> Any:
        subject = self._found(asked)
        del self.users[subject], self.groups[subject]
        return {}

    def AdminUserGlobalSignOut(self, asked: Any) -> Any:
        self._found(asked)
        return {}

    def AdminAddUserToGroup(self, asked: Any) -> Any:
        self.groups[self._found(asked)].add(asked["GroupName"])
        return {}

    def AdminRemoveUserFromGroup(self, asked: Any) -> Any:
        self.groups[self._found(asked)].discard(asked["GroupName"])
        return {}

    def AdminListGroupsForUser(self, asked: Any) -> Any:
        names = [{"GroupName": name} for name in sorted(self.groups[self._found(asked)])]
        return _page(names, asked, "Groups", "NextToken")

    def ListUsersInGroup(self, asked: Any) -> Any:
        users = [_listed(self.users[one]) for one, groups in self.groups.items() if asked["GroupName"] in groups]
        return _page(users, asked, "Users", "NextToken")

    def ListUsers(self, asked: Any) -> Any:
        users = [{**_listed(one), "Attributes": one["told"]} for one in self.users.values()]
        return _page(users, asked, "Users", "PaginationToken")

    def _subject(self, name: str) -> str | None:
        def known_as(user: dict[str, Any]) -> set[str]:
            return {user["Username"], *(one["Value"].lower() for one in user["told"] if one["Name"] == "email")}

        return next((subject for subject, user in self.users.items() if name.lower() in known_as(user)), None)

    def _found(self, asked: Any) -> str:
        subject = self._subject(asked["Username"])
        if subject is None:
            raise _Refused("UserNotFoundException")
        return subject


class PoolClients(Clients):
    """One client serves every test: making one costs more than most of them do."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(_session())
        self._pool = pool

    def with_config(self, service: str, config: Config) -> Any:
        assert service == "cognito-idp"
        client = _client()
        client.meta.events.unregister(f"before-call.{service}", unique_id="pool")
        client.meta.events.register_first(f"before-call.{service}", self._pool.answer, unique_id="pool")
        return client


@cache
def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="nobody", aws_secret_access_key="knows", region_name="eu-central-1")


@cache
def _client() -> Any:
    return Clients(_session()).with_config("cognito-idp", Config())


def _listed(user: dict[str, Any]) -> dict[str, Any]:
    return {"Username": user["Username"], "UserCreateDate": user["UserCreateDate"], "Enabled": True}


def _page(all_: list[Any], asked: Any, what: str, token: str) -> dict[str, Any]:
    at = int(asked.get(token, 0))
    further = {token: str(at + PAGE)} if at + PAGE < len(all_) else {}
    return {what: all_[at : at + PAGE], **further}
