"""People on AWS: Cognito says who they are and what they may do everywhere, the cabinet what they may do in a project."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import pytest
from support.pool import POOL, Pool, PoolClients
from support.signed import CLIENT, ISSUER, NOW_S, access, identity, jwk, part, public_pem, signed

from handlers.api.app import Api
from handlers.api.house import House
from handlers.api.sign_in import SignIn as SignInRoutes
from handlers.auth import Caller, Unauthenticated
from handlers.cabinet import Cabinet
from handlers.jwt import Judge
from handlers.people import BadName, NoSuchUser, People, UserThere
from handlers.tokens import TokenRole, Tokens
from murmuration.aws.accounts import CognitoAccounts
from murmuration.aws.jwks import Jwks
from murmuration.aws.people import AwsIdentities, of_stack, sign_in
from murmuration.aws.refusals import Denied
from murmuration.local.cabinet import LocalCabinet
from murmuration.system import RandomIds
from schemas.project import Role

VARIABLES = {
    "AWS_REGION": "eu-central-1",
    "MURMUR_STAGE": "dev",
    "MURMUR_ACCOUNT": "123456789012",
    "MURMUR_PARTITION": "aws",
    "MURMUR_USER_POOL": POOL,
    "MURMUR_USER_POOL_CLIENT": CLIENT,
    "MURMUR_URL": "https://d1.cloudfront.net",
}


class Clock:
    at = NOW_S * 1000

    def now(self) -> int:
        return self.at


class Stage:
    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.pool = Pool()
        self.cabinet: Cabinet = LocalCabinet(folder, self.clock)
        self.tokens = Tokens(self.cabinet, self.clock, RandomIds())
        self.accounts = CognitoAccounts(PoolClients(self.pool), POOL, self.cabinet, self.clock)
        self.people = People(self.cabinet, self.accounts, self.tokens)
        self.fetched: list[str] = []
        keys = Jwks(self.accounts.address, self.clock, self._fetch)
        judge = Judge(ISSUER, CLIENT, keys)
        self.identities = AwsIdentities(sign_in(VARIABLES), judge, self.accounts, self.cabinet, self.tokens, self.clock)

    def _fetch(self, address: str) -> bytes:
        self.fetched.append(address)
        return json.dumps({"keys": [jwk()]}).encode()

    def later(self, seconds: float) -> None:
        self.clock.at += int(seconds * 1000)

    def token(self, subject: str, **claims: Any) -> str:
        """As Cognito would issue one now."""
        now, groups = self.clock.at // 1000, sorted(self.pool.groups[subject])
        told = {"sub": subject, "username": subject, "iat": now, "exp": now + 3600, "cognito:groups": groups or None}
        return signed(access(**(told | claims)))

    def who(self, token: str) -> Caller:
        return self.identities.identify(token)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    cast(LocalCabinet, made.cabinet).close()


def test_somebody_is_invited_by_mail_and_may_what_he_may(stage: Stage) -> None:
    user, token = stage.people.create("Ann@Example.com", Role.OPERATOR, {"shop": Role.EDITOR}, by="root")
    assert token is None
    assert user.account.name == "ann@example.com"
    [subject] = stage.pool.users
    assert stage.pool.groups[subject] == {"operator"}
    caller = stage.who(stage.token(subject))
    assert (caller.name, caller.roles) == ("ann@example.com", {"*": Role.OPERATOR, "shop": Role.EDITOR})
    assert caller.expires == (NOW_S + 3600) * 1000


def test_an_id_token_says_the_address_itself(stage: Stage) -> None:
    subject = stage.pool.join("ann@example.com", "viewer")
    stage.cabinet.put("members", "shop/ann@example.com", {"role": "admin"})
    caller = stage.who(signed(identity(sub=subject, **{"cognito:groups": ["viewer"]})))
    assert (caller.name, caller.roles) == ("ann@example.com", {"*": Role.VIEWER, "shop": Role.ADMIN})
    assert stage.pool.calls == []


def test_an_address_is_asked_for_once(stage: Stage) -> None:
    subject = stage.pool.join("ann@example.com")
    for _ in range(5):
        assert stage.who(stage.token(subject)).name == "ann@example.com"
    assert stage.pool.calls == ["AdminGetUser"]


def test_whoever_has_another_address_now_is_a_member_by_the_new_one(stage: Stage) -> None:
    subject = stage.pool.join("ann@example.com")
    stage.cabinet.put("members", "shop/ann@example.com", {"role": "admin"})
    assert stage.who(stage.token(subject)).roles == {"shop": Role.ADMIN}
    stage.pool.users[subject]["told"][1]["Value"] = "ann@elsewhere.example"
    stage.later(300)
    caller = stage.who(stage.token(subject))
    assert (caller.name, caller.roles) == ("ann@elsewhere.example", {})


def test_an_address_that_nobody_has_verified_makes_nobody_a_member(stage: Stage) -> None:
    stage.cabinet.put("members", "shop/ann@example.com", {"role": "admin"})
    subject = stage.pool.join("ann@example.com", verified=False)
    for token in (
        stage.token(subject),
        signed(identity(sub=subject, email="ann@example.com", email_verified=False)),
    ):
        caller = stage.who(token)
        assert caller.name == subject
        assert "shop" not in caller.roles


def test_the_highest_group_counts_and_others_are_none(stage: Stage) -> None:
    subject = stage.pool.join("ann@example.com", "viewer", "editor", "emitter", "*", "root", "Admin")
    assert stage.who(stage.token(subject)).roles == {"*": Role.EDITOR}
    assert stage.who(stage.token(stage.pool.join("ben@example.com"))).roles == {}


def test_a_role_that_is_taken_is_gone_for_tokens_that_were_issued_before(stage: Stage) -> None:
    stage.people.create("ann@example.com", Role.ADMIN, {}, by="root")
    [subject] = stage.pool.users
    before = stage.token(subject)
    assert stage.who(before).roles == {"*": Role.ADMIN}
    stage.later(0.5)
    stage.people.change(stage.people.get("ann@example.com"), Role.VIEWER, {})
    assert stage.pool.groups[subject] == {"viewer"}
    stage.later(1)
    with pytest.raises(Unauthenticated, match="changed since"):
        stage.who(before)
    assert stage.who(stage.token(subject)).roles == {"*": Role.VIEWER}


def test_whoever_is_let_go_is_gone_with_the_tokens_he_has(stage: Stage) -> None:
    stage.people.create("ann@example.com", Role.ADMIN, {"shop": Role.ADMIN}, by="root")
    [subject] = stage.pool.users
    access_token, id_token = stage.token(subject), signed(identity(sub=subject))
    assert stage.who(access_token)
    assert stage.who(id_token)
    stage.people.remove(stage.people.get("ann@example.com"))
    assert stage.pool.users == {}
    for token in (access_token, id_token):
        with pytest.raises(Unauthenticated):
            stage.who(token)
    assert stage.cabinet.list("members") == []
    with pytest.raises(NoSuchUser):
        stage.people.get("ann@example.com")


def test_somebody_whom_the_console_has_removed_is_nobody(stage: Stage) -> None:
    subject = stage.pool.join("ann@example.com", "admin")
    token = stage.token(subject)
    assert stage.who(token)
    del stage.pool.users[subject]
    stage.later(300)
    with pytest.raises(Unauthenticated):
        stage.who(token)


def test_a_member_is_one_within_seconds(stage: Stage) -> None:
    subject = stage.pool.join("ann@example.com")
    assert stage.who(stage.token(subject)).roles == {}
    stage.cabinet.put("members", "shop/ann@example.com", {"role": "viewer"})
    stage.later(5)
    assert stage.who(stage.token(subject)).roles == {"shop": Role.VIEWER}
    stage.cabinet.put("members", "shop/ann@example.com", {"role": "owner"})
    stage.later(5)
    assert stage.who(stage.token(subject)).roles == {}


def test_programs_have_the_same_tokens_as_everywhere(stage: Stage) -> None:
    made = stage.tokens.create("ci", TokenRole.EMITTER, by="root")
    caller = stage.who(made.text)
    assert (caller.name, caller.emitter) == ("token:ci", True)
    stage.tokens.revoke(made.id)
    with pytest.raises(Unauthenticated):
        stage.who(made.text)


def test_everybody_is_listed_by_pages_and_by_name(stage: Stage) -> None:
    for number in range(7):
        stage.pool.join(f"user-{number}@example.com", *(["editor"] if number % 2 else ["viewer", "admin"]))
    stage.cabinet.put("members", "shop/user-3@example.com", {"role": "admin"})
    found, after = [], ""
    while True:
        page, further = stage.people.page(after, 2)
        found += page
        if further is None:
            break
        after = further
    assert [one.account.name for one in found] == [f"user-{number}@example.com" for number in range(7)]
    assert [one.account.role for one in found] == [Role.EDITOR if n % 2 else Role.ADMIN for n in range(7)]
    assert found[3].projects == {"shop": Role.ADMIN}


def test_who_is_there_already_and_who_is_nobody(stage: Stage) -> None:
    stage.people.create("ann@example.com", None, {}, by="root")
    with pytest.raises(UserThere):
        stage.people.create("ANN@example.com", Role.ADMIN, {}, by="root")
    with pytest.raises(BadName):
        stage.people.create("ann", None, {}, by="root")
    assert stage.accounts.remove("ben@example.com") is False
    with pytest.raises(NoSuchUser):
        stage.accounts.give("ben@example.com", Role.ADMIN)


def test_a_right_that_is_lacking_is_told_as_one(stage: Stage) -> None:
    stage.pool.refuses["AdminCreateUser"] = "AccessDeniedException"
    with pytest.raises(Denied):
        stage.people.create("ann@example.com", None, {}, by="root")


def test_keys_come_from_the_pool(stage: Stage) -> None:
    stage.who(stage.token(stage.pool.join("ann@example.com")))
    assert stage.fetched == [f"{ISSUER}/.well-known/jwks.json"]


def test_where_people_sign_in() -> None:
    told = sign_in(VARIABLES)
    assert told.issuer == ISSUER
    assert told.domain == "https://murmur-dev-123456789012.auth.eu-central-1.amazoncognito.com"
    assert (told.client, told.redirect, told.scopes) == (
        CLIENT,
        f"{VARIABLES['MURMUR_URL']}/",
        ("openid", "email", "profile"),
    )
    named = sign_in(VARIABLES | {"MURMUR_SIGN_IN": "https://flock.auth.eu-central-1.amazoncognito.com"})
    assert named.domain == "https://flock.auth.eu-central-1.amazoncognito.com"
    assert sign_in(VARIABLES | {"AWS_REGION": "cn-north-1", "MURMUR_PARTITION": "aws-cn"}).issuer.startswith(
        "https://cognito-idp.cn-north-1.amazonaws.com.cn/"
    )


def test_a_stack_is_put_together_from_its_variables(stage: Stage) -> None:
    identities, accounts = of_stack(VARIABLES, PoolClients(stage.pool), stage.cabinet, stage.clock, RandomIds())
    assert accounts.address == ISSUER
    assert identities.sign_in() == sign_in(VARIABLES)


# the same through the API


def api_of(stage: Stage) -> Api:
    parts = {
        **{field.name: cast(Any, None) for field in fields(House)},
        "target": "dev",
        "version": "1",
        "clock": stage.clock,
        "cabinet": stage.cabinet,
        "origins": (),
        "identities": stage.identities,
        "accounts": stage.accounts,
    }
    house = House(**cast(Any, parts))
    return Api(house, [SignInRoutes(house).routes()])


def asked(api: Api, path: str, authorization: str | None) -> tuple[int, dict[str, Any]]:
    # What the gateway says of a token is not looked at: here it vouches for an admin.
    claims = {"sub": "root", "cognito:groups": "[admin]", "token_use": "access"}
    context = {"http": {"method": "GET", "path": path}, "requestId": "1", "authorizer": {"jwt": {"claims": claims}}}
    headers = {} if authorization is None else {"authorization": authorization}
    event: Any = {"version": "2.0", "rawPath": f"/api{path}", "headers": headers, "requestContext": context}
    told: Any = api.answer(event)
    return told["statusCode"], json.loads(told["body"])


def test_verify_and_config_over_http(stage: Stage) -> None:
    api = api_of(stage)
    status, told = asked(api, "/auth/config", None)
    assert (status, told["target"], told["client"], told["scopes"]) == (
        200,
        "dev",
        CLIENT,
        ["openid", "email", "profile"],
    )
    subject = stage.pool.join("ann@example.com", "operator")
    status, told = asked(api, "/auth/verify", f"Bearer {stage.token(subject)}")
    assert (status, told["name"], told["roles"]) == (200, "ann@example.com", {"*": "operator"})
    assert "run.start" in told["operations"]["*"]
    assert "user.write" not in told["operations"]["*"]


def test_the_gateways_word_is_nobodys(stage: Stage) -> None:
    api = api_of(stage)
    assert asked(api, "/auth/verify", None)[0] == 401
    before = f"{part({'alg': 'none', 'kid': 'pool'})}.{part(access())}"
    for token in (
        *("", "x", "mm_", "a.b.c", f"{before}.", f"{before}.AA", signed(access(), by="evil"), signed(access(exp=1))),
        *(signed(access(iss="https://evil.example")), signed(b"[" * 3_000), public_pem().decode().replace("\n", "")),
        *("é" * 20, "e" * 20_000, signed(access(sub=None)), signed(access(), {"alg": "RS256", "kid": "../x"})),
    ):
        status, told = asked(api, "/auth/verify", f"Bearer {token}")
        assert (status, told["code"]) == (401, "unauthenticated"), token[:80]
