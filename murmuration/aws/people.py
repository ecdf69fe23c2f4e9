"""Who is behind a token, on AWS: people whom Cognito has asked who they are and tells with a signed token; programs with tokens of ours.

A role in all projects is in the token; a role in one project is a membership, in the cabinet, by address. An access token has no
address, so its subject's is asked for, every few minutes. The gateway judges tokens too, and the function takes its word for
nothing: what it hands on of a token is not looked at.

What must always hold: an address that nobody has verified is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.ledger import Millis
from events.ports import Clock, Ids
from handlers.auth import EVERYWHERE, Caller, Unauthenticated
from handlers.cabinet import Cabinet
from handlers.jwt import Claims, Judge
from handlers.people import KnownMembers, SignIn, User, caller_of
from handlers.tokens import PREFIX, Tokens
from murmuration.aws.accounts import CognitoAccounts, highest
from murmuration.aws.clients import Clients
from murmuration.aws.jwks import Jwks
from schemas.project import Role

FRESH_MS: Final[Millis] = 5_000
"""So old may be what is known of members."""
NAMED_MS: Final[Millis] = 300_000
"""So old may be what is known of a subject: his address, and that he is still there."""
_MOST_KNOWN: Final = 10_000


class AwsIdentities:
    def __init__(
        self, sign_in: SignIn, judge: Judge, accounts: CognitoAccounts, cabinet: Cabinet, tokens: Tokens, clock: Clock
    ) -> None:
        self._sign_in = sign_in
        self._judge = judge
        self._accounts = accounts
        self._members = KnownMembers(cabinet, lambda: clock.now() // FRESH_MS)
        self._tokens = tokens
        self._clock = clock
        self._names: dict[str, tuple[str, Millis]] = {}

    def sign_in(self) -> SignIn | None:
        return self._sign_in

    def identify(self, token: str) -> Caller:
        if token.startswith(PREFIX):
            held = self._tokens.held(token)
            return caller_of(held, self._of_account(held.token.user) if held.token.user else {})
        claims = self._judge.claims(token, self._clock.now())
        if claims.issued < self._accounts.signed_out(claims.subject):
            raise Unauthenticated("what this token allows has changed since", advice="Sign in again")
        name = self._name(claims)
        role = highest(claims.groups)
        everywhere = {} if role is None else {EVERYWHERE: role}
        return Caller(name, {**everywhere, **self._members.of(name)}, expires=claims.expires)

    def _name(self, claims: Claims) -> str:
        if claims.address is not None:
            return claims.address.lower()
        now = self._clock.now()
        known, as_of = self._names.get(claims.subject, ("", 0))
        if 0 <= now - as_of < NAMED_MS:
            return known
        name = self._accounts.named(claims.subject)
        if name is None:
            raise Unauthenticated("whoever this token is of may not come in any more", advice="Sign in again")
        if len(self._names) >= _MOST_KNOWN:
            self._names.clear()
        self._names[claims.subject] = (name, now)
        return name

    def _of_account(self, name: str) -> Mapping[str, Role]:
        account = self._accounts.get(name)
        if account is None:
            raise Unauthenticated(f"{name} may not come in any more", advice="An admin lets people in")
        return User(account, self._members.of(name)).roles


def of_stack(
    variables: Mapping[str, str], clients: Clients, cabinet: Cabinet, clock: Clock, ids: Ids
) -> tuple[AwsIdentities, CognitoAccounts]:
    """Who may come in, by the variables that `template.yaml` gives to the API's function."""
    there = sign_in(variables)
    accounts = CognitoAccounts(clients, variables["MURMUR_USER_POOL"], cabinet, clock)
    judge = Judge(there.issuer, there.client, Jwks(accounts.address, clock))
    return AwsIdentities(there, judge, accounts, cabinet, Tokens(cabinet, clock, ids), clock), accounts


def sign_in(variables: Mapping[str, str]) -> SignIn:
    region, stage = variables["AWS_REGION"], variables["MURMUR_STAGE"]
    suffix = "amazonaws.com.cn" if variables.get("MURMUR_PARTITION") == "aws-cn" else "amazonaws.com"
    usual = f"https://murmur-{stage}-{variables.get('MURMUR_ACCOUNT', '')}.auth.{region}.amazoncognito.com"
    return SignIn(
        stage=stage,
        region=region,
        issuer=f"https://cognito-idp.{region}.{suffix}/{variables['MURMUR_USER_POOL']}",
        client=variables["MURMUR_USER_POOL_CLIENT"],
        domain=variables.get("MURMUR_SIGN_IN") or usual,
        # To the last character as the client of the user pool has it.
        redirect=f"{variables.get('MURMUR_URL', '')}/",
    )
