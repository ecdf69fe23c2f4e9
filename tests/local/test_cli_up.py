"""`murmur up`: what it tells of the workspace that it serves."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.murmur import Shop, shop

from murmuration.local.acting import Acting
from murmuration.workspace import Workspace

HOOKED = """
project: shop
pipeline: hooked
deadline: 5m
triggers:
  pushes: {webhook: {signature: none}}
  hand: {manual: {}}
tasks:
  a: {action: pass, timeout: 10s}
edges: []
"""


@pytest.fixture
def here(tmp_path: Path) -> Shop:
    return shop(tmp_path / "shop")


def test_a_pipeline_without_a_document_is_named_until_it_is_taken_out(here: Shop) -> None:
    path = here.root / "pipelines" / "hooked.yaml"
    path.write_text(HOOKED)
    here("publish")
    path.unlink()
    assert "shop/hooked is live, and pipelines/ has no document of it" in here("up", "--once").stderr
    assert here("unpublish", "hooked").stdout == "shop/hooked is live no more\n"
    served = here("up", "--once")
    assert "no document" not in served.stderr
    assert "1 pipeline served" in served.stdout
    assert "no published pipeline hooked" in here("unpublish", "hooked", code=2).stderr


def test_what_is_taken_out_is_not_triggered_and_goes_on_with_its_runs(here: Shop) -> None:
    path = here.root / "pipelines" / "orders.yaml"
    document = path.read_text()
    emit = ("emit", "--source", "shop", "--type", "order.placed", "--detail", '{"id": 1, "total": 20}')
    here("publish")
    with Acting(Workspace(here.root), "test") as acting:
        begun = acting.ask("emit", {"source": "shop", "type": "order.placed", "detail": {"id": 7, "total": 20}})
        assert begun["event"]
        told = acting.ask("unpublish", {"pipelines": ["orders"]})
    assert told == {"unpublished": [{"pipeline": "shop/orders", "open_runs": 1}]}
    assert here.json(*emit)["runs"] == []
    path.unlink()
    here("up", "--once")
    assert here.states("last") == {"check": "succeeded", "deliver": "succeeded", "refund": "skipped"}
    assert len(here.json("runs", "--pipeline", "orders")["runs"] or ()) == 1  # type: ignore[arg-type]  # a list
    assert here.json("rerun", "last", "--wait")["state"] == "succeeded"
    path.write_text(document)
    assert "shop/orders@2 is live" in here("publish").stdout
    assert len(here.json(*emit)["runs"] or ()) == 1  # type: ignore[arg-type]  # a list


def test_prune_takes_out_all_that_have_no_document(here: Shop) -> None:
    path = here.root / "pipelines" / "hooked.yaml"
    path.write_text(HOOKED)
    here("publish")
    assert "--prune is about all of the workspace" in here("publish", "--prune", path, code=2).stderr
    path.unlink()
    assert "is live no more" not in here("publish").stdout
    pruned = here("publish", "--prune").stdout
    assert "shop/hooked is live no more" in pruned
    assert "shop/orders@1 is live already" in pruned
    (here.root / "pipelines" / "orders.yaml").unlink()
    assert here("publish", "--prune").stdout == "shop/orders is live no more\n"


LATE = """
project: shop
pipeline: late
deadline: 1s
tasks:
  nap: {action: wait, with: {duration: 1h}, timeout: 2h}
  again: {action: fail, timeout: 10s, retry: {attempts: 2, delay: 1h}}
  after: {action: pass, timeout: 10s}
edges:
  - {from: nap, to: after}
"""


def test_what_was_stopped_with_its_run_is_said_to_programs_as_to_people(here: Shop) -> None:
    (here.root / "pipelines" / "late.yaml").write_text(LATE)
    told = here.json("run", "late", code=1)
    assert told["state"] == "timed_out"
    assert here.states("last") == {"nap": "timed_out", "again": "timed_out", "after": "pending"}
    tasks = told["tasks"]
    assert isinstance(tasks, list)
    assert {str(one["why"]) for one in tasks if isinstance(one, dict)} == {
        "stopped with the run",
        "the run timed out first",
    }
    assert here("show").stdout.count("stopped with the run") == 2
    assert here("why", "last", "nap").stdout.startswith("nap was stopped with its run. It ran because")
    assert "(nap was stopped with the run) was undecided" in here("why", "last", "after", code=1).stdout
