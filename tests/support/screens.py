"""`make screens`: pictures of every page and state, light and dark, wide and narrow, into docs/screens. With names as arguments only those.

A workspace with the repository's examples is served, one of them has run, one draft differs from what is live; so the pictures show
what somebody sees who has begun to work.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from support.drawn import FUNCTIONS, Tab, context_of, launched, workspace
from support.served import Served, served

EXAMPLES = Path(__file__).parents[2] / "examples"
SCREENS = Path(__file__).parents[2] / "docs" / "screens"
SIZES = {"wide": (1280, 800), "narrow": (390, 844)}
COLOURS = 192

Does = Callable[[Tab], None]


def _nothing(tab: Tab) -> None:
    del tab


def _pressed(keys: str, role: Any = "dialog") -> Does:
    def does(tab: Tab) -> None:
        tab.ready()
        tab.press(keys)
        tab.page.get_by_role(role).last.wait_for()

    return does


def _searched(tab: Tab) -> None:
    tab.ready()
    tab.press("/")
    tab.page.get_by_role("dialog").get_by_role("combobox").fill("s3")


def _simulated(tab: Tab) -> None:
    tab.ready()
    tab.page.get_by_role("button", name="Simulate", exact=True).click()
    following = tab.page.get_by_role("button", name="Next step")
    following.click()
    following.click()


def _refused(tab: Tab) -> None:
    tab.ready()
    tab.drag(tab.middle(tab.handle("resize", "success")), tab.middle(tab.handle("validate", "in")), drop=False)


def _compared(tab: Tab) -> None:
    tab.page.get_by_role("heading", name="Versions of").wait_for()


def _files(tab: Tab) -> None:
    tab.ready()
    tab.press("Control+Enter")
    tab.page.get_by_role("dialog").wait_for()
    tab.page.get_by_role("tab", name="Drop a file").click()


def pictures(run: str) -> dict[str, tuple[str, Does]]:
    draw = "/p/media/pictures"
    return {
        "pipelines": ("/", _nothing),
        "new": ("/new", _nothing),
        "runs": ("/runs", _nothing),
        "functions": ("/functions", _nothing),
        "function": ("/functions/inspect_picture", _nothing),
        "project": ("/projects/media", _nothing),
        "draw": (draw, _nothing),
        "empty": ("/p/media/blank", _nothing),
        "task": (f"{draw}?task=store", _nothing),
        "edge": (f'{draw}?edge=["resize","quarantine","failure",null]', _nothing),
        "problems": ("/p/media/faulty?panel=problems", _nothing),
        "code": (f"{draw}?panel=code", _nothing),
        "simulate": (f"{draw}?panel=simulate", _simulated),
        "quick-add": (draw, _searched),
        "cycle": (draw, _refused),
        "outline": (draw, _pressed("o", "navigation")),
        "help": (draw, _pressed("?")),
        "commands": (draw, _pressed("Control+k")),
        "start": (draw, _pressed("Control+Enter")),
        "drop": (draw, _files),
        "publish": (f"{draw}/publish", _nothing),
        "versions": (f"{draw}/versions", _compared),
        "runs-of": (f"{draw}/runs", _nothing),
        "run": (f"/runs/{run}", _nothing),
        "run-task": (f"/runs/{run}?task=quarantine", _nothing),
    }


ON_WIDE_ONLY = {"quick-add", "cycle", "outline", "commands"}
"""What asks for a pointer or a keyboard is not there to be read."""


def main(asked: list[str]) -> int:
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = workspace(Path(folder) / "media", FUNCTIONS)
        with served(root) as here:
            run = _prepared(here)
            browser = launched(playwright)
            try:
                for size, scheme in product(SIZES, ("light", "dark")):
                    width, height = SIZES[size]
                    viewport = {"width": width, "height": height}
                    with context_of(browser, viewport=viewport, color_scheme=scheme) as context:
                        tab = Tab(context.new_page(), here)
                        for name, (place, does) in pictures(run).items():
                            if (asked and name not in asked) or (size == "narrow" and name in ON_WIDE_ONLY):
                                continue
                            tab.page.goto("about:blank")
                            tab.open(place)
                            _settled(tab.page)
                            does(tab)
                            _settled(tab.page)
                            _keep(tab.page, SCREENS / f"{name}-{size}-{scheme}.png")
                            print(name, size, scheme, flush=True)
            finally:
                browser.close()
    return 0


def _settled(page: Page) -> None:
    page.wait_for_function(
        """() => document.querySelector("[aria-busy=true]") === null && !document.body.innerText.includes("Loading …")"""
    )
    page.evaluate("() => Promise.all([document.fonts.ready, new Promise((done) => setTimeout(done, 150))])")


def _keep(page: Page, file: Path) -> None:
    """With few colours: pages have few."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def _prepared(here: Served) -> str:
    """Pipelines that are live, one whose draft differs, one with mistakes, one that is empty; and a run that failed on its way."""
    text = (EXAMPLES / "pipelines" / "pictures.yaml").read_text().replace("project: examples", "project: media")
    _drawn(here, "pictures", text)
    _published(here, "pictures")
    upload = here.post("/buckets/uploads/uploads", {"key": "torn.png", "content_type": "image/png", "size": 3}).json
    here.ask(upload["method"], upload["url"].removeprefix(here.url), b"no!", headers=upload["headers"], token=None)
    while not (found := here.get("/runs").json["runs"]):
        pass
    run = str(found[0]["run"])
    after = ""
    while not (told := here.get(f"/runs/{run}/events", after=after, wait=20).json)["ended"]:
        after = told["next"]
    arithmetic = (EXAMPLES / "pipelines" / "arithmetic.yaml").read_text().replace("project: examples", "project: media")
    _drawn(here, "arithmetic", arithmetic)
    _drawn(here, "blank", "project: media\npipeline: blank\ntasks: {}\n")
    _drawn(here, "faulty", _FAULTY)
    etag = here.get("/pipelines/media/pictures/draft").headers["etag"]
    changed = text.replace("width: 200", "width: 320").replace("deadline: 10m", "deadline: 20m")
    here.put("/pipelines/media/pictures/draft", {"text": changed}, headers={"if-match": etag})
    return run


_FAULTY = """project: media
pipeline: faulty
tasks:
  check: {function: inspect_picture, timeout: 30s, with: {file: "${input.file}"}}
  both: {action: pass, timeout: 30s}
  late: {action: pass, timeout: 30s, with: {value: "${tasks.gone.output}"}}
edges:
  - {from: check, to: both}
  - {from: check, to: both, on: failure}
  - {from: both, to: late}
"""


def _drawn(here: Served, name: str, text: str) -> None:
    told = here.post("/pipelines", {"project": "media", "pipeline": name, "text": text})
    assert told.status == 201, told.body


def _published(here: Served, name: str) -> None:
    etag = here.get(f"/pipelines/media/{name}/draft").headers["etag"]
    told = here.post(f"/pipelines/media/{name}/publish", headers={"if-match": etag})
    assert told.status < 300, told.body


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
