"""The API at its gateway: who has no token is turned away there, and who has signed in starts a run and reads it."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
import urllib3
from support.deployed.simulator import CERTIFICATE
from support.deployed.source import PAGE
from support.deployed.standing import PREFIX, Standing


class Gateway:
    def __init__(self, here: Standing) -> None:
        apis = here.client("apigatewayv2").get_apis()["Items"]
        [api] = [one["ApiId"] for one in apis if one["Name"] == PREFIX]
        self._url = f"{here.aws.endpoint}/_aws/execute-api/{api}/$default"
        self._http = urllib3.PoolManager(ca_certs=str(CERTIFICATE), retries=False)

    def ask(
        self, method: str, path: str, body: Any = None, token: str | None = None, door: str = ""
    ) -> tuple[int, Any]:
        headers = {"content-type": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        content = None if body is None else json.dumps(body).encode()
        told = self._http.request(method, f"{self._url}{door}/api{path}", body=content, headers=headers, timeout=60)
        return told.status, json.loads(told.data or b"null")


@pytest.fixture(scope="module")
def gateway(here: Standing) -> Gateway:
    return Gateway(here)


def signed_in(here: Standing, group: str) -> str:
    """By password, as the account's root may have it; people do it on the hosted page."""
    idp = here.client("cognito-idp")
    [pool] = [one["Id"] for one in idp.list_user_pools(MaxResults=60)["UserPools"] if one["Name"] == PREFIX]
    [client] = [one["ClientId"] for one in idp.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"]]
    name, password = f"{secrets.token_hex(4)}@example.com", f"Aa1!{secrets.token_hex(8)}"
    verified = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
    idp.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=verified, MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    idp.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)
    # The stack's own client takes no password from anybody.
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    idp.update_user_pool_client(UserPoolId=pool, ClientId=client, ExplicitAuthFlows=flows)
    told = idp.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return str(told["AuthenticationResult"]["IdToken"])


def test_where_to_sign_in_is_told_to_everybody(gateway: Gateway) -> None:
    status, told = gateway.ask("GET", "/auth/config")
    assert (status, told["stage"]) == (200, "dev"), told


def test_who_has_no_token_is_turned_away(gateway: Gateway) -> None:
    assert gateway.ask("GET", "/runs")[0] == 401
    assert gateway.ask("GET", "/runs", token="nonsense")[0] == 401
    assert gateway.ask("POST", "/events", {})[0] == 401, "the function asks for one, too"


def test_who_has_signed_in_starts_a_run_and_reads_it(here: Standing, gateway: Gateway) -> None:
    token = signed_in(here, "operator")
    status, told = gateway.ask("POST", "/runs", {"pipeline": "examples/arithmetic", "input": {}}, token)
    assert status == 202, told
    here.ended(told["run"])
    status, shown = gateway.ask("GET", f"/runs/{told['run']}", token=token)
    assert (status, shown["state"]) == (200, "succeeded"), shown
    assert gateway.ask("POST", "/dead-letters/drop", {"ids": ["x"]}, token)[0] == 403


def test_a_program_comes_in_by_its_own_door_with_what_its_role_may(here: Standing, gateway: Gateway) -> None:
    """As CloudFront leads it there."""
    admin = signed_in(here, "admin")
    status, made = gateway.ask("POST", "/tokens", {"name": "ci", "role": "operator", "projects": ["examples"]}, admin)
    assert status == 201, made
    token = made["token"]
    assert gateway.ask("GET", "/runs", token=token)[0] == 401, "it is none of the user pool's"
    status, told = gateway.ask("GET", "/auth/verify", token=token, door="/programs")
    assert (status, told["name"], told["roles"]) == (200, "token:ci", {"examples": "operator"}), told
    started = {"pipeline": "examples/arithmetic", "input": {}}
    status, told = gateway.ask("POST", "/runs", started, token, door="/programs")
    assert status == 202, told
    here.ended(told["run"])
    assert gateway.ask("GET", f"/runs/{told['run']}", token=token, door="/programs")[1]["state"] == "succeeded"
    assert gateway.ask("GET", "/users", token=token, door="/programs")[0] == 403
    assert gateway.ask("GET", "/runs", token=admin, door="/programs")[0] == 401, "people come in by theirs"
    assert gateway.ask("GET", "/runs", door="/programs")[0] == 401
    assert gateway.ask("DELETE", f"/tokens/{made['id']}", token=admin)[0] == 204
    assert gateway.ask("GET", "/runs", token=token, door="/programs")[0] == 401, "at once"


def test_the_designers_files_lie_where_cloudfront_looks(here: Standing) -> None:
    s3 = here.client("s3")
    [bucket] = [one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"].startswith(f"{PREFIX}-designer-")]
    there = {one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", ())}
    assert there == {path.as_posix() for path in PAGE}
    assert "designer: 2 files" in here.told
    assert s3.head_object(Bucket=bucket, Key="index.html")["CacheControl"] == "no-cache"
