"""People: let in, given roles, let go; what a token may do changes with them at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.murmur import Shop, shop
from support.served import Served, served


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("people") / "shop"
    shop(root)
    with served(root) as found:
        yield found


@pytest.fixture(scope="module")
def murmur(here: Served) -> Shop:
    return Shop(here.root)


def let_in(here: Served, name: str, **more: Any) -> dict[str, Any]:
    told = here.post("/users", {"name": name, **more})
    assert told.status == 201, told.body
    return dict(told.json)


def test_somebody_is_let_in_and_may_what_he_may(here: Served) -> None:
    made = let_in(here, "ann@example.com", projects={"shop": "viewer"})
    assert (made["name"], made["role"], made["projects"]) == ("ann@example.com", None, {"shop": "viewer"})
    assert made["invited"] is False
    verified = here.get("/auth/verify", token=made["token"]).json
    assert (verified["name"], verified["roles"], verified["expires"]) == (
        "ann@example.com",
        {"shop": "viewer"},
        None,
    )
    assert "run.read" in verified["operations"]["shop"]
    assert "run.start" not in verified["operations"]["shop"]
    assert "run.read" not in verified["operations"]["*"]
    assert here.get("/users", token=made["token"]).status == 403


def test_a_role_that_is_given_or_taken_holds_from_the_next_request_on(here: Served) -> None:
    token = let_in(here, "ben", role="viewer")["token"]
    assert here.get("/audit", token=token).status == 403
    read = here.get("/users/ben")
    changed = here.put("/users/ben", {"role": "admin"}, headers={"if-match": read.headers["etag"]})
    assert (changed.status, changed.json["role"]) == (200, "admin")
    assert here.get("/audit", token=token).status == 200
    taken = here.put("/users/ben", {"role": None}, headers={"if-match": changed.headers["etag"]})
    assert taken.status == 200
    assert here.get("/audit", token=token).status == 403
    assert here.get("/auth/verify", token=token).json["roles"] == {}


def test_two_who_change_somebody_never_overwrite_each_other_silently(here: Served) -> None:
    let_in(here, "cleo", role="viewer")
    assert here.put("/users/cleo", {"role": "admin"}).status == 428
    etag = here.get("/users/cleo").headers["etag"]
    assert here.put("/users/cleo", {"role": "operator"}, headers={"if-match": etag}).status == 200
    late = here.put("/users/cleo", {"role": "admin"}, headers={"if-match": etag})
    assert (late.status, late.code) == (412, "changed-meanwhile")
    assert here.get("/users/cleo").json["role"] == "operator"


def test_whoever_is_let_go_is_gone_at_once_with_his_tokens(here: Served) -> None:
    token = let_in(here, "dora", role="admin", projects={"shop": "editor"})["token"]
    assert here.get("/runs", token=token).status == 200
    assert here.delete("/users/dora").status == 204
    assert here.get("/runs", token=token).status == 401
    assert here.get("/users/dora").status == 404
    assert here.delete("/users/dora").status == 404
    again = let_in(here, "dora")
    assert again["projects"] == {}
    assert here.get("/auth/verify", token=again["token"]).json["roles"] == {}
    assert here.get("/auth/verify", token=token).status == 401


def test_a_name_is_taken_once_and_means_the_same_in_capitals(here: Served) -> None:
    let_in(here, "Eve@Example.com")
    twice = here.post("/users", {"name": "eve@example.com"})
    assert (twice.status, twice.code) == (409, "already-there")
    assert here.get("/users/EVE@example.com").json["name"] == "eve@example.com"


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "token:x", "-a", "a b", "ä", "a\n", "a" * 129, "*"])
def test_what_is_no_name_is_refused(here: Served, name: str) -> None:
    assert here.post("/users", {"name": name}).status == 422


@pytest.mark.parametrize(
    "more", [{"role": "emitter"}, {"role": "root"}, {"projects": {"a/b": "admin"}}, {"projects": {"*": "admin"}}]
)
def test_what_is_no_role_is_refused(here: Served, more: dict[str, Any]) -> None:
    assert here.post("/users", {"name": "fay", **more}).status == 422
    assert here.get("/users/fay").status == 404


def test_users_are_listed_by_pages(here: Served) -> None:
    names = [f"page-{number}" for number in range(5)]
    for name in names:
        let_in(here, name, projects={"shop": "viewer"})
    found, after = [], None
    while True:
        page = here.get("/users", most=2, after=after).json
        found += page["users"]
        assert len(page["users"]) <= 2
        if (after := page["next"]) is None:
            break
    listed = [one["name"] for one in found]
    assert listed == sorted(set(listed))
    assert set(names) <= set(listed)
    assert all(one["projects"] == {"shop": "viewer"} for one in found if one["name"] in names)


def test_who_let_whom_in_is_in_the_audit_log_without_the_token(here: Served) -> None:
    made = let_in(here, "gus", role="editor")
    entries = here.get("/audit", target="gus").json["entries"]
    assert [(one["operation"], one["state"]) for one in entries] == [("user.write", "done")]
    assert made["token"] not in here.get("/audit", most=200).body.decode()


def test_a_person_is_let_in_by_the_command_and_comes_in_by_its_link(here: Served, murmur: Shop) -> None:
    made = murmur.json("user", "create", "hal@example.com", "--role", "operator", "--project", "shop")
    assert made["link"] == f"{here.url}/#token={made['token']}"
    assert here.get("/auth/verify", token=str(made["token"])).json["roles"] == {"shop": "operator"}
    assert "hal@example.com" in murmur("user", "list").stdout
    murmur("user", "remove", "hal@example.com")
    assert here.get("/auth/verify", token=str(made["token"])).status == 401


def test_a_role_is_changed_by_the_command_and_the_others_stay(here: Served, murmur: Shop) -> None:
    token = str(murmur.json("user", "create", "ida", "--role", "viewer", "-p", "shop", "-p", "other")["token"])

    def roles() -> object:
        return here.get("/auth/verify", token=token).json["roles"]

    murmur("user", "change", "ida", "--role", "editor", "-p", "shop")
    assert roles() == {"shop": "editor", "other": "viewer"}
    murmur("user", "change", "IDA", "--role", "operator")
    assert roles() == {"*": "operator", "shop": "editor", "other": "viewer"}
    assert murmur.json("user", "change", "ida", "--role", "none", "-p", "other")["projects"] == {"shop": "editor"}
    murmur("user", "change", "ida", "--role", "none")
    assert roles() == {"shop": "editor"}
    assert "no user" in murmur("user", "change", "nobody", "--role", "viewer", code=2).stderr


def test_whoever_shows_no_token_is_nobody(here: Served) -> None:
    told = here.get("/auth/verify", token=None)
    assert (told.status, told.code) == (401, "unauthenticated")


def test_config_says_that_a_token_is_all_there_is(here: Served) -> None:
    told = here.get("/auth/config", token=None).json
    assert told["target"] == "local"
    assert told["issuer"] is None
