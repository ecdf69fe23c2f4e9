"""The command where no server runs: it works on the files itself, for as long as it needs."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.murmur import SLOW, Shop, shop

from murmuration.cli.main import main
from murmuration.local.owner import own


@pytest.fixture
def here(tmp_path: Path) -> Shop:
    return shop(tmp_path / "shop")


@pytest.fixture
def published(here: Shop) -> Shop:
    here("publish")
    return here


def test_a_new_workspace_runs_at_once(tmp_path: Path) -> None:
    made = Shop(tmp_path / "First project!")
    made("init", made.root)
    assert "project: First-project\n" in (made.root / "project.yaml").read_text()
    assert json.loads(made("check", made.root, "--json").stdout)["ok"]
    answer = made("run", "hello", "--wait", "--input", '{"name": "Ada"}')
    assert "First-project/hello is published: it was not before" in answer.stderr
    assert 'shout "Hello, Ada!"' in answer.stdout
    assert "Did you mean" in made("run", "helo", code=2).stderr
    assert "already" in made("init", made.root, code=2).stderr


def test_init_touches_nothing_that_is_there(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    Shop(tmp_path)("init", tmp_path, "--project", "other")
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert (tmp_path / "project.yaml").read_text().startswith("project: other\n")


def test_publishing_tells_its_impact_and_where_it_acts(here: Shop) -> None:
    answer = here("publish")
    assert f"local: {here.root} (no server runs here)" in answer.stderr
    assert "shop/orders@1 is live: 6 rules added, 0 kept, 0 removed" in answer.stdout
    assert "shop/orders@1 is live already" in here("publish").stdout
    path = here.root / "pipelines" / "orders.yaml"
    path.write_text(path.read_text().replace("[shop]", "[market]"))
    told = here.json("publish", path)
    assert (told["target"], told["workspace"]) == ("local", str(here.root))
    [one] = told["published"] if isinstance(told["published"], list) else []
    assert isinstance(one, dict)
    assert (one["version"], one["new"]) == (2, True)


def test_with_a_mistake_nothing_is_published(here: Shop) -> None:
    (here.root / "pipelines" / "bad.yaml").write_text(
        SLOW.replace("orders", "bad").replace("to: deliver", "to: delivr")
    )
    answer = here("publish", code=1)
    assert "pipelines/bad.yaml" in answer.stderr
    assert 'Did you mean "deliver"?' in answer.stderr
    assert "orders" in here("publish", here.root / "pipelines" / "orders.yaml").stdout
    assert "bad" not in here("runs").stdout


def test_an_empty_workspace_has_nothing_to_publish(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text("project: empty\n")
    assert "Write one into pipelines/" in Shop(tmp_path)("publish", code=2).stderr


def test_a_run_is_done_here_and_its_end_is_the_exit_code(published: Shop) -> None:
    told = published.json("run", "orders", "--input", '{"id": 1, "total": 20}')
    assert (told["state"], told["input"]) == ("succeeded", {"id": 1, "total": 20})
    assert published.states(told["run"]) == {"check": "succeeded", "deliver": "succeeded", "refund": "skipped"}
    answer = published("run", "orders", "--input", '{"breaks": true}', code=0)
    assert "✗ check failed" in answer.stderr
    published.mend()


def test_a_run_that_fails_says_what_failed(here: Shop) -> None:
    path = here.root / "pipelines" / "orders.yaml"
    path.write_text(
        path.read_text().replace("  - {from: check, to: refund, on: failure}", "  - {from: check, to: refund}")
    )
    here("publish")
    answer = here("run", "orders", "--input", '{"breaks": true}', code=1)
    assert "nobody took up the failure of check" in answer.stdout
    assert "ValueError: told to break" in answer.stdout
    here.mend()
    assert "(kept)" not in here("rerun", "last", "--from-failed").stdout
    assert here.states("last")["check"] == "succeeded"


def test_a_file_is_run_without_being_published(here: Shop) -> None:
    file = here.root / "pipelines" / "orders.yaml"
    assert "shop/orders@1" in here("run", file, "--input", '{"total": 20}').stdout
    assert "There are none" in here("runs", "--state", "failed").stdout
    (here.root / "pipelines" / "bad.yaml").write_text("project: shop\npipeline: bad\ntasks: 3\n")
    assert "murmur check ." in here("run", "bad", code=2).stderr
    assert "shop/orders is published" in here("run", "orders").stderr


def test_a_file_needs_no_workspace(here: Shop) -> None:
    (here.root / "project.yaml").unlink()
    answer = CliRunner().invoke(main, ["run", str(here.root / "pipelines" / "orders.yaml"), "--input", '{"total": 20}'])
    assert answer.exit_code == 0, answer.output
    assert 'deliver {"total":20}' in answer.stdout
    assert not (here.root / ".murmuration").exists()


def test_a_file_with_mistakes_is_not_run(here: Shop) -> None:
    file = here.root / "pipelines" / "orders.yaml"
    file.write_text(SLOW.replace("from: check", "from: chek"))
    assert 'Did you mean "check"?' in here("run", file, code=1).stderr
    assert "no such file" in here("run", here.root / "none.yaml", code=2).stderr


@pytest.mark.parametrize("given", ["{", "[", "@none.json"])
def test_an_input_that_is_no_json(published: Shop, given: str) -> None:
    answer = published("run", "orders", "--input", given, code=2)
    assert answer.stderr.startswith("murmur: ")


def test_an_input_that_does_not_fit(published: Shop) -> None:
    assert "does not fit" in published("run", "orders", "--input", "[]", code=2).stderr


def test_an_event_starts_runs_and_is_taken_up_again_by_a_replay(published: Shop) -> None:
    detail = '{"id": "o-1", "total": 20}'
    answer = published("emit", "--source", "shop", "--type", "order.placed", "--detail", detail)
    assert "It started 1 run" in answer.stdout
    assert published.states("last")["deliver"] == "succeeded"
    again = published.json("emit", "--source", "shop", "--type", "order.placed", "--detail", detail)
    assert again["runs"] == []
    replayed = published.json("replay", "--name", "once more", "--since", "1h")
    assert (replayed["events"], replayed["refused"]) == (2, [])
    assert len(published.json("runs")["runs"] or ()) == 2  # type: ignore[arg-type]  # a list


def test_an_event_from_a_file(published: Shop, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(
        '{"source": "shop", "detail-type": "order.placed", "detail": {"id": "o-2", "total": 1}, "id": "e-2"}'
    )
    told = published.json("emit", "--file", file)
    assert told["event"] == "e-2"
    file.write_text('{"specversion": "1.0", "id": "c-1", "source": "shop", "type": "order.placed", "data": {}}')
    told = published.json("emit", "--file", file)
    assert "no run" in published("emit", "--source", "nobody", "--type", "x").stdout
    refused = told["refused"]
    assert isinstance(refused, list)
    assert told["event"] == "c-1"


@pytest.mark.parametrize("source", ["murmuration", "aws.s3"])
def test_events_that_nobody_outside_may_send(published: Shop, source: str) -> None:
    assert "is reserved" in published("emit", "--source", source, "--type", "x", code=2).stderr
    assert "give --type" in published("emit", "--source", "shop", code=2).stderr


def test_pause_and_resume(published: Shop) -> None:
    assert "is paused." in published("pause", "orders").stdout
    assert "paused already" in published("pause", "shop/orders").stdout
    answer = published("emit", "--source", "shop", "--type", "order.placed", "--detail", '{"id": 1}')
    assert "refused it at placed" in answer.stdout
    assert published.json("resume", "orders")["changed"] is True
    assert 'Did you mean "orders"?' in published("pause", "order", code=2).stderr


def test_why_a_task_ran_and_why_not(published: Shop) -> None:
    published("run", "orders", "--input", '{"id": 1, "total": 5}')
    ran = published("why", "last", "check").stdout
    assert "because the run started" in ran
    assert "rule mm-shop-orders-1" in ran
    skipped = published("why", "last", "deliver", code=1).stdout
    assert "It was skipped because check -> deliver on success when ... was dead" in skipped
    assert 'total is 5; wanted [{"numeric": [">=", 10]}]' in skipped
    told = published.json("why", "last", "refund", code=1)
    edges = told["edges"]
    assert isinstance(edges, list)
    [edge] = edges
    assert isinstance(edge, dict)
    assert (edge["live"], edge["why"]) == (False, "check succeeded, and the edge is on failure")
    assert 'Did you mean "deliver"?' in published("why", "last", "delivr", code=2).stderr


def test_a_run_is_looked_at_in_every_way(published: Shop) -> None:
    run = str(published.json("run", "orders", "--input", '{"id": 7, "total": 20}')["run"])
    assert "checking 7" in published("logs", run).stdout
    logs = published.json("logs", run, "deliver")["logs"]
    assert isinstance(logs, list)
    assert [line["text"] for line in logs if isinstance(line, dict)] == ["checking 7\n"]
    assert "checking 7" in published("logs", run[:8], "--follow").stdout
    types = [event["type"] for event in published.json("events", run[2:10])["events"] or () if isinstance(event, dict)]  # type: ignore[union-attr]  # a list
    assert types[0] == "run.started"
    assert types[-1] == "run.succeeded"
    assert "run.succeeded" in published("events", run).stdout
    assert published.json("watch", run)["state"] == "succeeded"
    shown = published("show").stdout
    assert "↷ skipped" in shown
    assert "check succeeded, and the edge is on failure" in shown
    assert 'Did you mean "check"?' in published("logs", run, "chek", code=2).stderr


def test_runs_are_listed_page_by_page(published: Shop) -> None:
    ids = [str(published.json("run", "orders", "--input", json.dumps({"id": n}))["run"]) for n in range(3)]
    page = published.json("runs", "--limit", 2)
    rest = published.json("runs", "--limit", 2, "--before", page["before"])
    found = [run["run"] for told in (page, rest) for run in told["runs"] or () if isinstance(run, dict)]  # type: ignore[union-attr]  # lists
    assert found == ids[::-1]
    assert rest["before"] is None
    assert len(published.json("runs", "--pipeline", "orders", "--state", "succeeded")["runs"] or ()) == 3  # type: ignore[arg-type]  # a list
    assert published.json("runs", "--state", "running")["runs"] == []
    assert "shop/orders@1" in published("runs").stdout


def test_a_run_that_is_left_waits_for_somebody_and_can_be_cancelled(published: Shop) -> None:
    from murmuration.local.server import open_stack
    from murmuration.workspace import Workspace

    stack = open_stack(Workspace(published.root))
    with stack.database.transaction():
        stack.start.asked("shop/orders", "left", {})
    stack.close()
    assert published.json("show")["state"] == "running"
    assert "is cancelled" in published("cancel", "last", "--reason", "not needed").stdout
    shown = published.json("show")
    assert shown["state"] == "cancelled"
    assert "not needed" in str(shown["reason"])
    assert "been cancelled already" in published("cancel", "last", code=2).stderr


def test_the_dead_letter_queue(published: Shop) -> None:
    assert "Nothing is undelivered" in published("dlq", "list").stdout
    from murmuration.local.server import open_stack
    from murmuration.workspace import Workspace

    stack = open_stack(Workspace(published.root))
    with stack.database.transaction():
        stack.start.asked("shop/orders", "left", {})
    [*items] = stack.bus.visible(10)
    with stack.database.transaction():
        for item in items:
            item.tries = 10_000
            stack.bus.failed(item, "RuntimeError: it broke")
    stack.close()
    dead = published.json("dlq", "list")["dead"]
    assert isinstance(dead, list)
    assert len(dead) == len(items)
    assert "RuntimeError: it broke" in published("dlq", "list").stdout
    assert "nothing undelivered is called" in published("dlq", "redrive", "nobody", code=2).stderr
    assert published.json("dlq", "redrive")["redriven"] == len(dead)
    assert published.json("dlq", "list")["dead"] == []


def test_doctor_is_well_with_a_good_workspace_and_names_what_is_wrong(published: Shop) -> None:
    told = published.json("doctor")
    findings = told["findings"]
    assert isinstance(findings, list)
    assert told["well"] is True
    assert {"Python", "workspace", "server", "disk", "fsync", "database", "pipelines", "functions"} <= {
        str(one["what"]) for one in findings if isinstance(one, dict)
    }
    (published.root / "functions" / "broken").mkdir()
    (published.root / "functions" / "broken" / "handler.py").write_text("import nothing_of_that_name\n")
    (published.root / "pipelines" / "bad.yaml").write_text("project: shop\npipeline: bad\ntasks: {}\n")
    answer = published("doctor", code=1)
    assert "functions/broken" in answer.stdout
    assert "nothing_of_that_name" in answer.stdout
    assert "pipelines/bad.yaml" in answer.stdout


def test_outside_of_a_workspace(tmp_path: Path) -> None:
    nowhere = Shop(tmp_path)
    assert "murmur init" in nowhere("runs", code=2).stderr
    assert "murmur init" in nowhere("doctor", code=1).stdout
    assert "nothing has run here yet" in shop(tmp_path / "new")("runs", code=2).stderr


def test_targets_and_verbs_that_nobody_has(here: Shop) -> None:
    assert "murmur up works on the local stack only" in here("up", "--target", "prod", code=2).stderr
    assert 'Did you mean "rerun"?' in here("reruns", code=2).stderr
    assert "no run yet" in here("show", code=2).stderr or "nothing has run" in here("show", code=2).stderr


def test_rules_that_are_there_for_all_are_added_once(here: Shop) -> None:
    path = here.root / "pipelines" / "orders.yaml"
    path.with_name("more.yaml").write_text(path.read_text().replace("pipeline: orders", "pipeline: more"))
    told = here("publish").stdout
    assert told.count("mm-projector") == 1
    path.with_name("more.yaml").unlink()
    served = here("up", "--once")
    assert "shop/more is live, and pipelines/ has no document of it" in served.stderr
    here("pause", "more")
    assert "has no document" not in here("up", "--once").stderr


def test_a_server_serves_once(here: Shop) -> None:
    held = own(here.root / ".murmuration", "murmur up")
    assert held is not None
    assert "serves it already" in here("up", "--once", code=2).stderr
    held.close()
    answer = here("up", "--once")
    assert "1 pipeline served" in answer.stdout


@pytest.mark.parametrize("verb", ["runs", "show", "up"])
def test_a_damaged_database_is_told_as_such(published: Shop, verb: str) -> None:
    published("run", "orders")
    file = published.root / ".murmuration" / "state.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    answer = published(verb, *(["--once"] if verb == "up" else []), code=2)
    assert "malformed" in answer.stderr
    assert "Move it away" in answer.stderr
    assert str(file) in answer.stderr


def test_a_folder_that_may_not_be_written_is_told_as_such(published: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/somewhere/lock")

    monkeypatch.setattr("murmuration.local.acting.own", refuse)
    answer = published("run", "orders", code=2)
    assert "permission denied (/somewhere/lock)" in answer.stderr
    assert "a folder of your own" in answer.stderr
    monkeypatch.setattr("murmuration.cli.doctor._fsync_ms", refuse)
    assert "nothing can be written" in published("doctor", code=1).stdout
