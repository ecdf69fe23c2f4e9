"""The audit log: an entry before the change and after it, what differs, who may read it, and how it is searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.murmur import Shop, shop
from support.served import Served, served

from handlers.audit import LARGEST, MOST_CHANGES, Audit, State, Wanted, differences
from handlers.auth import Caller, Forbidden, Operation
from murmuration.local.cabinet import LocalCabinet
from murmuration.system import RandomIds
from schemas.project import Role

ANNA = Caller("anna", {"shop": Role.ADMIN})
EVERYTHING = Wanted()


class Clock:
    def __init__(self) -> None:
        self.at = 1_900_000_000_000

    def now(self) -> int:
        self.at += 1
        return self.at


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    cabinet = LocalCabinet(tmp_path, Clock())
    yield Audit(cabinet, Clock(), RandomIds())
    cabinet.close()


def test_a_change_has_its_entry_before_it_is_made(audit: Audit) -> None:
    with audit.of(
        ANNA, Operation.RUN_CANCEL, "run1", project="shop", request="r1", before={"state": "running"}
    ) as entry:
        [asked], _ = audit.page(EVERYTHING)
        assert (asked.state, asked.actor, asked.operation) == (State.ASKED, "anna", "run.cancel")
        assert (asked.before, asked.after, asked.ended) == ({"state": "running"}, None, None)
        entry.after({"state": "cancelled"})
    [done], _ = audit.page(EVERYTHING)
    assert (done.id, done.state, done.after) == (asked.id, State.DONE, {"state": "cancelled"})
    assert [(one.path, one.before, one.after) for one in done.changes] == [("state", "running", "cancelled")]


def test_a_refusal_is_kept_with_its_code(audit: Audit) -> None:
    with pytest.raises(Forbidden), audit.of(ANNA, Operation.RUN_CANCEL, "run1"):
        raise Forbidden("it is not yours")
    [entry], _ = audit.page(EVERYTHING)
    assert (entry.state, entry.why) == (State.REFUSED, "forbidden: it is not yours")


def test_of_what_was_not_foreseen_only_the_kind_is_kept(audit: Audit) -> None:
    with pytest.raises(ValueError, match="hunter2"), audit.of(ANNA, Operation.SECRET_WRITE, "KEY"):
        raise ValueError("hunter2")
    [entry], _ = audit.page(EVERYTHING)
    assert (entry.state, entry.why) == (State.REFUSED, "ValueError")


def test_what_a_killed_process_was_about_to_do_stays_asked(audit: Audit) -> None:
    with pytest.raises(KeyboardInterrupt), audit.of(ANNA, Operation.RUN_CANCEL, "run1"):
        raise KeyboardInterrupt
    [entry], _ = audit.page(EVERYTHING)
    assert entry.state is State.ASKED


def test_a_large_document_is_told_by_size_and_hash_beside_what_differs(audit: Audit) -> None:
    before = {"tasks": {"a": {"text": "x" * LARGEST}, "b": {"retry": 1}}}
    after = {"tasks": {"a": {"text": "x" * LARGEST}, "b": {"retry": 2}, "c": {}}}
    with audit.of(ANNA, Operation.DRAFT_WRITE, "shop/orders", before=before) as entry:
        entry.after(after)
    [kept], _ = audit.page(EVERYTHING)
    assert isinstance(kept.before, dict)
    assert kept.before.keys() == {"bytes", "sha256"}
    assert kept.before != kept.after
    assert [one.path for one in kept.changes] == ["tasks.b.retry", "tasks.c"]


def test_differences_end_somewhere() -> None:
    assert len(list(differences([*range(1000)], [*range(1, 1001)]))) == MOST_CHANGES
    assert [(one.path, one.before, one.after) for one in differences([1], [True])] == [("[0]", 1, True)]


def test_entries_are_searched(audit: Audit) -> None:
    for actor, operation, target, project in (
        ("anna", Operation.RUN_CANCEL, "run1", "shop"),
        ("ben", Operation.RUN_CANCEL, "run2", "media"),
        ("ben", Operation.PIPELINE_PUBLISH, "media/thumbs", "media"),
    ):
        with audit.of(actor, operation, target, project=project) as entry:
            entry.after({"colour": target})

    def found(**wanted: object) -> list[str]:
        return [one.target for one in audit.page(Wanted.read(wanted))[0]]

    assert found() == ["media/thumbs", "run2", "run1"]
    assert found(actor="ben", operation="run.cancel") == ["run2"]
    assert found(operation="run") == ["run2", "run1"]
    assert found(project="media") == ["media/thumbs", "run2"]
    assert found(target="media/") == ["media/thumbs"]
    assert found(q="COLOUR") == ["media/thumbs", "run2", "run1"]
    assert found(q="run1") == ["run1"]
    assert found(projects=["shop"]) == ["run1"]
    assert found(projects=[]) == []
    ids = {one.target: one for one in audit.page(EVERYTHING)[0]}
    assert found(since=ids["run2"].at) == ["media/thumbs", "run2"]
    assert found(until=ids["run2"].at) == ["run2", "run1"]


def test_pages_hold_each_entry_once(audit: Audit) -> None:
    for number in range(7):
        with audit.of(ANNA, Operation.RUN_CANCEL, f"run{number}"):
            pass
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        entries, after = audit.page(EVERYTHING, after=after, most=3)
        assert len(entries) <= 3
        seen += [one.target for one in entries]
    assert seen == [f"run{number}" for number in range(6, -1, -1)]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("audit") / "shop"
    shop(root)
    with served(root) as found:
        yield found


def test_it_is_read_by_http(here: Served) -> None:
    told = here.get("/audit", since="2020-01-01T00:00:00Z", most=5)
    assert told.status == 200
    assert told.json.keys() == {"entries", "next"}


@pytest.mark.parametrize(
    ("name", "value"), [("since", "yesterday"), ("until", "2026-01-01"), ("most", 0), ("state", "x")]
)
def test_what_cannot_be_read_is_told_by_its_field(here: Served, name: str, value: object) -> None:
    told = here.get("/audit", **{name: value})
    assert (told.status, told.code) == (422, "invalid-request")
    assert name in told.body.decode()


def test_what_the_command_changes_is_in_it(here: Served) -> None:
    murmur = Shop(here.root)
    murmur("pause", "orders")
    murmur("resume", "shop/orders")
    murmur("cancel", "nothing", code=2)
    murmur("run", "orders", "--input", '{"id": "o1", "secret": "not here"}')
    found = here.get("/audit", most=3).json["entries"]
    assert [(one["operation"], one["target"], one["project"], one["state"]) for one in found] == [
        ("run.start", "orders", "shop", "done"),
        ("pipeline.pause", "shop/orders", "shop", "done"),
        ("pipeline.pause", "orders", "shop", "done"),
    ]
    assert found[0]["actor"].startswith("cli:")
    assert found[1]["after"]["asked"] == "resume"
    assert "not here" not in here.get("/audit").body.decode()


def test_what_a_server_publishes_as_it_begins_is_in_it(here: Served) -> None:
    [entry] = here.get("/audit", operation="pipeline.publish", target="shop/orders").json["entries"]
    assert (entry["state"], entry["project"], entry["after"]["asked"]) == ("done", "shop", "up")
