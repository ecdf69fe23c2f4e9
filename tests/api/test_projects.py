"""Projects over HTTP: listed, shown, described in their file or in the cabinet; their members and their variables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.murmur import Shop, shop
from support.served import Served, served

from murmuration.local.project_file import CannotEdit, edited

PROJECT = """\
# What we sell.
project: shop   # its name
description: >
  A shop.
variables: {greeting: Hello, limit: 3}
secrets: [KEY, OTHER]
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("projects") / "shop"
    shop(root)
    (root / "project.yaml").write_text(PROJECT)
    (root / "secrets.env").write_text("KEY=of-the-file\n")
    with served(root) as found:
        yield found


def test_projects_are_listed_with_what_they_have(here: Served) -> None:
    told = here.get("/projects").json
    [listed] = [one for one in told["projects"] if one["project"] == "shop"]
    live = here.get("/pipelines", project="shop").json["pipelines"]
    assert (listed["description"], listed["source"], listed["role"], listed["pipelines"]) == (
        "A shop.\n",
        "file",
        "admin",
        len(live),
    )
    assert "shop/orders" in [one["name"] for one in live]
    assert told["next"] is None


def test_a_project_of_a_file_is_described_in_its_file(here: Served) -> None:
    shown = here.get("/projects/shop")
    tag = shown.headers["etag"]
    assert here.put("/projects/shop", {"owner": "anna"}).code == "version-wanted"
    body = {"description": 'A "better" shop:\nwith # all', "owner": "anna", "announce": "all"}
    done = here.put("/projects/shop", body, headers={"if-match": tag})
    assert done.status == 200
    assert {name: done.json[name] for name in body} == body
    text = (here.root / "project.yaml").read_text()
    assert text.startswith("# What we sell.\nproject: shop   # its name\n")
    assert "variables: {greeting: Hello, limit: 3}\nsecrets: [KEY, OTHER]\n" in text
    stale = here.put("/projects/shop", {"owner": "ben"}, headers={"if-match": tag})
    assert (stale.status, stale.code) == (412, "changed-meanwhile")
    assert here.get("/projects/shop").headers["etag"] == done.headers["etag"]
    Shop(here.root)("check", here.root / "project.yaml")
    entries = here.get("/audit", operation="project.write", target="shop").json["entries"]
    [entry] = [one for one in entries if one["state"] == "done"]
    assert {one["path"]: (one["before"], one["after"]) for one in entry["changes"]}["owner"] == (None, "anna")
    back = here.put("/projects/shop", {"description": "A shop.\n"}, headers={"if-match": done.headers["etag"]})
    assert back.status == 200


def test_another_project_is_made_and_described_in_the_cabinet(here: Served) -> None:
    assert here.get("/projects/media").code == "no-such-project"
    made = here.put("/projects/media", {"description": "Pictures"}, headers={"if-none-match": "*"})
    assert (made.status, made.json["source"], made.json["owner"]) == (201, "set", None)
    assert here.put("/projects/media", {}, headers={"if-none-match": "*"}).code == "changed-meanwhile"
    again = here.put("/projects/media", {"owner": "ben"}, headers={"if-match": made.headers["etag"]})
    assert (again.status, again.json["description"], again.json["owner"]) == (200, "", "ben")
    assert "media" in [one["project"] for one in here.get("/projects").json["projects"]]
    first = here.get("/projects", most=1).json
    assert [one["project"] for one in first["projects"]] == ["media"]
    assert [one["project"] for one in here.get("/projects", most=1, after=first["next"]).json["projects"]] == ["shop"]


@pytest.mark.parametrize("path", ["/projects/9bad", "/projects/shop/variables/a-b", "/projects/shop/secrets/1a"])
def test_what_is_no_name_is_refused(here: Served, path: str) -> None:
    assert here.put(path, {"value": "x"}, headers={"if-none-match": "*"}).status == 422


@pytest.mark.parametrize("what", ["variables", "secrets", "members", "notifications"])
def test_a_project_that_is_not_there_has_nothing(here: Served, what: str) -> None:
    assert (here.get(f"/projects/nowhere/{what}").status, here.get(f"/projects/nowhere/{what}").code) == (
        404,
        "no-such-project",
    )


