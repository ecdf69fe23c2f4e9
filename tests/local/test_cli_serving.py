"""The command where a server runs: it asks the server, and looks at the files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pytest
from support.murmur import SLOW, Shop, shop

from murmuration.local.owner import holder
from schemas.model import JsonObject

_PATIENCE_S = 60


class Serving:
    """`murmur up`, in a process and a group of its own, as from a terminal."""

    def __init__(self, here: Shop, *options: str) -> None:
        self.here = here
        command = [sys.executable, "-c", "from murmuration.cli.main import main; main()", "up", *options]
        self.process = subprocess.Popen(
            command,
            cwd=here.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_as_from_a_terminal,
        )
        self.said = ""
        self._until("Ctrl-C ends it")

    def _until(self, words: str) -> None:
        out: IO[str] | None = self.process.stdout
        assert out is not None
        for line in out:
            self.said += line
            if words in line:
                return
        self.process.communicate()
        raise AssertionError(self.said)

    def end(self, number: signal.Signals) -> int:
        os.killpg(self.process.pid, number)
        rest, _ = self.process.communicate(timeout=_PATIENCE_S)
        self.said += rest
        return self.process.returncode


def _as_from_a_terminal() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serving]:
    serving = Serving(shop(tmp_path / "shop"))
    with serving.process:
        yield serving
        if serving.process.poll() is None:
            serving.end(signal.SIGTERM)


def test_a_day_at_the_server(served: Serving) -> None:
    """One server for all of it: it takes a moment to start."""
    here = served.here
    assert "shop/orders@1 is live" in served.said

    started = here("run", "orders", "--input", '{"wait": true}')
    assert "(through the server that runs here)" in started.stderr
    assert "has started. Follow it: murmur watch r-" in started.stdout
    wait_for(lambda: here.states("last")["check"] == "running")
    assert here.json("show")["state"] == "running"
    wait_for(lambda: "█████░░░░░  50% half way" in here("show", "last").stdout)
    assert "is running" in here("why", "last", "deliver", code=1).stdout

    here("cancel", "last")
    ended = here.json("watch", "last", code=1)
    assert ended["state"] == "cancelled"
    shown = here("show", "last").stdout
    assert "stopped with the run" in shown
    assert "the run was cancelled first" in shown
    assert here("show", "last").stdout == shown, "no time goes on for what has ended"
    assert here.states("last") == {"check": "cancelled", "deliver": "pending", "refund": "pending"}

    told = here.json("run", "orders", "--input", '{"total": 20}', "--wait")
    assert told["state"] == "succeeded"
    assert "has ended" not in here("watch", told["run"]).stdout

    failed = here.json("run", "orders", "--input", '{"breaks": true}', "--wait")
    assert here.states(failed["run"])["refund"] == "succeeded"
    here.mend()
    again = here.json("rerun", failed["run"], "--from-failed", "--wait")
    assert again["rerun_of"] == failed["run"]
    assert here.states(again["run"])["refund"] == "skipped"

    with ThreadPoolExecutor(8) as pool:
        events = [pool.submit(_emit, here.root, number) for number in range(16)]
        assert [one.result() for one in events] == [0] * 16
    wait_for(lambda: len(here.json("runs", "--limit", 100, "--state", "succeeded")["runs"] or ()) == 19)  # type: ignore[arg-type]  # a list

    path = here.root / "pipelines" / "orders.yaml"
    path.write_text(SLOW.replace("[shop]", "[market]"))
    assert "shop/orders@2 is live" in here("publish").stdout
    assert here.json("emit", "--source", "shop", "--type", "order.placed", "--detail", '{"id": 99}')["runs"] == []
    assert "is paused" in here("pause", "orders").stdout
    assert "(murmur up)" in here("doctor").stdout
    assert "serves it already" in here("up", code=2).stderr


def _emit(root: Path, number: int) -> int:
    from murmuration.local.acting import Acting
    from murmuration.workspace import Workspace

    with Acting(Workspace(root), "test") as acting:
        detail: JsonObject = {"id": number, "total": 10}
        acting.ask("emit", {"source": "shop", "type": "order.placed", "detail": detail})
    return 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_ends_cleanly_and_takes_its_workers_along(served: Serving, number: signal.Signals, code: int) -> None:
    served.here("run", "orders", "--input", '{"wait": true}')
    wait_for(lambda: served.here.states("last")["check"] == "running")
    assert served.end(number) == code
    assert "Traceback" not in served.said
    assert holder(served.here.root / ".murmuration") is None
    wait_for(lambda: not _of_group(served.process.pid))


def _of_group(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_a_killed_server_left_is_gone_on_with(served: Serving) -> None:
    here = served.here
    here("run", "orders", "--input", '{"wait": true, "total": 20}')
    wait_for(lambda: here.states("last")["check"] == "running")
    assert served.end(signal.SIGKILL) == -signal.SIGKILL
    here.let_go()
    assert "1 pipeline served" in here("up", "--once").stdout
    assert here.states("last") == {"check": "succeeded", "deliver": "succeeded", "refund": "skipped"}


def test_whoever_asks_while_the_owner_dies_does_it_himself(tmp_path: Path) -> None:
    from murmuration.local.acting import Acting
    from murmuration.local.owner import own
    from murmuration.workspace import Workspace

    here = shop(tmp_path / "shop")
    here("publish")
    deaf = own(here.root / ".murmuration", "deaf")
    assert deaf is not None
    with Acting(Workspace(here.root), "test") as acting, ThreadPoolExecutor(1) as pool:
        assert not acting.alone
        asked = pool.submit(_pause, here.root)
        time.sleep(0.2)
        deaf.close()
        assert asked.result(timeout=_PATIENCE_S) == {"pipeline": "shop/orders", "changed": True}


def _pause(root: Path) -> object:
    from murmuration.local.acting import Acting
    from murmuration.workspace import Workspace

    with Acting(Workspace(root), "pause") as acting:
        return acting.ask("pause", {"pipeline": "orders"})
