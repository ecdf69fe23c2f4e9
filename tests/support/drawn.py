"""The designer as somebody uses it: a tab of a real browser on a served workspace, with the gestures of pointer and keyboard by name.

    tab.open(tab.begun("orders", text))
    tab.place("pass", (0.5, 0.5))
    tab.connect("check", "failure", "refund")
    tab.saved()["edges"]

Nothing waits for a time to pass: it waits for what is to be seen, or for the server to have it. What is drawn is looked at through the
API first, and on the screen after it. Whatever the page complains of in its console, every exception and every breach of the content
policy is a failure at the test's end, unless the test said that it would come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import hypot
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Playwright, expect
from support.browser import FLAGS, executable
from support.served import Served

PROJECT = "media"
FUNCTIONS = ("inspect_picture", "make_thumbnail")
WIDE = (1280, 800)
NARROW = (390, 844)
PATIENCE_MS = 15_000
_STEPS = 8
_BREACHES = """
addEventListener("securitypolicyviolation", (one) =>
  console.error(`content policy: ${one.violatedDirective} ${one.blockedURI}`));
"""
_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

expect.set_options(timeout=PATIENCE_MS)

Point = tuple[float, float]
Tabs = Callable[..., "Tab"]
"""Makes tabs, each of another person; with `beside=tab`, of the same one."""


def launched(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))


def workspace(root: Path, functions: Sequence[str] = ()) -> Path:
    """With the repository's functions of those names, and with no pipeline."""
    examples = Path(__file__).parents[2] / "examples" / "functions"
    root.mkdir(parents=True)
    (root / "project.yaml").write_text(f"project: {PROJECT}\n")
    for bucket in ("uploads", "thumbnails", "quarantine", "reports"):
        (root / "buckets" / bucket).mkdir(parents=True)
    for name in functions:
        (root / "functions").mkdir(exist_ok=True)
        (root / "functions" / name).symlink_to(examples / name)
    return root


