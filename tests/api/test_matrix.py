"""Who may do what, tried: every route that is registered, by every role, in one's own project, in another, and in all.

What is expected comes from the table in `handlers.auth` and from nothing else. First all that must be denied is asked for, and
nothing may have changed by it; then all that must be let in. A route that is added is covered with it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from support.murmur import CHECK, SLOW
from support.sampled import Sample, Sampler, described
from support.served import Answered, Served, served

from handlers.api.routes import Route
from handlers.auth import EMITTERS, EVERYWHERE, TABLE, Operation, Rule, Scope
from handlers.tokens import TokenRole, Tokens
from murmuration.local.cabinet import LocalCabinet
from murmuration.system import RandomIds, SystemClock
from schemas.project import Role

OPEN: Final = {
    "GET /auth/config",
    "GET /auth/verify",
    "GET /openapi.json",
    "GET /docs",
    "POST /hooks/<project>/<pipeline>/<trigger>",
}
"""All that asks for no token. A webhook is signed."""
OWN, OTHER = "kestrel", "plover"
NOT_LET_IN: Final = (401, 403, 404)
UNREAD: Final = (400, 405, 406, 415, 422, 428)
"""The request was found wanting before anybody looked what it is about."""

ROUTES, _ = described()


class Caller(NamedTuple):
    name: str
    roles: Mapping[str, Role] = {}
    """By project; `EVERYWHERE` for all."""
    status: int | None = None
    """Where it never gets further."""
    emitter: bool = False

    def enough(self, least: Role, *places: str) -> bool:
        ranks = list(Role)
        held = [self.roles[place] for place in (*places, EVERYWHERE) if place in self.roles]
        return any(ranks.index(role) >= ranks.index(least) for role in held)


PEOPLE = [
    Caller(f"{role.value}-{where}", {place: role})
    for role in Role
    for where, place in (("own", OWN), ("other", OTHER), ("all", EVERYWHERE))
]
MIXED = [
    Caller(f"{role.value}-own-admin-other", {OWN: role, OTHER: Role.ADMIN}) for role in Role if role is not Role.ADMIN
]
"""Whom the door lets in for what he may elsewhere."""
OTHERS = [
    *(Caller("no-token", status=401), Caller("expired", status=401), Caller("revoked", status=401)),
    *(Caller("emitter", emitter=True), Caller("without-a-role")),
]
CALLERS = {caller.name: caller for caller in (*PEOPLE, *MIXED, *OTHERS)}


def name_of(route: Route) -> str:
    return f"{route.method} {route.rule}"


class Verdict(NamedTuple):
    """What the table says of a caller and a route."""

    let_in: bool
    elsewhere: bool = False
    """He has the role, but in another project, and the path does not say which it is about: the answer must not hold it."""


def verdict(caller: Caller, route: Route) -> Verdict:
    operation = route.operation
    assert operation is not None
    if caller.emitter:
        return Verdict(operation in EMITTERS)
    least, scope = TABLE[operation]
    match scope:
        case Scope.STACK:
            return Verdict(caller.enough(least))
        case Scope.ANY:
            return Verdict(caller.enough(least, OWN, OTHER))
        case Scope.PROJECT:
            let_in = caller.enough(least, OWN)
            return Verdict(let_in, not let_in and caller.enough(least, OTHER) and "<project>" not in route.rule)


@dataclass
class Told:
    tokens: Mapping[str, str | None]
    answers: Mapping[tuple[str, str], Answered]
    """By route and caller."""
    admin: Mapping[str, Answered]
    before: Mapping[str, str]
    after: Mapping[str, str]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("matrix") / "birds"
    (root / "pipelines").mkdir(parents=True)
    (root / "functions" / "check").mkdir(parents=True)
    (root / "buckets" / "nests").mkdir(parents=True)
    (root / "buckets" / "nests" / "egg.txt").write_text("blue")
    (root / "project.yaml").write_text(f"project: {OWN}\nbuckets: {{nests: {{}}}}\n")
    for project in (OWN, OTHER):
        (root / "pipelines" / f"{project}.yaml").write_text(SLOW.replace("project: shop", f"project: {project}"))
    (root / "functions" / "check" / "handler.py").write_text(CHECK)
    with served(root) as found:
        yield found


def made(here: Served) -> dict[str, str | None]:
    """A token for each caller."""
    tokens: dict[str, str | None] = {"no-token": None}
    for caller in (*PEOPLE, *MIXED):
        everywhere = caller.roles.get(EVERYWHERE)
        projects = {place: role.value for place, role in caller.roles.items() if place != EVERYWHERE}
        body = {"name": caller.name, "role": everywhere and everywhere.value, "projects": projects}
        told = here.post("/users", body)
        assert told.status == 201, told.body
        tokens[caller.name] = told.json["token"]
    tokens["emitter"] = here.post("/tokens", {"name": "emitter", "role": "emitter"}).json["token"]
    tokens["without-a-role"] = here.post("/users", {"name": "newcomer"}).json["token"]
    revoked = here.post("/tokens", {"name": "revoked", "role": "admin"}).json
    assert here.delete(f"/tokens/{revoked['id']}").status == 204
    tokens["revoked"] = revoked["token"]

    class Yesterday(SystemClock):
        def now(self) -> int:
            return super().now() - 86_400_000

    cabinet = LocalCabinet(here.root / ".murmuration", SystemClock())
    tokens["expired"] = (
        Tokens(cabinet, Yesterday(), RandomIds()).create("old", TokenRole.ADMIN, lasts=60_000, by="x").text
    )
    cabinet.close()
    return tokens


def state(here: Served) -> dict[str, str]:
    """All that a change could show in: what is kept, what ran, what lies in the workspace."""
    found = {}
    for file in sorted(here.root.rglob("*")):
        if file.is_file() and ".murmuration" not in file.parts and "__pycache__" not in file.parts:
            found[str(file)] = hashlib.sha256(file.read_bytes()).hexdigest()
    database = sqlite3.connect(here.root / ".murmuration" / "cabinet.db")
    for drawer, key, version in database.execute("SELECT drawer, key, version FROM kept"):
        # A token's version changes when it is used.
        found[f"{drawer} {key}"] = "" if drawer == "tokens" else version
    database.close()
    for what in ("/runs", "/dead-letters", "/archive"):
        found[what] = here.get(what).body.decode()
    return found


@pytest.fixture(scope="module")
def told(here: Served) -> Told:
    run = str(here.post("/runs", {"pipeline": f"{OWN}/orders", "input": {"id": "1", "total": 3}}).json["run"])
    until = time.monotonic() + 30
    while here.get(f"/runs/{run}").json["state"] != "succeeded" or b"egg.txt" not in here.get("/archive").body:
        assert time.monotonic() < until, "it does not come to rest"
        time.sleep(0.05)
    places = {
        "project": OWN,
        "pipeline": "orders",
        "run": run,
        "task": "check",
        "trigger": "placed",
        "name": "check",
        "number": "1",
        "version": "1",
        "bucket": "nests",
        "flow": f"{OWN}.orders",
        "id": "sample",
    }
    text = SLOW.replace("project: shop", f"project: {OWN}")
    known = {
        "project": OWN,
        "pipeline": f"{OWN}/orders",
        "run": run,
        "input": {"id": "2"},
        "text": text,
        "key": "egg.txt",
        "task": "check",
        "source": "birds",
        "role": "viewer",
        "description": "changed",
    }
    sampler = Sampler(places, known)
    samples = {name_of(route): sampler.of(route) for route in ROUTES if route.operation is not None}
    tokens, answers, mine = made(here), {}, threading.local()

    def ask(cell: tuple[Route, Caller]) -> None:
        route, caller = cell
        if not hasattr(mine, "here"):
            mine.here = Served(here.root, here.url, here.token, here.process)
        sample = samples[name_of(route)]
        answers[name_of(route), caller.name] = asked(mine.here, route, sample, tokens[caller.name])

    asking = [(route, caller) for route in ROUTES if route.operation is not None for caller in CALLERS.values()]
    denied = [(route, caller) for route, caller in asking if not verdict(caller, route).let_in]
    before = state(here)
    with ThreadPoolExecutor(4) as several:
        list(several.map(ask, denied))
        after = state(here)
        # What changes least goes first, and what takes away last.
        for step in ("GET", "PUT", "PATCH", "POST", "last"):
            list(several.map(ask, [one for one in asking if step_of(one[0]) == step and one not in denied]))
    admin = {name: answers[name, "admin-all"] for name in samples}
    return Told(tokens, answers, admin, before, after)


def step_of(route: Route) -> str:
    return "last" if route.method == "DELETE" or route.rule.endswith("/unpublish") else route.method


def asked(here: Served, route: Route, sample: Sample, token: str | None) -> Answered:
    return here.ask(route.method, sample.path, sample.body, token=token, headers=sample.headers, **sample.query)


def test_every_route_names_an_operation_or_is_one_of_the_few_that_are_open() -> None:
    assert {name_of(route) for route in ROUTES if route.operation is None} <= OPEN


def test_every_operation_has_its_row() -> None:
    assert set(TABLE) == set(Operation)
    assert all(isinstance(rule, Rule) for rule in TABLE.values())


@pytest.mark.parametrize("route", [route for route in ROUTES if route.operation is not None], ids=name_of)
def test_who_is_let_in_and_who_is_not(told: Told, route: Route) -> None:
    wrong = []
    for caller in CALLERS.values():
        expected, answer = verdict(caller, route), told.answers[name_of(route), caller.name]
        if caller.status is not None:
            right = answer.status == caller.status
        elif expected.let_in:
            right = answer.status not in (401, 403) and answer.status < 500
        elif expected.elsewhere:
            right = _tells_nothing(answer, told.admin[name_of(route)], route)
        else:
            right = answer.status in NOT_LET_IN
        if not right:
            wrong.append(f"{caller.name}: {answer.status} {answer.body[:200]!r}, and the table says {expected}")
    assert not wrong, "\n".join([name_of(route), *wrong])


def _tells_nothing(answer: Answered, admin: Answered, route: Route) -> bool:
    """Not let in; or a list without what is another project's; or a request that an admin's word does not make good either."""
    if answer.status in NOT_LET_IN:
        return True
    if answer.status in UNREAD and answer.status == admin.status:
        return True
    return route.method == "GET" and answer.status == 200 and OWN.encode() not in answer.body


def test_what_was_denied_has_changed_nothing(told: Told) -> None:
    assert told.after == told.before


@pytest.mark.parametrize("caller", ["no-token", "expired", "revoked"])
def test_whoever_is_not_known_is_told_so(told: Told, caller: str) -> None:
    answers = [answer for (_, name), answer in told.answers.items() if name == caller]
    assert {(answer.status, answer.code) for answer in answers} == {(401, "unauthenticated")}
    assert all(answer.headers["www-authenticate"].startswith("Bearer") for answer in answers)


def test_an_emitter_emits_and_gets_nowhere_else(told: Told) -> None:
    let_in = {
        route for (route, name), answer in told.answers.items() if name == "emitter" and answer.status not in NOT_LET_IN
    }
    assert let_in == {name_of(route) for route in ROUTES if route.operation in EMITTERS}


@pytest.mark.parametrize("caller", CALLERS.values(), ids=lambda caller: caller.name)
def test_who_speaks_to_the_bus_as_aws_does(here: Served, told: Told, caller: Caller) -> None:
    """It is no route of the API's, and asks for the same."""
    entry = {"Source": "birds", "DetailType": "sung", "Detail": "{}"}
    headers = {"x-amz-target": "AWSEvents.PutEvents", "content-type": "application/x-amz-json-1.1"}
    answer = here.post("/", {"Entries": [entry]}, token=told.tokens[caller.name], headers=headers)
    let_in = verdict(caller, next(route for route in ROUTES if route.operation is Operation.EVENT_EMIT)).let_in
    assert (answer.status == 200) is let_in, answer.body
    if not let_in:
        assert answer.json["__type"].rpartition("#")[2] in (
            "AccessDeniedException",
            "UnrecognizedClientException",
            "MissingAuthenticationTokenException",
        )


@pytest.mark.usefixtures("told")  # or else its runs would come between the matrix's before and after
def test_an_operator_defines_no_runs_of_his_own(here: Served) -> None:
    """One route, two operations: the body says which."""
    definition = {"project": OWN, "pipeline": "mine", "tasks": {"one": {"action": "pass"}}}
    for role, where, let_in in (("operator", OWN, False), ("editor", OWN, True), ("editor", OTHER, False)):
        token = here.post("/tokens", {"name": "definer", "role": role, "projects": [where]}).json["token"]
        answer = here.post("/runs", {"definition": definition, "input": {}}, token=token)
        assert (answer.status not in NOT_LET_IN) is let_in, (role, where, answer.body)