def test_members_have_a_role_in_the_project_and_see_no_other(here: Served) -> None:
    token = here.post("/users", {"name": "ben"}).json["token"]
    assert here.get("/projects", token=token).status == 403
    assert here.put("/projects/shop/members/nobody", {"role": "viewer"}).code == "no-such-user"
    made = here.put("/projects/shop/members/Ben", {"role": "viewer"})
    assert (made.status, made.json["name"], made.json["role"]) == (201, "ben", "viewer")
    assert [one["name"] for one in here.get("/projects/shop/members").json["members"]] == ["ben"]
    assert [one["project"] for one in here.get("/projects", token=token).json["projects"]] == ["shop"]
    assert here.get("/projects/shop", token=token).json["members"] == 1
    assert here.put("/projects/shop/variables/x", {"value": 1}, token=token).status == 403
    assert here.put("/projects/shop/members/ben", {"role": "editor"}).status == 200
    assert here.put("/projects/shop/variables/x", {"value": 1}, token=token).status == 200
    assert here.put("/projects/shop/secrets/x", {"value": "1"}, token=token).status == 403
    assert here.get("/audit", token=token).status == 403
    assert here.put("/projects/shop/members/ben", {"role": "admin"}).status == 200
    assert {one["project"] for one in here.get("/audit", token=token).json["entries"]} == {"shop"}
    assert here.get("/audit", token=token, project="media").status == 403
    assert here.delete("/projects/shop/members/ben").status == 204
    assert here.delete("/projects/shop/members/ben").status == 404
    assert here.get("/projects", token=token).status == 403


def test_variables_that_are_set_win_over_the_file_and_reach_the_next_attempt(here: Served) -> None:
    def greeting() -> object:
        listed = {one["name"]: one for one in here.get("/projects/shop/variables").json["variables"]}
        return listed["greeting"]["value"], listed["greeting"]["source"]

    assert greeting() == ("Hello", "file")
    assert here.delete("/projects/shop/variables/greeting").code == "kept-in-file"
    value = {"de": "Hallo", "deep": [1, None, True]}
    assert here.put("/projects/shop/variables/greeting", {"value": value}).json["source"] == "set"
    assert greeting() == (value, "set")
    (here.root / "pipelines" / "hi.yaml").write_text(
        'project: shop\npipeline: hi\ndeadline: 1m\ntasks: {say: {action: pass, with: {value: "${variables.greeting}"}}}\n'
    )
    murmur = Shop(here.root)
    murmur("publish")
    assert said(murmur) == value
    assert here.delete("/projects/shop/variables/greeting").status == 204
    assert greeting() == ("Hello", "file")
    assert said(murmur) == "Hello"
    assert here.put("/projects/shop/variables/large", {"value": "x" * 8_192}).code == "bad-setting"


def said(murmur: Shop) -> object:
    run = murmur.json("run", "hi", "--wait")["run"]
    [task] = murmur.json("show", run)["tasks"]
    return task["output"]


@pytest.mark.parametrize(("kind", "value"), [("variables", 1), ("secrets", "one")])
def test_two_who_set_the_same_do_not_overwrite_each_other_silently(here: Served, kind: str, value: object) -> None:
    path = f"/projects/shop/{kind}/SHARED"
    first = here.put(path, {"value": value}, headers={"if-none-match": "*"})
    [listed] = [one for one in here.get(f"/projects/shop/{kind}").json[kind] if one["name"] == "SHARED"]
    assert (first.status, first.json, first.headers["etag"]) == (200, listed, f'"{listed["etag"]}"')
    told = here.put(path, {"value": value}, headers={"if-none-match": "*"})
    assert (told.status, told.json["detail"]) == (412, "SHARED is there already")
    seen = {"if-match": first.headers["etag"]}
    assert here.put(path, {"value": f"{value} more"}, headers=seen).status == 200
    assert here.put(path, {"value": f"{value} else"}, headers=seen).code == "changed-meanwhile"
    assert here.delete(path, headers=seen).status == 412
    assert here.delete(path, headers={"if-match": here.put(path, {"value": "2"}).headers["etag"]}).status == 204


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("project: p\n", 'project: p\ndescription: "new"\n'),
        ("project: p", 'project: p\ndescription: "new"'),
        (
            "project: p # n\ndescription: old # why\nowner: me\n",
            'project: p # n\ndescription: "new" # why\nowner: me\n',
        ),
        ("project: p\ndescription: |\n  one\n\n  two\nowner: me\n", 'project: p\ndescription: "new"\nowner: me\n'),
        ("{project: p, owner: me}\n", '{project: p, "description": "new", owner: me}\n'),
        ('{"project": "p",\n "description": "old"}', '{"project": "p",\n "description": "new"}'),
        ("owner: me\nproject: p\nsecrets:\n  - A\n", 'owner: me\nproject: p\ndescription: "new"\nsecrets:\n  - A\n'),
        ("project: p\ndescription:\nowner: me\n", 'project: p\ndescription: "new"\nowner: me\n'),
    ],
)
def test_a_field_of_a_file_is_edited_in_place(before: str, after: str) -> None:
    assert edited(before, {"description": "new"}) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("project: p\nowner: me # he\nsecrets: []\n", "project: p\nsecrets: []\n"),
        ("project: p\nowner: me", "project: p\n"),
        ("{project: p, owner: me}\n", "{project: p, owner: null}\n"),
        ("project: p\n", "project: p\n"),
    ],
)
def test_a_field_of_a_file_is_taken_out(before: str, after: str) -> None:
    assert edited(before, {"owner": None}) == after


def test_a_file_that_is_no_mapping_is_left_alone() -> None:
    with pytest.raises(CannotEdit):
        edited("[1]", {"owner": "me"})
