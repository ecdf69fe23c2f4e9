"""Publishing: what it means is told before it happens; then it has happened, to the file, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.murmur import SLOW, Shop, shop
from support.served import Served, served

NAMES = [f"p{number}" for number in range(20)]


def text_of(name: str) -> str:
    return SLOW.replace("pipeline: orders", f"pipeline: {name}").replace("[shop]", f"[{name}]")


@dataclass
class Pipe:
    """A pipeline of its own in the one workspace, published from its file."""

    here: Served
    name: str

    @property
    def path(self) -> str:
        return f"/pipelines/shop/{self.name}"

    @property
    def file(self) -> Path:
        return self.here.root / "pipelines" / f"{self.name}.yaml"

    @property
    def text(self) -> str:
        return text_of(self.name)

    @property
    def wider(self) -> str:
        return self.text.replace(f"source: [{self.name}]", f"source: [{self.name}, {self.name}-till]")

    def save(self, text: str, **more: Any) -> Any:
        etag = self.get("draft").headers["etag"]
        saved = self.here.put(f"{self.path}/draft", {"text": text, **more}, headers={"if-match": etag})
        assert saved.status == 200
        return saved

    def get(self, what: str, **more: Any) -> Any:
        return self.here.get(f"{self.path}/{what}", **more)

    def post(self, what: str, **body: Any) -> Any:
        return self.here.post(f"{self.path}/{what}", body)

    def publish(self, **asked: Any) -> Any:
        told = self.post("publish", **asked)
        assert told.status == 200, told.body
        return told.json


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("publishing") / "shop"
    shop(root)
    for name in NAMES:
        (root / "pipelines" / f"{name}.yaml").write_text(text_of(name))
    with served(root) as found:
        yield found


@pytest.fixture
def pipe(here: Served, unused: Iterator[str]) -> Pipe:
    return Pipe(here, next(unused))


@pytest.fixture(scope="module")
def unused() -> Iterator[str]:
    return iter(NAMES)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shop(tmp_path / "shop")
    return tmp_path / "shop"


def test_a_dry_run_tells_what_would_come_of_it_and_changes_nothing(pipe: Pipe) -> None:
    for source in (pipe.name, f"{pipe.name}-till"):
        pipe.here.post(
            "/events",
            {"specversion": "1.0", "id": source, "source": source, "type": "order.placed", "data": {"id": source}},
            headers={"content-type": "application/cloudevents+json"},
        )
    pipe.save(f"# wider\n{pipe.wider}")
    told = pipe.publish(dry_run=True)
    assert (told["dry_run"], told["possible"], told["version"], told["live"], told["new"]) == (True, True, 2, 1, True)
    assert told["drains"] == [f"shop/{pipe.name}@1"]
    [trigger] = [one for one in told["rules"]["added"] if one["owner"] == "pipeline"]
    assert trigger["pattern"]["source"] == [pipe.name, f"{pipe.name}-till"]
    assert trigger["targets"]
    assert {one["owner"] for one in told["rules"]["kept"]} == {"bus"}
    gone = {*told["rules"]["removed"][0]} if told["rules"]["removed"] else {*told["rules"]["later"][0]}
    assert {"name", "pattern", "targets", "hears"} <= gone
    assert told["quota"]["after"] - told["quota"]["used"] == len(told["rules"]["added"])
    assert told["quota"]["left"] == told["quota"]["limit"] - told["quota"]["after"]
    assert told["price"]["usd"] < told["price"]["step_functions"]["standard_usd"]
    assert told["archive"]["newly"]["count"] == 1
    assert told["archive"]["newly"]["samples"][0]["event"]["source"] == f"{pipe.name}-till"
    assert told["archive"]["no_longer"]["count"] == 0
    assert [one["severity"] for one in told["problems"]] == ["warning"] * len(told["problems"])
    assert pipe.get("versions").json["live"] == 1
    assert pipe.file.read_text() == pipe.text


def test_what_is_published_is_live_and_in_its_file(pipe: Pipe) -> None:
    pipe.save(f"# wider\n{pipe.wider}", layout={"check": {"x": 5, "y": 6}})
    dry = pipe.publish(dry_run=True)
    told = pipe.publish(note="Tills, too")
    same = ("version", "plan", "why", "triggers", "drains", "new")
    assert {name: told[name] for name in same} == {name: dry[name] for name in same}
    assert [one["name"] for one in told["rules"]["added"]] == [one["name"] for one in dry["rules"]["added"]]
    assert pipe.file.read_text() == f"# wider\n{pipe.wider}"
    draft = pipe.get("draft")
    assert (draft.json["saved"], draft.json["differs"]) == (False, False)
    assert draft.json["layout"] == {"check": {"x": 5.0, "y": 6.0}}
    assert draft.json["etag"] == told["etag"]
    versions = pipe.get("versions").json["versions"]
    assert (versions[0]["number"], versions[0]["state"], versions[0]["note"]) == (2, "live", "Tills, too")
    assert versions[0]["by"]


def test_the_same_document_again_makes_no_new_version(pipe: Pipe) -> None:
    pipe.save(f"# only a comment\n{pipe.text}")
    told = pipe.publish()
    assert (told["version"], told["new"]) == (1, False)
    assert told["rules"]["added"] == told["rules"]["removed"] == []
    assert pipe.file.read_text().startswith("# only a comment")
    assert len(pipe.get("versions").json["versions"]) == 1


def test_all_mistakes_at_once_and_nothing_is_published(pipe: Pipe) -> None:
    pipe.save(pipe.text.replace("to: deliver", "to: delivr").replace("deadline: 10m", "deadline: soon"))
    refused = pipe.post("publish")
    assert (refused.status, refused.code) == (422, "invalid-document")
    assert {"unknown-task", "bad-duration"} <= {one["code"] for one in refused.json["problems"]}
    assert pipe.get("versions").json["live"] == 1
    assert pipe.file.read_text() == pipe.text


def test_a_file_that_somebody_edited_meanwhile_is_not_written_over(pipe: Pipe) -> None:
    pipe.save(f"# mine\n{pipe.wider}")
    theirs = f"# theirs\n{pipe.text}"
    pipe.file.write_text(theirs)
    draft = pipe.get("draft").json
    assert draft["began"]["changed"] is True
    assert draft["began"]["text"] == theirs
    review = pipe.publish(dry_run=True)
    assert review["possible"] is False
    assert pipe.file.name in review["obstacles"][0]["what"]
    refused = pipe.post("publish")
    assert (refused.status, refused.code) == (409, "published-meanwhile")
    current = refused.json["current"]
    assert (current["text"], current["draft"], current["began"]) == (theirs, f"# mine\n{pipe.wider}", pipe.text)
    assert pipe.file.read_text() == theirs
    told = pipe.publish(over=True)
    assert told["version"] == 2
    assert pipe.file.read_text() == f"# mine\n{pipe.wider}"


def test_a_draft_that_has_looked_at_the_other_side_is_published(pipe: Pipe) -> None:
    pipe.save(pipe.wider)
    pipe.file.write_text(f"# theirs\n{pipe.text}")
    pipe.save(f"# theirs\n{pipe.wider}", rebase=True)
    assert pipe.publish()["version"] == 2
    assert pipe.file.read_text() == f"# theirs\n{pipe.wider}"


def test_only_the_draft_that_was_looked_at_is_published(pipe: Pipe) -> None:
    first = pipe.save(pipe.wider)
    pipe.save(f"{pipe.wider}# and more\n")
    refused = pipe.post("publish", etag=first.json["etag"])
    assert (refused.status, refused.code) == (412, "changed-meanwhile")
    assert refused.json["current"]["text"].endswith("# and more\n")
    by_header = pipe.here.post(f"{pipe.path}/publish", {}, headers={"if-match": first.headers["etag"]})
    assert by_header.status == 412


def test_a_new_pipeline_gets_a_file_of_its_own(here: Served) -> None:
    made = here.post("/pipelines", {"project": "shop", "pipeline": "hello", "template": "hello"})
    assert made.status == 201
    told = here.post("/pipelines/shop/hello/publish", {}).json
    assert (told["version"], told["live"], told["file"]) == (1, None, "pipelines/hello.yaml")
    assert (here.root / "pipelines" / "hello.yaml").read_text() == made.json["text"]
    run = here.post("/runs", {"pipeline": "shop/hello", "input": {"name": "Ada"}})
    assert run.status == 202, run.body
    listed = here.get("/pipelines", q="hello").json["pipelines"]
    assert [(one["name"], one["live"], len(one["runs"])) for one in listed] == [("shop/hello", 1, 1)]


def test_what_the_designer_published_is_not_undone_by_the_next_start(root: Path) -> None:
    wider = SLOW.replace("source: [shop]", "source: [shop, till]")
    file = root / "pipelines" / "orders.yaml"
    with served(root) as here:
        orders = Pipe(here, "orders")
        orders.save(wider)
        assert orders.publish()["version"] == 2
        assert orders.post("activate", version=1).json["version"] == 1
        assert file.read_text() == SLOW
        assert orders.post("activate", version=2).json["version"] == 2
    assert file.read_text() == wider
    with served(root) as here:
        told = Pipe(here, "orders").get("versions").json
        assert (told["live"], len(told["versions"])) == (2, 2)


def test_paused_resumed_and_taken_out(pipe: Pipe) -> None:
    assert pipe.post("pause").json == {"pipeline": f"shop/{pipe.name}", "paused": True, "changed": True}
    assert pipe.post("pause").json["changed"] is False
    assert pipe.here.get(pipe.path).json["paused"] is True
    assert pipe.post("resume").json["paused"] is False
    told = pipe.post("unpublish").json
    assert "still there" in told["obstacles"][0]["what"]
    assert pipe.here.get(pipe.path).json["live"] is None
    assert pipe.get("rules").code == "no-such-version"


def test_the_list_is_searched_and_paged(here: Served) -> None:
    for number in range(3):
        here.post("/pipelines", {"project": "other", "pipeline": f"p{number}", "template": "hello"})
    first = here.get("/pipelines", project="other", most=2).json
    assert [one["name"] for one in first["pipelines"]] == ["other/p0", "other/p1"]
    rest = here.get("/pipelines", project="other", most=2, after=first["next"]).json
    assert ([one["name"] for one in rest["pipelines"]], rest["next"]) == (["other/p2"], None)
    assert len(here.get("/pipelines", q="GREETS", project="other").json["pipelines"]) == 3
    [orders] = here.get("/pipelines", q="orders").json["pipelines"]
    assert (orders["triggers"], orders["tasks"], orders["draft"]["saved"]) == (["event"], 3, False)


def test_the_command_does_the_same_without_a_server(root: Path) -> None:
    here, wider = Shop(root), SLOW.replace("source: [shop]", "source: [shop, till]")
    here("publish")
    (root / "pipelines" / "orders.yaml").write_text(f"# second\n{wider}")
    dry = here.json("publish", "--dry-run")
    published = dry["published"]
    assert isinstance(published, list)
    [one] = published
    assert isinstance(one, dict)
    assert (one["version"], one["new"]) == (2, True)
    assert "would be live" in here("publish", "--dry-run").stdout
    assert here.json("publish")["published"] == published
    assert "shop/orders@1 would be live" in here("publish", "--activate", "shop/orders@1", "--dry-run").stdout
    assert (root / "pipelines" / "orders.yaml").read_text() == f"# second\n{wider}"
    assert "shop/orders@1 is live" in here("publish", "--activate", "shop/orders@1").stdout
    assert (root / "pipelines" / "orders.yaml").read_text() == SLOW
    assert "is live already" in here("publish").stdout
    (root / "pipelines" / "orders.yaml").write_text(f"# nobody published this\n{SLOW}".replace("10m", "11m"))
    forth = here("publish", "--activate", "shop/orders@2")
    assert "nobody has published" in forth.stderr
    assert (root / "pipelines" / "orders.yaml").read_text().startswith("# nobody published this")
    assert "there is no version shop/orders@9" in here("publish", "--activate", "shop/orders@9", code=2).stderr
