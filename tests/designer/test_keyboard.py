"""Everything by keyboard: what the table of actions promises, and a pipeline of three tasks from nothing to live, with no pointer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from support.drawn import PROJECT, Tab

CHAIN = """
tasks:
  first: {action: pass}
  second: {action: pass}
  third: {action: pass}
edges:
  - {from: first, to: second}
  - {from: second, to: third}
"""


def focused(tab: Tab) -> Any:
    """What has the focus, in words: its role or tag, and its name."""
    return tab.page.evaluate(
        "() => { const one = document.activeElement; return one === null || one === document.body ? '' :"
        " `${one.getAttribute('role') ?? one.tagName.toLowerCase()} ${one.getAttribute('aria-label') ?? one.textContent}`; }"
    )


def tabbed_to(tab: Tab, name: str, key: str = "Tab") -> None:
    """Goes on with Tab until what is called so has the focus."""
    for _ in range(80):
        tab.page.keyboard.press(key)
        if re.search(name, focused(tab)):
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_three_tasks_are_drawn_and_published_by_keyboard_alone(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the pointer was used")

    for gesture in ("click", "down", "move", "up", "dblclick"):
        monkeypatch.setattr(tab.page.mouse, gesture, never)
    tab.open("/")
    tabbed_to(tab, "Choose a start|New pipeline")
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("heading", name="New pipeline")).to_be_visible()
    tab.page.wait_for_load_state("networkidle")
    tabbed_to(tab, "^input")
    tab.page.keyboard.press("Control+a")
    tab.page.keyboard.type(PROJECT)
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Control+a")
    tab.page.keyboard.type("keys")
    tab.page.keyboard.press("Enter")
    tab.name = "keys"
    expect(tab.canvas).to_be_visible()
    tab.ready()
    tab.press("Control+a", "Delete")
    expect(tab.page.locator(".react-flow__node-task")).to_have_count(0)

    tab.press("/")
    tab.page.keyboard.type("pass")
    tab.press("Enter")
    expect(tab.node("pass")).to_be_visible()
    tab.press("a")
    tab.page.keyboard.type("s3.write")
    tab.press("Enter")
    expect(tab.node("write")).to_be_visible()
    tab.press("Control+f")
    tab.page.keyboard.type("write")
    tab.press("Enter", "Delete")
    expect(tab.node("write")).to_have_count(0)
    for at in (2, 3):
        tab.press("Control+f")
        tab.page.keyboard.type("pass")
        tab.press("Enter", "a")
        tab.page.keyboard.type("pass")
        tab.press("Enter")
        expect(tab.page.locator(".react-flow__node-task")).to_have_count(at)
    first, second, third = sorted(tab.tasks())
    tab.press("Control+f")
    tab.page.keyboard.type(second)
    tab.press("Enter", "c")
    tab.page.keyboard.type(third)
    tab.press("Enter")
    assert tab.edges() == {(first, "success", second), (first, "success", third), (second, "success", third)}
    tab.press("Control+Shift+P")
    go = tab.page.get_by_role("button", name="Publish version 1")
    expect(go).to_be_enabled(timeout=15_000)
    tabbed_to(tab, "Publish version 1")
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("heading", name="Version 1 is live")).to_be_visible(timeout=15_000)
    assert tab.here.get(f"/pipelines/{PROJECT}/keys").json["live"] == 1


@pytest.mark.parametrize(("arrow", "to"), [("ArrowRight", "second"), ("ArrowLeft", "first")])
def test_arrows_go_from_task_to_task(tab: Tab, arrow: str, to: str) -> None:
    tab.drawing(tab.begun(f"arrows-{arrow.lower()}", CHAIN))
    tab.node("first" if to == "second" else "second").click()
    tab.press(arrow)
    assert tab.selected == [to]
    expect(tab.node(to)).to_be_focused()


def test_a_task_is_connected_by_keyboard_and_only_to_what_may_follow_it(tab: Tab) -> None:
    tab.drawing(tab.begun("connected", CHAIN))
    tab.node("first").click()
    tab.press("c")
    prompt = tab.page.get_by_role("dialog")
    expect(prompt.get_by_role("option")).to_have_count(1)
    expect(prompt.get_by_role("option", name="third")).to_be_visible()
    tab.press("Shift+Tab", "ArrowDown", "Tab")
    expect(prompt.get_by_role("radio", name="on failure")).to_be_checked()
    tab.choose("third")
    assert ("first", "failure", "third") in tab.edges()
    expect(tab.page.get_by_role("status").filter(has_text="third")).to_be_attached()


def test_a_key_that_is_typed_into_a_field_does_nothing_else(tab: Tab) -> None:
    tab.drawing(tab.begun("typed", CHAIN))
    tab.node("first").click()
    tab.page.get_by_role("searchbox").fill("")
    tab.page.get_by_role("searchbox").press_sequentially("a/c?e")
    tab.press("Backspace", "Delete")
    assert tab.page.get_by_role("dialog").count() == 0
    assert tab.tasks() == ["first", "second", "third"]


def test_the_help_lists_the_keys_and_the_palette_of_commands_does_them(tab: Tab) -> None:
    tab.drawing(tab.begun("help", CHAIN))
    tab.press("?")
    sheet = tab.page.get_by_role("dialog", name="Keys")
    for key in ("Ctrl Z", "Esc", "Del", "/"):
        expect(sheet.get_by_text(key, exact=True).first).to_be_visible()
    tab.press("Escape")
    expect(sheet).to_have_count(0)
    tab.action("Show the outline")
    expect(tab.page.get_by_role("navigation", name="Outline")).to_be_visible()


def test_the_outline_is_the_drawing_for_who_does_not_see_it(tab: Tab) -> None:
    tab.drawing(tab.begun("outline", CHAIN))
    tab.press("o")
    outline = tab.page.get_by_role("navigation", name="Outline")
    outline.get_by_role("button", name=re.compile("^second")).focus()
    assert tab.selected == ["second"]
    tab.press("a")
    tab.choose("wait")
    assert ("second", "success", "wait") in tab.edges()
    expect(outline.get_by_role("button", name=re.compile("^wait"))).to_be_visible()


def test_the_edges_of_a_task_are_gone_through_and_one_is_deleted(tab: Tab) -> None:
    tab.drawing(tab.begun("through", CHAIN))
    tab.node("second").click()
    tab.press("e", "Delete")
    assert tab.edges() == {("first", "success", "second")}


def test_a_task_is_moved_by_keys_and_the_burst_is_one_step_back(tab: Tab) -> None:
    tab.drawing(tab.begun("nudged", CHAIN))
    before = tab.stands()
    tab.node("third").click()
    tab.press("Alt+ArrowDown", "Alt+ArrowDown", "Alt+ArrowRight")
    tab.saved()
    after = tab.stands()
    assert after["third"][1] > before["third"][1]
    assert after["third"][0] > before["third"][0]
    tab.undo()
    assert tab.stands() == before
