"""What is done to what is chosen: copied, deleted, arranged, and all of it undone and redone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import yaml
from playwright.sync_api import expect
from support.drawn import Tab, Tabs

CHAIN = """
tasks:
  first: {action: pass}
  second: {action: wait, with: {for: 5s}}
  third: {action: pass, with: {value: "${tasks.second.output}"}}
edges:
  - {from: first, to: second}
  - {from: second, to: third, on: failure}
"""


def state(tab: Tab) -> Any:
    tab.saved()
    draft = tab.draft()
    return draft["document"], draft["layout"]


def test_everything_is_undone_and_redone_step_by_step(tab: Tab) -> None:
    tab.drawing(tab.begun("undone", CHAIN))

    def dragged() -> None:
        x, y = tab.middle(tab.node("third"))
        tab.drag((x, y), (x + 10, y + 150))

    def duplicated() -> None:
        tab.node("second").click()
        tab.press("Control+d")

    def deleted() -> None:
        tab.node("first").click()
        tab.press("Delete")

    steps = {
        "add": lambda: tab.add("pass"),
        "move": dragged,
        "connect": lambda: tab.connect("second", "completion", "third"),
        "drop on an edge": lambda: tab.place("wait", tab.on_edge(tab.edge("first", "success", "second"))),
        "duplicate": duplicated,
        "nudge": lambda: tab.press("Alt+ArrowDown"),
        "delete": deleted,
        "arrange": lambda: tab.press("Shift+l"),
    }
    states = []
    for name, step in steps.items():
        tab.press("1")
        step()
        undo = tab.page.get_by_role("button", name="Undo")
        expect(undo, name).to_be_enabled()
        states.append(state(tab))
    # Arranging may find that all stand well; each of the others has changed something.
    assert all(one != other for one, other in pairwise(states[:-1]))
    for before in reversed(states[:-1]):
        tab.undo()
        if before != states[-2] or state(tab) != states[-1]:
            assert state(tab) == before
    for after in states[1:-1]:
        tab.redo()
        assert state(tab) == after


def test_tasks_are_copied_as_yaml_and_pasted_in_another_tab(tabs: Tabs) -> None:
    tab = tabs()
    tab.drawing(tab.begun("copied", CHAIN))
    tab.node("second").click()
    tab.node("third").click(modifiers=["Shift"])
    tab.press("Control+c")
    expect(tab.page.get_by_role("status").get_by_text("Copied 2 tasks")).to_be_attached()
    text = tab.page.evaluate("() => navigator.clipboard.readText()")
    assert yaml.safe_load(text)["tasks"]["second"] == {"action": "wait", "with": {"for": "5s"}}
    other = tabs(beside=tab)
    other.drawing(other.begun("pasted"))
    other.press("Control+v")
    expect(other.node("third")).to_be_visible()
    assert other.edges() == {("second", "failure", "third")}
    other.press("Control+v")
    expect(other.page.locator(".react-flow__node-task")).to_have_count(4)
    tasks = other.saved()["tasks"]
    copied = next(one for name, one in tasks.items() if name.startswith("third") and name != "third")
    again = next(name for name in tasks if name.startswith("second") and name != "second")
    assert again in copied["with"]["value"], "an expression names the copy of what it named"


def test_a_duplicate_stands_beside_and_names_no_copy_of_what_was_not_copied(tab: Tab) -> None:
    tab.drawing(tab.begun("duplicate", CHAIN))
    tab.node("third").click()
    tab.press("Control+d")
    tasks = tab.saved()["tasks"]
    assert len(tasks) == 4
    assert [one["with"]["value"] for name, one in tasks.items() if name.startswith("third")] == [
        "${tasks.second.output}"
    ] * 2


def test_what_is_cut_is_gone_and_comes_back_where_it_is_pasted(tab: Tab) -> None:
    tab.drawing(tab.begun("cut", CHAIN))
    tab.node("third").click()
    tab.press("Control+x")
    expect(tab.node("third")).to_have_count(0)
    assert tab.tasks() == ["first", "second"]
    tab.press("Control+v")
    expect(tab.node("third")).to_be_visible()
    assert tab.tasks() == ["first", "second", "third"]


@pytest.mark.parametrize("key", ["Delete", "Backspace"])
def test_a_task_is_deleted_with_its_edges(tab: Tab, key: str) -> None:
    tab.drawing(tab.begun(f"deleted-{key.lower()}", CHAIN))
    tab.node("second").click()
    tab.press(key)
    assert tab.tasks() == ["first", "third"]
    assert tab.edges() == set()


def test_a_task_is_deleted_and_what_was_around_it_connected(tab: Tab) -> None:
    tab.drawing(tab.begun("reconnected", CHAIN))
    tab.node("second").click()
    tab.press("Shift+Delete")
    assert tab.tasks() == ["first", "third"]
    assert {(start, end) for start, _, end in tab.edges()} == {("first", "third")}


def test_an_edge_is_chosen_by_the_pointer_and_deleted(tab: Tab) -> None:
    tab.drawing(tab.begun("edge-deleted", CHAIN))
    tab.page.mouse.click(*tab.on_edge(tab.edge("first", "success", "second")))
    tab.press("Delete")
    assert tab.edges() == {("second", "failure", "third")}


def test_tidying_up_twice_is_tidying_up_once_and_no_two_tasks_overlap(tab: Tab) -> None:
    tasks = "\n".join(f"  t{n}: {{action: pass}}" for n in range(12))
    edges = "\n".join(f"  - {{from: t{n // 2}, to: t{n}}}" for n in range(1, 12))
    tab.drawing(tab.begun("tidy", f"tasks:\n{tasks}\nedges:\n{edges}\n"))
    tab.press("1")
    x, y = tab.middle(tab.node("t5"))
    tab.drag((x, y), (x + 30, y + 90))
    tab.saved()
    with tab.saving():
        tab.press("Shift+l")
    layout = tab.draft()["layout"]
    for start, end in ((n // 2, n) for n in range(1, 12)):
        assert layout[f"t{start}"]["x"] < layout[f"t{end}"]["x"]
    places = list(layout.values())
    for at, one in enumerate(places):
        for other in places[at + 1 :]:
            assert abs(one["x"] - other["x"]) >= 200 or abs(one["y"] - other["y"]) >= 64
    tab.press("1")
    x, y = tab.middle(tab.node("t5"))
    tab.drag((x, y), (x + 30, y + 90))
    tab.saved()
    with tab.saving():
        tab.press("Shift+l")
    assert tab.draft()["layout"] == layout


def test_several_are_aligned_and_spaced_out(tab: Tab) -> None:
    tab.drawing(tab.begun("lined-up", CHAIN))
    x, y = tab.middle(tab.node("second"))
    tab.drag((x, y), (x, y + 130))
    tab.saved()
    tab.press("Control+a")
    assert tab.selected == ["first", "second", "third"]
    tab.action("Align top")
    tab.saved()
    layout = tab.draft()["layout"]
    assert len({one["y"] for one in layout.values()}) == 1


def test_what_lies_before_and_after_is_chosen(tab: Tab) -> None:
    tab.drawing(tab.begun("up-and-down", CHAIN))
    tab.node("second").click()
    tab.press("]")
    assert tab.selected == ["second", "third"]
    tab.node("second").click()
    tab.press("[")
    assert tab.selected == ["first", "second"]
    tab.press("Escape")
    assert tab.selected == []
