"""Tokens of programs: told once, kept as a hash, gone when they are revoked or over; an emitter only emits."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.murmur import Shop, shop
from support.served import Served, served

from handlers.auth import EVERYWHERE, Unauthenticated
from handlers.cabinet import Changed
from handlers.tokens import NoSuchToken, TokenRole, Tokens, check_of
from murmuration.local.cabinet import LocalCabinet
from murmuration.system import RandomIds
from schemas.project import Role

HOUR = 3_600_000
DAY = 24 * HOUR
SPELLING = re.compile(r"mm_[0-9a-f]{16}_[0-9a-f]{72}")


class Clock:
    def __init__(self) -> None:
        self.at = 1_800_000_000_000

    def now(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cabinet(tmp_path: Path, clock: Clock) -> Iterator[LocalCabinet]:
    made = LocalCabinet(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
def tokens(cabinet: LocalCabinet, clock: Clock) -> Tokens:
    return Tokens(cabinet, clock, RandomIds())


def test_a_token_is_found_again_by_what_was_told_and_by_nothing_else(tokens: Tokens) -> None:
    made, other = (tokens.create(name, TokenRole.EDITOR, by="ann") for name in ("ci", "cd"))
    assert SPELLING.fullmatch(made.text)
    assert tokens.held(made.text).token.roles == {EVERYWHERE: Role.EDITOR}
    mixed = f"mm_{made.id}_{other.text.split('_')[2][:64]}"
    for wrong in (mixed + check_of(mixed), made.text[:-1], made.text.upper(), made.text + " ", f" {made.text}", ""):
        with pytest.raises(Unauthenticated):
            tokens.held(wrong)


def test_what_is_kept_does_not_open_the_door(tokens: Tokens, cabinet: LocalCabinet, tmp_path: Path) -> None:
    made = tokens.create("ci", TokenRole.ADMIN, by="ann")
    [kept] = cabinet.list("tokens")
    secret = made.text.split("_")[2]
    assert secret[:64] not in json.dumps(kept.body)
    for file in tmp_path.iterdir():
        assert secret[:64].encode() not in file.read_bytes(), file
    with pytest.raises(Unauthenticated):
        tokens.held(str(kept.body["hash"]))


def test_a_typing_mistake_is_told_from_a_token_that_is_gone(tokens: Tokens) -> None:
    made = tokens.create("ci", TokenRole.VIEWER, by="ann")
    with pytest.raises(Unauthenticated, match="mistyped"):
        tokens.held(made.text.replace(made.text[30], "0" if made.text[30] != "0" else "1"))
    tokens.revoke(made.id)
    with pytest.raises(Unauthenticated, match="revoked"):
        tokens.held(made.text)
    with pytest.raises(NoSuchToken):
        tokens.revoke(made.id)


def test_an_expired_token_is_refused_from_that_moment_on_and_listed_for_a_while(tokens: Tokens, clock: Clock) -> None:
    made = tokens.create("ci", TokenRole.VIEWER, lasts=DAY, by="ann")
    clock.at += DAY - 1
    assert tokens.held(made.text)
    clock.at += 1
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.held(made.text)
    assert [one.id for one in tokens.all()] == [made.id]
    clock.at += 31 * DAY
    assert not list(tokens.all())
    with pytest.raises(Unauthenticated):
        tokens.held(made.text)


def test_when_it_was_used_is_noted_once_an_hour(tokens: Tokens, clock: Clock, cabinet: LocalCabinet) -> None:
    made = tokens.create("ci", TokenRole.VIEWER, by="ann")
    versions = set()
    for _ in range(120):
        tokens.held(made.text)
        versions.add(cabinet.list("tokens")[0].version)
        clock.at += 60_000
    assert len(versions) == 2
    [listed] = tokens.all()
    assert listed.token.used == clock.at - HOUR


def test_noting_a_use_brings_no_revoked_token_back(
    tokens: Tokens, cabinet: LocalCabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tokens.create("ci", TokenRole.VIEWER, by="ann")
    put = cabinet.put

    def revoked_meanwhile(drawer: str, key: str, *args: Any, **more: Any) -> Any:
        cabinet.delete(drawer, key)
        with pytest.raises(Changed):
            put(drawer, key, *args, **more)
        return put(drawer, key, *args, **more)

    monkeypatch.setattr(cabinet, "put", revoked_meanwhile)
    tokens.held(made.text)
    with pytest.raises(Unauthenticated):
        tokens.held(made.text)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("tokens") / "shop"
    shop(root)
    with served(root) as found:
        yield found


@pytest.fixture(scope="module")
def murmur(here: Served) -> Shop:
    return Shop(here.root)


def test_a_token_is_made_listed_and_revoked_over_http(here: Served) -> None:
    made = here.post("/tokens", {"name": "ci", "role": "operator", "projects": ["shop"], "expires": "30d"})
    assert made.status == 201
    token = made.json["token"]
    verified = here.get("/auth/verify", token=token).json
    assert (verified["name"], verified["roles"]) == ("token:ci", {"shop": "operator"})
    assert verified["expires"] == made.json["expires"]
    [listed] = [one for one in here.get("/tokens").json["tokens"] if one["id"] == made.json["id"]]
    assert (listed["role"], listed["projects"], listed["expired"]) == ("operator", ["shop"], False)
    assert listed["used"] is not None
    assert token not in here.get("/tokens").body.decode()
    assert here.delete(f"/tokens/{made.json['id']}").status == 204
    assert here.get("/auth/verify", token=token).status == 401
    assert here.delete(f"/tokens/{made.json['id']}").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "role": "viewer"},
        {"name": " ", "role": "viewer"},
        {"name": "ci\nroot", "role": "viewer"},
        {"name": "ci\u202e", "role": "viewer"},
        {"name": "c" * 129, "role": "viewer"},
        {"name": "ci"},
        {"name": "ci", "role": "root"},
        {"name": "ci", "role": "viewer", "expires": "soon"},
        {"name": "ci", "role": "viewer", "expires": "0s"},
        {"name": "ci", "role": "viewer", "projects": ["*"]},
        {"name": "ci", "role": "emitter", "projects": ["shop"]},
        {"name": "ci", "role": "viewer", "hash": "0"},
    ],
)
def test_what_makes_no_token_is_refused_in_words(here: Served, body: dict[str, Any]) -> None:
    told = here.post("/tokens", body)
    assert told.status == 422, told.body
    assert told.json["detail"]


def test_asking_twice_with_one_key_keeps_no_token_for_the_second_answer(here: Served) -> None:
    key = {"idempotency-key": "make-a-token-once"}
    token = here.post("/tokens", {"name": "twice", "role": "viewer"}, headers=key).json["token"]
    for file in (here.root / ".murmuration").rglob("*"):
        if file.is_file():
            assert token.encode() not in file.read_bytes(), file


def test_an_admin_of_one_project_makes_no_tokens(here: Served) -> None:
    token = here.post("/tokens", {"name": "own", "role": "admin", "projects": ["shop"]}).json["token"]
    assert here.post("/tokens", {"name": "more", "role": "admin"}, token=token).status == 403
    assert here.get("/tokens", token=token).status == 403


def test_the_command_makes_lists_and_revokes_beside_a_server(here: Served, murmur: Shop) -> None:
    text = murmur("token", "create", "deploy", "--role", "editor", "-p", "shop", "--expires", "2h").stdout.strip()
    assert SPELLING.fullmatch(text)
    assert here.get("/auth/verify", token=text).json["roles"] == {"shop": "editor"}
    listed = murmur.json("token", "list")["tokens"]
    assert isinstance(listed, list)
    [mine] = [one for one in listed if isinstance(one, dict) and one["name"] == "deploy"]
    assert (mine["role"], mine["projects"]) == ("editor", ["shop"])
    assert "deploy" in murmur("token", "list").stdout
    murmur("token", "revoke", "deploy")
    assert here.get("/auth/verify", token=text).status == 401
    assert "no token" in murmur("token", "revoke", "deploy", code=2).stderr


def test_the_command_works_without_a_server(tmp_path: Path) -> None:
    murmur = shop(tmp_path / "alone")
    text = str(murmur.json("token", "create", "early", "--role", "viewer")["token"])
    link = murmur.json("user", "create", "ann", "--role", "editor")
    assert link["link"] is None
    assert "emitter" in murmur("token", "create", "x", "--role", "emitter", "-p", "shop", code=2).stderr
    with served(murmur.root) as found:
        assert found.get("/auth/verify", token=text).json["roles"] == {"*": "viewer"}
        assert found.get("/auth/verify", token=str(link["token"])).json["name"] == "ann"


def test_who_made_a_token_by_the_command_is_in_the_audit_log(here: Served, murmur: Shop) -> None:
    murmur("token", "create", "audited", "--role", "viewer")
    [entry] = here.get("/audit", target="audited").json["entries"]
    assert (entry["operation"], entry["state"]) == ("token.write", "done")


def test_by_a_key_one_token_is_made_and_told_once(here: Served) -> None:
    wanted, key = {"name": "keyed", "role": "viewer"}, {"idempotency-key": "of-mine"}
    first, again = (here.post("/tokens", wanted, headers=key) for _ in range(2))
    assert (first.status, again.status, again.headers["idempotency-replayed"]) == (201, 201, "true")
    assert again.json == {**first.json, "token": None}
    assert [one["name"] for one in here.get("/tokens", most=200).json["tokens"]].count("keyed") == 1
    assert here.get("/auth/verify", token=first.json["token"]).status == 200


def test_by_a_key_somebody_is_let_in_once(here: Served) -> None:
    wanted, key = {"name": "kim@example.com", "role": "viewer"}, {"idempotency-key": "of-kim"}
    first, again = (here.post("/users", wanted, headers=key) for _ in range(2))
    assert (again.status, again.json) == (201, {**first.json, "token": None})
    seen = {"if-match": here.get("/users/kim@example.com").headers["etag"]}
    assert here.put("/users/kim@example.com", {"role": "operator"}, headers=seen).status == 200
    assert here.delete("/users/kim@example.com", headers=seen).code == "changed-meanwhile"
    assert here.delete("/users/kim@example.com").status == 204


def test_the_token_of_a_server_that_has_ended_says_what_to_do(here: Served) -> None:
    # As a page has it that was open when the server was started anew.
    before = f"mm_session_{'0' * 64}"
    for path in ("/runs", "/auth/verify"):
        told = here.get(path, token=before + check_of(before))
        assert (told.status, told.code) == (401, "unauthenticated")
        assert "has ended" in told.json["detail"]
        assert "murmur up" in told.json["advice"]


def test_only_the_owner_may_read_the_session_token(here: Served) -> None:
    for name in ("token", "cabinet.db"):
        assert (here.root / ".murmuration" / name).stat().st_mode & 0o777 == 0o600
    database = sqlite3.connect(here.root / ".murmuration" / "cabinet.db")
    assert here.token not in {row[0] for row in database.execute("SELECT key FROM kept")}
    database.close()


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer mm_", "Bearer null", "Bearer ä", "bearer a b", "Token x"]
)
def test_whatever_else_is_shown_is_refused_as_a_problem(here: Served, given: str) -> None:
    told = here.get("/runs", token=None, headers={"authorization": given.encode().decode("latin-1")})
    assert (told.status, told.code) == (401, "unauthenticated")
