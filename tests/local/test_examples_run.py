"""The examples on the real local stack: workers, buckets, SQLite. The good way of each, and the way it fails."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from pydantic import JsonValue

from handlers.reading import Shown
from murmuration.cli.main import main
from murmuration.local.acting import Acting
from murmuration.local.reading import Reading
from murmuration.workspace import Workspace
from schemas.model import JsonObject

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


def copied(to: Path) -> Workspace:
    shutil.copytree(ROOT / "examples", to, ignore=shutil.ignore_patterns("media", ".murmuration", "*.db"))
    return Workspace(to)


@dataclass
class Studio:
    """A workspace with the examples published, and somebody who works."""

    workspace: Workspace
    acting: Acting
    reading: Reading
    asked: int = 0

    def run(self, pipeline: str, **input_: Any) -> Shown:
        self.asked += 1
        told = self.acting.ask("run", {"pipeline": pipeline, "input": input_, "request": f"r{self.asked}"})
        return self.ended(str(told["run"]))

    def drop(self, sample: str, key: str) -> Shown:
        before = {one.id for one in self.reading.page().runs}
        target = self.workspace.buckets / "uploads" / key
        shutil.copy(self.workspace.root / "samples" / sample, target)
        self.until(lambda: {one.id for one in self.reading.page().runs} != before)
        return self.ended(self.reading.page(most=1).runs[0].id)

    def ended(self, run: str) -> Shown:
        self.until(lambda: self.reading.show(run).record.end is not None)
        return self.reading.show(run)

    def until(self, come: Any) -> None:
        latest = time.monotonic() + PATIENCE
        self.acting.serve()
        self.acting.follow(lambda: come() or time.monotonic() > latest)
        assert come(), "it did not happen"

    def said(self, source: str, type_: str) -> Mapping[str, Any]:
        """The last event of that type."""
        [event] = self.reading.outside(source=source, type=type_, most=1)
        detail = event["detail"]
        assert isinstance(detail, dict)
        return detail

    def report(self, key: str) -> Any:
        return json.loads((self.workspace.buckets / "reports" / key).read_text())


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    workspace = copied(tmp_path_factory.mktemp("examples") / "workspace")
    with Acting(workspace, "test") as acting:
        pipelines: list[JsonValue] = [one.document() for one in workspace.read()[0].pipelines]
        acting.ask("publish", {"pipelines": pipelines})
        with Reading(workspace.state) as reading:
            yield Studio(workspace, acting, reading)


def states(shown: Shown) -> dict[str, str]:
    return {name: state.value for name, state in shown.states.items()}


def those(shown: Shown, state: str) -> set[str]:
    return {name for name, found in states(shown).items() if found == state}


def output(shown: Shown, task: str) -> Any:
    outcome = shown.tasks[task].outcome
    assert outcome is not None
    return outcome.output


def end(shown: Shown) -> str | None:
    return None if shown.record.end is None else shown.record.end.value


def test_the_arithmetic_is_exact(studio: Studio) -> None:
    shown = studio.run("arithmetic")
    assert end(shown) == "succeeded"
    assert output(shown, "result") == 26.66666666666666
    assert those(shown, "succeeded") == set(shown.states)


def test_a_picture_that_is_dropped_gets_a_thumbnail_and_a_row(studio: Studio) -> None:
    shown = studio.drop("flock.png", "flock.png")
    assert end(shown) == "succeeded"
    assert shown.record.trigger == "dropped"
    assert those(shown, "skipped") == {"quarantine"}
    with Image.open(studio.workspace.buckets / "thumbnails/200/flock.png") as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("PNG", (200, 131))
    with closing(sqlite3.connect(studio.workspace.root / "data/pictures.db")) as database:
        rows = database.execute("SELECT * FROM pictures WHERE key = 'flock.png'").fetchall()
    assert rows == [("flock.png", "PNG", 1200, 786, 19803, "200/flock.png")]
    told = studio.report("pictures/flock.png.json")
    assert (told["stored"], told["quarantined"], told["problem"]) == (True, None, None)


def test_half_a_picture_goes_to_quarantine(studio: Studio) -> None:
    shown = studio.drop("broken.png", "broken.png")
    assert end(shown) == "succeeded", "somebody took the failure up"
    assert those(shown, "failed") == {"validate"}
    assert those(shown, "skipped") == {"resize", "table", "store"}
    held = studio.workspace.buckets / "quarantine/broken.png"
    assert held.read_bytes() == (ROOT / "examples/samples/broken.png").read_bytes()
    told = studio.report("pictures/broken.png.json")
    assert (told["stored"], told["thumbnail"]) == (False, None)
    assert told["quarantined"]["key"] == "broken.png"
    assert told["problem"].startswith("broken.png cannot be decoded: ")


def test_a_picture_that_is_dropped_again_replaces_its_row(studio: Studio) -> None:
    first, second = (studio.drop("flock.png", "twice.png") for _ in range(2))
    assert first.record.id != second.record.id
    assert end(first) == end(second) == "succeeded"
    with closing(sqlite3.connect(studio.workspace.root / "data/pictures.db")) as database:
        assert database.execute("SELECT count(*) FROM pictures WHERE key = 'twice.png'").fetchone() == (1,)


def test_the_nightly_report(studio: Studio) -> None:
    shown = studio.run("sales-report")
    assert end(shown) == "succeeded"
    assert those(shown, "skipped") == {"no-report"}
    text = (studio.workspace.buckets / "reports/sales/2026-03-14.md").read_text()
    assert "8 orders, 98.90 in all." in text
    assert "| north | 9 | 50.40 |\n| south | 9 | 48.50 |" in text
    assert "## Left out: 6" in text


def test_a_night_without_files_says_so(studio: Studio) -> None:
    sales, aside = studio.workspace.buckets / "sales/north.csv", studio.workspace.root / "north.csv"
    sales.rename(aside)
    try:
        shown = studio.run("sales-report")
    finally:
        aside.rename(sales)
    assert end(shown) == "succeeded"
    assert those(shown, "failed") == {"clean"}
    assert those(shown, "skipped") == {"summarise", "report"}
    assert "north.csv" in studio.said("shop", "sales-report.missing")["why"]


def test_what_runs_low_is_ordered_if_there_is_a_list(studio: Studio) -> None:
    shown = studio.run("restock")
    assert end(shown) == "succeeded"
    assert those(shown, "skipped") == {"problem"}
    ordered = [{"sku": "coffee-beans-1kg", "order": 50}, {"sku": "paper-cups-50", "order": 50}]
    assert studio.said("shop", "stock.low") == {"items": ordered}


def test_without_a_list_nothing_is_done(studio: Studio) -> None:
    shown = studio.run("restock", list="tomorrow.json")
    assert end(shown) == "succeeded"
    assert those(shown, "succeeded") == {"look"}
    assert those(shown, "skipped") == {"read", "few", "order", "problem"}


def test_a_list_that_is_none_is_told(studio: Studio) -> None:
    (studio.workspace.buckets / "stock/notes.txt").write_text("Six of these")
    shown = studio.run("restock", list="notes.txt")
    assert those(shown, "failed") == {"read"}
    assert studio.said("shop", "stock.unreadable")["list"] == "notes.txt"


@pytest.mark.parametrize(("kind", "cents", "other"), [("purchase", 4990, "refund"), ("refund", -4990, "charge")])
def test_an_order_goes_the_way_of_its_kind(studio: Studio, kind: str, cents: int, other: str) -> None:
    shown = studio.run("orders", kind=kind, order="A-17", cents=4990)
    assert end(shown) == "succeeded"
    assert those(shown, "skipped") == {other, "trouble"}
    assert studio.report(f"orders/A-17-{kind}.json")["booked_cents"] == cents


def test_a_purchase_that_is_declined(studio: Studio) -> None:
    shown = studio.run("orders", kind="purchase", order="A-18", cents=2_000_000)
    assert end(shown) == "succeeded"
    assert those(shown, "failed") == {"charge"}
    assert studio.said("shop", "order.failed")["why"].startswith("A-18: 20000.00 is above the limit")
    assert not (studio.workspace.buckets / "reports/orders/A-18-purchase.json").exists()


def test_an_order_that_is_said_twice_is_booked_once(studio: Studio) -> None:
    body: JsonObject = {"kind": "purchase", "order": "B-1", "cents": 700}
    for _ in range(2):
        studio.acting.ask("emit", {"source": "shop", "type": "order.booked", "detail": body})
    [run] = [one for one in studio.reading.page(most=100).runs if one.input == body]
    assert end(studio.ended(run.id)) == "succeeded"


# the pages are true

CLI = [str(Path(sys.executable).with_name("murmur"))]


def commands(page: str, verb: str) -> list[list[str]]:
    return [shlex.split(line) for line in (ROOT / page).read_text().splitlines() if line.startswith(f"murmur {verb} ")]


def murmur(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MURMUR_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_on_the_page_do_what_it_says(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = copied(here / "workspace").root
    monkeypatch.chdir(root)
    shutil.copy("samples/flock.png", "buckets/uploads/")
    assert murmur("publish").exit_code == 0
    told = {}
    for command in [*commands("docs/examples.md", "run"), *commands("docs/examples.md", "emit")]:
        result = murmur(*command[1:])
        assert result.exit_code == 0, result.output
        told[" ".join(command[1:3])] = result.output
    assert "result 26.66666666666666\n" in told["run arithmetic"]
    assert (root / "buckets/reports/orders/A-17-refund.json").exists()
    assert (root / "buckets/reports/sales/2026-03-14.md").exists()
    assert (root / "buckets/thumbnails/200/flock.png").exists()


def test_a_division_by_zero_fails_its_run(here: Path) -> None:
    file = copied(here / "workspace").root / "pipelines/arithmetic.yaml"
    file.write_text(file.read_text().replace("{a: 6, b: 3}", "{a: 6, b: 6}"))
    result = murmur("run", str(file))
    assert result.exit_code == 1
    assert "quotient ZeroDivisionError: " in result.output


def test_the_first_pipeline_of_ones_own(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file on the page, every command in its order, and what it promises."""
    assert murmur("init", "first").exit_code == 0
    monkeypatch.chdir(here / "first")
    [hello] = [one for one in commands("docs/getting-started.md", "run") if "hello" in " ".join(one)]
    assert murmur(*hello[1:]).exit_code == 0
    for name, text in files("docs/getting-started.md").items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    Path("buckets/long-letters").mkdir()
    assert murmur("check", ".").exit_code == 0
    with served("up"):
        Path("buckets/uploads/starlings.txt").write_text("The starlings came back this evening")
        [run] = ended_runs(of="first/letters", number=1)
        assert run["state"] == "succeeded"
        assert Path("buckets/long-letters/starlings.txt").exists()
        Path("buckets/uploads/short.txt").write_text("Come home")
        assert [one["state"] for one in ended_runs(of="first/letters", number=2)] == ["succeeded"] * 2
        assert not Path("buckets/long-letters/short.txt").exists()
        why = murmur("why", "last", "keep")
        assert why.exit_code == 1, "it did not run"
        assert "words" in why.output


