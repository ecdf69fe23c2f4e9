"""Every page, light and dark: no violation that axe knows, no way without the keyboard, an address for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.drawn import PROJECT, Tab, Tabs

AXE = Path(__file__).parents[2] / "designer" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PIPELINE = """
description: What all pages are looked at with.
input: {type: object, properties: {id: {type: string}}}
triggers: {dropped: {s3: {bucket: uploads}, input: {key: "${detail.object.key}"}}}
tasks:
  check: {action: pass, timeout: 30s, retry: {attempts: 3}}
  large: {action: pass, timeout: 30s}
  report: {action: pass, timeout: 30s, join: any}
edges:
  - {from: check, to: large, when: {width: [{numeric: [">=", 64]}]}}
  - {from: check, to: report, on: failure}
  - {from: large, to: report, on: completion}
"""
PLACES = {
    "pipelines": ("/", "heading", "Pipelines"),
    "new": ("/new", "heading", "New pipeline"),
    "runs": ("/runs", "heading", "Runs"),
    "functions": ("/functions", "heading", "Functions"),
    "function": ("/functions/inspect_picture", "heading", "inspect_picture"),
    "project": (f"/projects/{PROJECT}", "heading", f"Project {PROJECT}"),
    "draw": (f"/p/{PROJECT}/seen", "heading", "seen"),
    "task": (f"/p/{PROJECT}/seen?task=check", "complementary", "Inspector"),
    "problems": (f"/p/{PROJECT}/seen?panel=problems", "tabpanel", "Problems"),
    "code": (f"/p/{PROJECT}/seen?panel=code", "tabpanel", "Code"),
    "simulate": (f"/p/{PROJECT}/seen/simulate", "heading", "seen"),
    "publish": (f"/p/{PROJECT}/seen/publish", "heading", "Publish seen"),
    "versions": (f"/p/{PROJECT}/seen/versions", "heading", "Versions of seen"),
    "runs of": (f"/p/{PROJECT}/seen/runs", "heading", "Runs of seen"),
    "nowhere": ("/no/such/place", "heading", "There is nothing here"),
}


@pytest.fixture(scope="module")
def seen(here: Any) -> str:
    """A pipeline with a version that is live, a draft that differs, and a run; the run."""
    name, text = "seen", f"project: {PROJECT}\npipeline: seen\n{PIPELINE}"
    assert here.post("/pipelines", {"project": PROJECT, "pipeline": name, "text": text}).status == 201
    draft = f"/pipelines/{PROJECT}/{name}/draft"
    told = here.post(f"/pipelines/{PROJECT}/{name}/publish", headers={"if-match": here.get(draft).headers["etag"]})
    assert told.status < 300, told.body
    run = here.post("/runs", {"pipeline": f"{PROJECT}/{name}", "input": {"id": "one"}}).json["run"]
    after = ""
    while not (events := here.get(f"/runs/{run}/events", after=after, wait=20).json)["ended"]:
        after = events["next"]
    changed = text + "  - {from: check, to: large, on: completion}\n"
    saved = here.put(draft, {"text": changed}, headers={"if-match": here.get(draft).headers["etag"]})
    assert saved.status == 200, saved.body
    return str(run)


def violations(page: Page) -> list[str]:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    told = page.evaluate(
        "(rules) => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
    )
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in told["violations"]
    ]


def shown(tab: Tab, role: Any, name: str) -> None:
    expect(tab.page.get_by_role(role, name=name).first).to_be_visible()
    tab.page.wait_for_load_state("networkidle")
    tab.calm()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(tabs: Tabs, seen: str, scheme: str) -> None:
    tab = tabs(color_scheme=scheme)
    found = {}
    for name, (place, role, title) in {**PLACES, "run": (f"/runs/{seen}", "heading", "seen")}.items():
        tab.open(place)
        shown(tab, role, title)
        found[name] = violations(tab.page)
    assert {name: some for name, some in found.items() if some} == {}


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens_in_front(tabs: Tabs, scheme: str) -> None:
    tab = tabs(color_scheme=scheme)
    tab.drawing(f"/p/{PROJECT}/seen")
    found = {}
    for name, keys in {
        "help": "?",
        "commands": "Control+k",
        "add": "/",
        "find": "Control+f",
        "run": "Control+Enter",
    }.items():
        tab.press(keys)
        expect(tab.page.get_by_role("dialog")).to_be_visible()
        tab.calm()
        found[name] = violations(tab.page)
        tab.press("Escape")
        expect(tab.page.get_by_role("dialog")).to_have_count(0)
    tab.press("o")
    expect(tab.page.get_by_role("navigation", name="Outline")).to_be_visible()
    found["outline"] = violations(tab.page)
    assert {name: some for name, some in found.items() if some} == {}


@pytest.mark.parametrize("page", [*PLACES, "run"])
def test_tab_goes_through_each_page_seen_at_each_step_and_out_of_it(tab: Tab, seen: str, page: str) -> None:
    place, role, title = {**PLACES, "run": (f"/runs/{seen}", "heading", "seen")}[page]
    tab.open(place)
    shown(tab, role, title)
    there = tab.page.evaluate(_REACHABLE)
    reached = {0}
    tab.page.locator(".skip").focus()
    for _ in range(len(there) + 40):
        tab.page.keyboard.press("Tab")
        at = tab.page.evaluate(_FOCUS)
        if at is None:
            break
        # The code editor shows it a moment later.
        if not at["seen"]:
            tab.page.wait_for_function(f"() => ({_FOCUS})()?.seen")
        reached.add(at["number"])
    else:
        raise AssertionError("Tab does not leave the page")
    missed = [what for number, what in enumerate(there) if number not in reached]
    assert missed == []


_REACHABLE = """() => {
    const wanted = "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea, summary";
    const all = [...document.querySelectorAll(wanted)].filter((one) =>
        one.checkVisibility({visibilityProperty: true}) && one.tabIndex >= 0 &&
        !(one.type === "radio" && !one.checked) && one.closest('[inert]') === null);
    all.forEach((one, number) => { one.dataset.walk = String(number); });
    return all.map((one) => one.outerHTML.slice(0, 120));
}"""
_FOCUS = """() => {
    const one = document.activeElement;
    if (one === null || one === document.body || one === document.documentElement) return null;
    const style = (element) => {
        const of = getComputedStyle(element);
        return `${of.outlineStyle} ${of.outlineWidth} ${of.outlineColor} ${of.boxShadow} ${of.borderColor} ${of.backgroundColor}`;
    };
    // Where another element shows it, such as the label around a hidden input.
    const around = [one, one.parentElement, one.closest("label, .cm-editor, .react-flow__node")].filter(Boolean);
    const focused = around.map(style);
    const seen = one.matches(":focus-visible") && around.some((element) => {
        const of = getComputedStyle(element);
        return of.outlineStyle !== "none" && parseFloat(of.outlineWidth) > 0 || of.boxShadow !== "none";
    });
    return {number: Number(one.dataset.walk ?? -1), what: one.outerHTML.slice(0, 160), seen, focused};
}"""


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize(
    ("place", "selected"),
    [("?task=large", ["large"]), ("?edge=" + '["check","report","failure",null]', [])],
)
def test_a_task_and_an_edge_have_addresses(tab: Tab, place: str, selected: list[str]) -> None:
    tab.open(f"/p/{PROJECT}/seen{place}")
    tab.ready()
    assert tab.selected == selected
    if not selected:
        expect(tab.page.locator(".react-flow__edge.selected")).to_have_count(1)


def test_a_task_of_a_run_has_an_address_and_the_address_follows_what_is_chosen(tab: Tab, seen: str) -> None:
    tab.open(f"/runs/{seen}", task="check")
    expect(tab.page.get_by_role("complementary", name="check")).to_be_visible()
    tab.node("large").click()
    tab.page.wait_for_url("**task=large")
    tab.page.reload()
    expect(tab.page.get_by_role("complementary", name="large")).to_be_visible()


@pytest.mark.usefixtures("seen")
def test_lists_are_searched_and_the_search_has_an_address(tab: Tab) -> None:
    tab.open("/")
    tab.page.get_by_role("searchbox").fill("nothing of that name")
    expect(tab.page.get_by_text("No pipeline matches.")).to_be_visible()
    tab.page.get_by_role("searchbox").fill("see")
    expect(tab.page.get_by_role("link", name="seen", exact=True)).to_be_visible()
    tab.page.reload()
    expect(tab.page.get_by_role("searchbox")).to_have_value("see")


def test_the_appearance_is_chosen_and_kept(tab: Tab) -> None:
    tab.open("/")
    choice = tab.page.get_by_label("Appearance")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = tab.page.evaluate(ground)
    while "Dark" not in (choice.get_attribute("aria-label") or ""):
        choice.click()
    assert tab.page.evaluate(ground) != light
    tab.page.reload()
    expect(tab.page.locator("#page:not([aria-busy])")).to_be_visible()
    assert tab.page.evaluate(ground) != light


def test_every_page_is_read_at_390_pixels_without_sideways_scrolling(tabs: Tabs, seen: str) -> None:
    tab = tabs(viewport={"width": 390, "height": 844})
    wide = {}
    for name, (place, role, title) in {**PLACES, "run": (f"/runs/{seen}", "heading", "seen")}.items():
        tab.open(place)
        tab.page.get_by_role(role, name=title).first.wait_for(state="attached")
        tab.page.wait_for_load_state("networkidle")
        width = tab.page.evaluate(
            """() => Math.max(...[document.documentElement, ...document.querySelectorAll("main, .page, .inner, .inner > *")]
                .filter((one) => getComputedStyle(one).overflowX !== "auto" || one.matches(".page, main"))
                .map((one) => one.getBoundingClientRect().left + one.scrollWidth))"""
        )
        if width > 390:
            wide[name] = width
    assert wide == {}


def test_a_drawing_is_in_sight_on_a_narrow_screen(tabs: Tabs, seen: str) -> None:
    tab = tabs(viewport={"width": 390, "height": 844})
    for place in (PLACES["draw"][0], f"/runs/{seen}"):
        tab.open(place)
        expect(tab.page.locator(".react-flow__node-task").first).to_be_in_viewport()


@pytest.mark.usefixtures("seen")
def test_where_one_works_is_said_on_every_page(tab: Tab) -> None:
    for place, role, title in PLACES.values():
        tab.open(place)
        expect(tab.page.get_by_role(role, name=title).first).to_be_visible()
        expect(tab.page.get_by_test_id("target")).to_have_text("local")


@pytest.mark.usefixtures("seen")
def test_nothing_moves_by_itself_where_that_is_asked_for(tab: Tab) -> None:
    tab.drawing(f"/p/{PROJECT}/seen")
    tab.press("Control+f")
    tab.choose("report")
    moving = """() => document.getAnimations().filter((one) =>
        Number(one.effect?.getComputedTiming().duration) > 1 && one.playState === "running").length"""
    assert tab.page.evaluate(moving) == 0
