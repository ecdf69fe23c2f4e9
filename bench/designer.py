"""The designer with a thousand tasks, in headless Chromium: what its main thread spends on a first drawing, on each move of the
pointer, on a live event of a run, on the checks after a change; and how much script a first page asks for.

CPU of the main thread, as Chromium counts it (`Performance.getMetrics`, thread ticks): the wall clock of a busy machine says little.
What is compared with is a loop of plain arithmetic in the same page.
"""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

from bench.at_rest import MURMUR
from tests.support.browser import FLAGS, executable

TASKS = 1_000
TITLE = f"the designer with {TASKS:,} tasks: CPU of the main thread"
_WIDE = 25
_MOVES = 60
_EVENTS = 40
_PATIENCE_S = 60.0
_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_LOOP = "() => { let sum = 0; for (let n = 0; n < 3e7; n += 1) sum = (sum * 31 + n) % 65521; return sum; }"


def run() -> Iterator[tuple[str, str]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        _served(Path(folder) / "media") as (url, token),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        try:
            yield from _measured(browser.new_page(viewport={"width": 1440, "height": 900}), url, token)
        finally:
            browser.close()


def _measured(page: Page, url: str, token: str) -> Iterator[tuple[str, str]]:
    spent = _Meter(page)
    sizes: dict[str, int] = {}
    page.on("response", lambda told: sizes.setdefault(told.url, 0))
    page.on("requestfinished", lambda asked: sizes.update({asked.url: asked.sizes()["responseBodySize"]}))
    page.goto(f"{url}/#token={token}")
    page.get_by_role("link", name="large").wait_for()
    page.wait_for_load_state("networkidle")
    listed = _scripts(sizes)
    page.goto(f"{url}/#/p/media/small")
    page.locator(".react-flow__node-task").first.wait_for()
    page.wait_for_load_state("networkidle")
    yield "JavaScript of the list, gzip (at most 180 KB)", f"{listed / 1e3:.0f} KB"
    yield "all of the list and the editor, with what is fetched ahead", f"{_scripts(sizes) / 1e3:.0f} KB"

    loop = median(spent(lambda: page.evaluate(_LOOP))["TaskDuration"] for _ in range(5))
    yield "calibration: thirty million steps of arithmetic", f"{loop:.0f} ms"

    def figure(used: dict[str, float], share: int = 1, of: str = "TaskDuration") -> str:
        return f"{used[of] / share:.1f} ms, {used[of] / share / loop:.3f} of the calibration"

    page.goto(f"{url}/#/")
    page.get_by_role("link", name="large").wait_for()
    page.wait_for_load_state("networkidle")

    def opened() -> None:
        page.evaluate("() => { location.hash = '#/p/media/large'; }")
        page.locator(".react-flow__node-task").first.wait_for(state="attached")
        page.evaluate(_TWO_FRAMES)

    yield "first paint (at most 500 ms)", figure(spent(opened))
    page.wait_for_load_state("networkidle")
    page.keyboard.press("0")
    _find(page, "t500")

    # Between the tasks: the pane itself is taken hold of.
    node = page.locator('.react-flow__node[data-id="t500"]').bounding_box()
    assert node is not None
    yield (
        "a move of the pointer, panning (at most 16 ms)",
        figure(spent(_dragging(page, (node["x"] + 100, node["y"] - 9))), _MOVES),
    )
    _find(page, "t500")
    node = page.locator('.react-flow__node[data-id="t500"]').bounding_box()
    assert node is not None
    start = (node["x"] + node["width"] / 2, node["y"] + node["height"] / 2)
    yield (
        "a move of the pointer, dragging a task (at most 16 ms)",
        figure(spent(_dragging(page, start)), _MOVES),
    )
    page.keyboard.press("Control+z")

    took = []
    for task in ("t310", "t320", "t330", "t340", "t350"):
        _find(page, task)
        page.evaluate(_TWO_FRAMES)
        took.append(spent(lambda: (page.keyboard.press("Shift+Delete"), page.evaluate(_TWO_FRAMES))))
    changed = {"TaskDuration": median(one["TaskDuration"] for one in took)}
    yield "a task deleted, drawn and checked (at most 100 ms)", figure(changed)

    page.wait_for_load_state("networkidle")
    began = time.perf_counter()
    with page.expect_response(lambda told: told.request.method == "PUT" and told.url.endswith("/draft")):
        used = spent(lambda: _arranged(page))
        wall = time.perf_counter() - began
    yield "laid out (at most 2 s), as the wall clock says", f"{wall:.2f} s"
    yield "of it on the main thread, with the drawing of it", figure(used)

    yield "a live event of a run, its script (under 3 ms)", figure(_live(page, url, token, spent), 1, "ScriptDuration")


class _Meter:
    """What the main thread spends in between, in milliseconds."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def __call__(self, does: Callable[[], object]) -> dict[str, float]:
        before = self._now()
        does()
        after = self._now()
        return {name: after[name] - before[name] for name in ("TaskDuration", "ScriptDuration", "LayoutDuration")}

    def _now(self) -> dict[str, float]:
        told = self._session.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] * 1e3 for one in told}


def _find(page: Page, task: str) -> None:
    page.keyboard.press("Control+f")
    page.get_by_role("dialog").get_by_role("combobox").fill(task)
    page.keyboard.press("Enter")
    page.locator(f'.react-flow__node.selected[data-id="{task}"]').wait_for()
    page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
    page.wait_for_function(
        """(task) => {
            const box = document.querySelector(`.react-flow__node[data-id="${task}"]`)?.getBoundingClientRect();
            const at = box === undefined ? '' : `${box.x} ${box.y}`;
            const still = window.benchAt === at;
            window.benchAt = at;
            return still;
        }""",
        arg=task,
    )


def _dragging(page: Page, start: tuple[float, float]) -> Callable[[], None]:
    def does() -> None:
        page.mouse.move(*start)
        page.mouse.down()
        for step in range(_MOVES):
            share = (step + 1) / _MOVES
            x, y = start[0] + 150 * share, start[1] + 90 * share
            page.mouse.move(x, y)
        page.mouse.up()
        page.evaluate(_TWO_FRAMES)

    return does


def _arranged(page: Page) -> None:
    place = "() => document.querySelector('.react-flow__viewport').style.transform"
    before = page.evaluate(place)
    page.keyboard.press("Shift+l")
    page.wait_for_function(f"(before) => ({place})() !== before", arg=before)
    page.evaluate(_TWO_FRAMES)


def _live(page: Page, url: str, token: str, spent: _Meter) -> dict[str, float]:
    """A run whose events are told one at a time, as the server would tell them."""
    told = page.request.post(
        f"{url}/api/runs",
        headers={"authorization": f"Bearer {token}", "idempotency-key": "bench"},
        data={"definition": _definition(), "input": {}},
    )
    assert told.ok, told.text()
    run = told.json()["run"]
    waiting: list[Route] = []
    page.route(f"**/api/runs/{run}/events*", lambda route: waiting.append(route))
    page.route(f"**/api/runs/{run}?*", _untouched)
    page.goto(f"{url}/#/runs/{run}")
    page.locator(".react-flow__node-task").first.wait_for(state="attached")
    took = []
    for number in range(_EVENTS):
        while not waiting:
            page.wait_for_timeout(10)
        page.evaluate(_TWO_FRAMES)
        route = waiting.pop(0)
        event = {
            "type": "task.started",
            "time": "2030-01-01T00:00:00.000Z",
            "task": f"t{number}",
            "attempt": 1,
            "data": {},
        }
        body = json.dumps({"events": [event], "next": str(number), "ended": False})

        def heard(route: Route = route, body: str = body) -> None:
            route.fulfill(status=200, content_type="application/json", body=body)
            while not waiting:
                page.wait_for_timeout(5)
            page.evaluate(_TWO_FRAMES)

        took.append(spent(heard))
    last = page.locator(f'.react-flow__node[data-id="t{_EVENTS - 1}"] [data-state]')
    assert last.get_attribute("data-state") == "running", "the events were not heard"
    page.unroute_all(behavior="ignoreErrors")
    return {name: median(one[name] for one in took) for name in ("ScriptDuration", "TaskDuration")}


def _untouched(route: Route) -> None:
    """The run as it was when nothing of it had begun."""
    told = route.fetch().json()
    for task in told["tasks"]:
        task.update(state="pending", attempts=[], opened=None, started=None, ended=None, output=None, why=None)
    route.fulfill(
        status=200, content_type="application/json", body=json.dumps(told | {"state": "running", "ended": None})
    )


def _scripts(sizes: dict[str, int]) -> int:
    return sum(size for address, size in sizes.items() if address.endswith(".js"))


def _edges(tasks: int) -> dict[tuple[int, int], str]:
    """In layers, 1.2 edges a task."""
    chance = random.Random(7)
    layers = [range(at, min(at + _WIDE, tasks)) for at in range(0, tasks, _WIDE)]
    return {
        (chance.choice(before), task): chance.choice(("success", "success", "completion"))
        for before, layer in pairwise(layers)
        for task in layer
        for _ in range(1 + (chance.random() < 0.2))
    }


def _text(name: str, tasks: int) -> str:
    lines = [f"project: media\npipeline: {name}\ntasks:"]
    lines += [f"  t{number}: {{action: pass, timeout: 30s}}" for number in range(tasks)]
    lines += ["edges:", *(f"  - {{from: t{a}, to: t{b}, on: {kind}}}" for (a, b), kind in _edges(tasks).items())]
    return "\n".join(lines) + "\n"


def _definition() -> dict[str, Any]:
    return {
        "project": "media",
        "pipeline": "large",
        "tasks": {f"t{number}": {"action": "pass", "timeout": "30s"} for number in range(TASKS)},
        "edges": [{"from": f"t{a}", "to": f"t{b}", "on": kind} for (a, b), kind in _edges(TASKS).items()],
    }


@contextmanager
def _served(root: Path) -> Iterator[tuple[str, str]]:
    (root / "pipelines").mkdir(parents=True)
    (root / "project.yaml").write_text("project: media\n")
    (root / "pipelines" / "large.yaml").write_text(_text("large", TASKS))
    (root / "pipelines" / "small.yaml").write_text(_text("small", 2 * _WIDE))
    state = root / ".murmuration"
    server = subprocess.Popen(
        [*MURMUR, "up", "--port", "0", "--no-browser", "-C", str(root)], stdout=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + _PATIENCE_S
        while not (state / "url").exists() or not (state / "url").read_text():
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < until, "it is not served"
            time.sleep(0.05)
        yield (state / "url").read_text(), (state / "token").read_text()
    finally:
        server.terminate()
        try:
            server.wait(_PATIENCE_S)
        finally:
            server.kill()