def files(page: str) -> dict[str, str]:
    """By the path that stands alone on the line before the block."""
    found: dict[str, str] = {}
    blocks = (ROOT / page).read_text().split("```")
    for before, block in zip(blocks[0::2], blocks[1::2], strict=False):
        last = before.rstrip().splitlines()[-1:]
        if last and last[0].startswith("`") and last[0].endswith("`:"):
            found[last[0].strip("`:")] = block.partition("\n")[2]
    return found


class served:
    """A server in a process of its own, ended by Ctrl-C."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments

    def __enter__(self) -> None:
        self._server = subprocess.Popen([*CLI, *self._arguments], stdout=subprocess.PIPE, text=True)
        assert self._server.stdout is not None
        for line in self._server.stdout:
            if "Ctrl-C" in line:
                return
        self._server.stdout.close()
        raise AssertionError(f"it does not serve, and ended with {self._server.wait(PATIENCE)}")

    def __exit__(self, *exc: object) -> None:
        self._server.send_signal(signal.SIGINT)
        code = self._server.wait(PATIENCE)
        assert self._server.stdout is not None
        self._server.stdout.close()
        assert code == 130 or exc[0] is not None


def ended_runs(*, of: str, number: int) -> list[dict[str, Any]]:
    latest = time.monotonic() + PATIENCE
    while time.monotonic() < latest:
        result = murmur("runs", "--json")
        assert result.exit_code == 0, result.output
        runs = [one for one in json.loads(result.stdout)["runs"] if one["pipeline"] == of]
        if len(runs) == number and all(one["ended"] for one in runs):
            return runs
        time.sleep(0.05)
    raise AssertionError(f"there are not {number} runs of {of} that have ended")


# make up


def test_the_demo_makes_a_workspace_runs_the_first_example_and_ends(here: Path) -> None:
    asked = ("demo", "--examples", str(ROOT / "examples"), "--once")
    for _ in range(2):
        result = murmur(*asked)
        assert result.exit_code == 0, result.output
        assert "workspace/buckets/thumbnails/200/flock.png" in result.output
    assert (here / "workspace/data/pictures.db").exists()
    assert not (here / "workspace/media").exists()


def test_the_demo_leaves_a_folder_with_other_things_alone(here: Path) -> None:
    (here / "mine").mkdir()
    (here / "mine/letter.txt").write_text("Dear Ana")
    result = murmur("demo", "--examples", str(ROOT / "examples"), "--once", "-C", "mine")
    assert result.exit_code == 2
    assert "not empty" in result.output
    assert [path.name for path in Path("mine").iterdir()] == ["letter.txt"]


def test_the_demo_says_what_is_in_its_way(here: Path) -> None:
    asked = ("demo", "--examples", str(ROOT / "examples"), "--once")
    result = murmur("demo", "--examples", "nowhere", "--once")
    assert result.exit_code == 2
    assert "here are no examples" in result.output
    copied(here / "workspace")
    assert murmur("publish", "-C", "workspace").exit_code == 0
    assert murmur("pause", "pictures", "-C", "workspace").exit_code == 0
    result = murmur(*asked)
    assert result.exit_code == 2
    assert "started no run: examples/pictures is paused" in result.output
    assert murmur("resume", "pictures", "-C", "workspace").exit_code == 0
    with served("demo", *asked[1:3]):
        result = murmur(*asked)
        assert result.exit_code == 2
        assert "serves it already" in result.output


def test_the_demo_serves_until_ctrl_c(here: Path) -> None:
    with served("demo", "--examples", str(ROOT / "examples")):
        shutil.copy("workspace/samples/broken.png", "workspace/buckets/uploads/")
        os.environ["MURMUR_WORKSPACE"] = "workspace"
        try:
            runs = ended_runs(of="examples/pictures", number=2)
        finally:
            del os.environ["MURMUR_WORKSPACE"]
        assert [one["state"] for one in runs] == ["succeeded"] * 2
    assert (here / "workspace/buckets/quarantine/broken.png").exists()