@dataclass
class Tab:
    page: Page
    here: Served
    name: str = ""
    """Of the pipeline that is open."""
    _wrong: list[str] = field(default_factory=list)
    _awaited: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda wrong: self._wrong.append(f"exception: {wrong}"))

    # --- what must not be -------------------------------------------------------------------------------------------------

    def awaits(self, *parts: str) -> None:
        """What the console will say in this test: an answer of 412, a server that is away."""
        self._awaited.extend(parts)

    def complaints(self) -> list[str]:
        return [one for one in self._wrong if not any(part in one for part in self._awaited)]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            where = message.location.get("url", "")
            self._wrong.append(f"{message.type}: {message.text} {where}")

    # --- places -----------------------------------------------------------------------------------------------------------

    def begun(self, name: str, text: str = "") -> str:
        """A pipeline's draft, made through the API. `text` is what is below its names; its place comes back."""
        text = f"project: {PROJECT}\npipeline: {name}\n{text or 'tasks: {}'}"
        told = self.here.post("/pipelines", {"project": PROJECT, "pipeline": name, "text": text})
        assert told.status in (200, 201), told.body
        self.name = name
        return f"/p/{PROJECT}/{name}"

    def published(self, name: str, text: str) -> str:
        place = self.begun(name, text)
        told = self.here.post(f"/pipelines/{PROJECT}/{name}/publish", headers={"if-match": self._etag(name)})
        assert told.status < 300, told.body
        return place

    def open(self, place: str = "/", **asked: str) -> None:
        """In this tab; the token is in the address, as `murmur up` prints it, the first time."""
        query = f"?{urlencode(asked)}" if asked else ""
        if (found := re.match(rf"/p/{PROJECT}/([^/?]+)", place)) is not None:
            self.name = found[1]
        if self.page.url.startswith(self.here.url):
            self.page.goto(f"{self.here.url}/#{place}{query}")
        else:
            self.page.goto(f"{self.here.url}/#{place}{query}&token={self.here.token}")
        expect(self.page.locator("#page:not([aria-busy])")).to_be_visible()

    def drawing(self, place: str, **asked: str) -> None:
        """A pipeline's drawing, ready for the pointer."""
        self.open(place, **asked)
        self.ready()

    def ready(self) -> None:
        expect(self.canvas).to_be_visible()
        # On a narrow screen there is no palette: it is read there.
        if (self.page.viewport_size or {"width": 0})["width"] >= WIDE[0]:
            expect(self.page.get_by_role("button", name="Add pass", exact=True)).to_be_attached()
        self.calm()

    def calm(self) -> None:
        """What the last input changed is on the screen."""
        self.page.evaluate(_TWO_FRAMES)

    # --- what is there ----------------------------------------------------------------------------------------------------

    def _etag(self, name: str) -> str:
        return self.here.get(f"/pipelines/{PROJECT}/{name}/draft").headers["etag"]

    def draft(self) -> Any:
        told = self.here.get(f"/pipelines/{PROJECT}/{self.name}/draft")
        assert told.status == 200, told.body
        return told.json

    def document(self) -> Any:
        return self.draft()["document"]

    def saved(self) -> Any:
        """The document that the server has, once it has all that was drawn."""
        self.calm()
        expect(self.page.get_by_test_id("saving")).to_have_attribute("data-state", "saved")
        return self.document()

    @contextmanager
    def saving(self) -> Iterator[None]:
        """What is begun in here ends with the server having it: for what is not done at once."""
        with self.page.expect_response(lambda told: told.request.method == "PUT" and told.url.endswith("/draft")):
            yield
        self.saved()

    def tasks(self) -> list[str]:
        return sorted(self.saved()["tasks"])

    def edges(self) -> set[tuple[str, str, str]]:
        """Of the saved document: from, kind, to."""
        found = self.saved().get("edges", [])
        return {(one["from"], one.get("on", "success"), one["to"]) for one in found}

    @property
    def canvas(self) -> Locator:
        return self.page.get_by_test_id("canvas")

    @property
    def selected(self) -> list[str]:
        self.calm()
        return sorted(
            self.page.locator(".react-flow__node.selected").evaluate_all("all => all.map(one => one.dataset.id)")
        )

    def stands(self) -> dict[str, Point]:
        """Where the tasks stand on the screen."""
        self.calm()
        names: list[str] = self.page.locator(".react-flow__node-task").evaluate_all(
            "all => all.map(one => one.dataset.id)"
        )
        return {name: self.middle(self.node(name)) for name in names}

    def node(self, task: str) -> Locator:
        return self.page.locator(f'.react-flow__node[data-id="{task}"]')

    def handle(self, task: str, kind: str) -> Locator:
        return self.page.locator(f'.react-flow__handle[data-nodeid="{task}"][data-handleid="{kind}"]')

    def edge(self, start: str, kind: str, end: str, when: object = None) -> Locator:
        key = json.dumps([start, end, kind, when], separators=(",", ":"))
        return self.page.locator(f".react-flow__edge[data-id='{key}']")

    def middle(self, found: Locator) -> Point:
        box = found.bounding_box()
        assert box is not None, "it is not on the screen"
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def at(self, share: Point) -> Point:
        """A point of the canvas, by shares of its width and height."""
        box = self.canvas.bounding_box()
        assert box is not None
        return box["x"] + box["width"] * share[0], box["y"] + box["height"] * share[1]

    def on_edge(self, edge: Locator) -> Point:
        """The middle of an edge's line."""
        found = edge.locator("path.react-flow__edge-path").evaluate(
            """(path) => {
                const at = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
                return [at.x, at.y];
            }"""
        )
        return found[0], found[1]

    # --- gestures ---------------------------------------------------------------------------------------------------------

    def drag(self, start: Point, end: Point, *, drop: bool = True) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        # A drag begins where the pointer is when it is seen to be one: for a hand, a hair from where it was taken hold of.
        far = max(hypot(end[0] - start[0], end[1] - start[1]), 1)
        mouse.move(start[0] + 3 * (end[0] - start[0]) / far, start[1] + 3 * (end[1] - start[1]) / far)
        mouse.move(*end, steps=_STEPS)
        # A last small step: what looks at where the pointer is has seen it rest.
        mouse.move(end[0] + 1, end[1], steps=2)
        if drop:
            mouse.up()
        self.calm()

    def place(self, item: str, end: Point) -> None:
        """Drags an item of the palette to a point of the screen."""
        entry = self.page.get_by_role("button", name=f"Add {item}", exact=True)
        entry.scroll_into_view_if_needed()
        self.drag(self.middle(entry), end)

    def connect(self, start: str, kind: str, end: str) -> None:
        self.drag(self.middle(self.handle(start, kind)), self.middle(self.handle(end, "in")))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.calm()

    def choose(self, typed: str) -> None:
        """In the chooser that is open: types, and takes what is first."""
        box = self.page.get_by_role("dialog").get_by_role("combobox")
        box.fill(typed)
        box.press("Enter")
        self.calm()

    def add(self, item: str) -> None:
        """By keyboard, from the canvas."""
        self.press("/")
        self.choose(item)

    def action(self, name: str) -> None:
        """From the palette of commands."""
        self.press("Control+k")
        self.choose(name)

    def undo(self) -> None:
        self.press("Control+z")

    def redo(self) -> None:
        self.press("Control+Shift+z")


@contextmanager
def context_of(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """What a person's browser keeps; two contexts are two people."""
    options.setdefault("viewport", {"width": WIDE[0], "height": WIDE[1]})
    options.setdefault("reduced_motion", "reduce")
    context = browser.new_context(**options)
    context.add_init_script(_BREACHES)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    try:
        yield context
    finally:
        context.close()
