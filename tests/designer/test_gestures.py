"""Drawing by pointer: each gesture of the canvas, seen in the document that the server has."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support.drawn import Tab

THREE = """
tasks:
  check: {function: inspect_picture}
  resize: {function: make_thumbnail}
  report: {action: pass}
edges:
  - {from: check, to: resize}
  - {from: resize, to: report}
"""
LOOSE = """
tasks:
  check: {action: pass}
  resize: {action: pass}
"""


def test_an_empty_pipeline_says_how_to_begin_and_its_button_does(tab: Tab) -> None:
    tab.drawing(tab.begun("empty"))
    expect(tab.page.get_by_role("heading", name="An empty pipeline")).to_be_visible()
    tab.page.get_by_role("button", name="Add a task").click()
    tab.choose("pass")
    assert tab.saved()["tasks"] == {"pass": {"action": "pass", "timeout": "30s"}}
    expect(tab.node("pass")).to_be_visible()
    expect(tab.page.get_by_role("heading", name="An empty pipeline")).to_be_hidden()


def test_the_palette_is_searched_and_what_is_found_dragged_to_where_it_is_to_stand(tab: Tab) -> None:
    tab.drawing(tab.begun("dragged"))
    tab.page.get_by_role("searchbox").fill("thumb")
    palette = tab.page.get_by_role("complementary", name="Tasks")
    expect(palette.get_by_role("button")).to_have_count(1)
    where = tab.at((0.5, 0.4))
    tab.place("make_thumbnail", where)
    assert tab.saved()["tasks"] == {"make_thumbnail": {"function": "make_thumbnail", "timeout": "30s"}}
    x, y = tab.middle(tab.node("make_thumbnail"))
    assert abs(x - where[0]) < 130
    assert abs(y - where[1]) < 60
    assert tab.selected == ["make_thumbnail"]


def test_what_is_dropped_beside_the_canvas_is_not_added_and_escape_lets_go(tab: Tab) -> None:
    tab.drawing(tab.begun("dropped"))
    entry = tab.page.get_by_role("button", name="Add pass", exact=True)
    entry.scroll_into_view_if_needed()
    start = tab.middle(entry)
    tab.drag(start, (start[0] + 20, start[1] + 30))
    tab.drag(start, tab.at((0.5, 0.5)), drop=False)
    expect(tab.page.locator(".ghost")).to_be_visible()
    tab.press("Escape")
    expect(tab.page.locator(".ghost")).to_have_count(0)
    tab.page.mouse.up()
    assert tab.tasks() == []


def test_a_double_click_adds_at_the_pointer(tab: Tab) -> None:
    tab.drawing(tab.begun("double", LOOSE))
    where = tab.at((0.5, 0.8))
    tab.page.mouse.dblclick(*where)
    tab.choose("pass")
    assert tab.tasks() == ["check", "pass", "resize"]
    x, y = tab.middle(tab.node("pass"))
    assert abs(x - where[0]) < 130
    assert abs(y - where[1]) < 60


@pytest.mark.parametrize("kind", ["success", "failure", "completion"])
def test_an_edge_of_each_kind_is_drawn_from_its_handle(tab: Tab, kind: str) -> None:
    tab.drawing(tab.begun(f"edge-{kind}", LOOSE))
    tab.connect("check", kind, "resize")
    assert tab.edges() == {("check", kind, "resize")}
    line = tab.edge("check", kind, "resize").locator("path.react-flow__edge-path")
    expect(line).to_have_attribute("marker-end", f"url(#end-{kind})")


def test_two_tasks_are_joined_by_several_edges_that_do_not_lie_on_each_other(tab: Tab) -> None:
    tab.drawing(tab.begun("several", LOOSE))
    tab.connect("check", "success", "resize")
    tab.connect("check", "completion", "resize")
    assert tab.edges() == {("check", "success", "resize"), ("check", "completion", "resize")}
    one = tab.on_edge(tab.edge("check", "success", "resize"))
    other = tab.on_edge(tab.edge("check", "completion", "resize"))
    assert one != other


def test_a_connection_dropped_on_empty_canvas_adds_and_connects(tab: Tab) -> None:
    tab.drawing(tab.begun("onto-nothing", LOOSE))
    tab.drag(tab.middle(tab.handle("check", "failure")), tab.at((0.6, 0.85)))
    expect(tab.page.get_by_role("dialog", name="Add after check, on failure")).to_be_visible()
    tab.choose("pass")
    assert tab.edges() == {("check", "failure", "pass")}


def test_an_item_dropped_on_an_edge_goes_into_it(tab: Tab) -> None:
    tab.drawing(tab.begun("into", THREE))
    tab.place("pass", tab.on_edge(tab.edge("check", "success", "resize")))
    assert tab.edges() == {("check", "success", "pass"), ("pass", "success", "resize"), ("resize", "success", "report")}


def test_a_task_dropped_on_an_edge_goes_into_it_and_keeps_what_it_is(tab: Tab) -> None:
    tab.drawing(tab.begun("existing", THREE.replace("edges:", "  extra: {action: wait, with: {for: 5s}}\nedges:")))
    tab.drag(tab.middle(tab.node("extra")), tab.on_edge(tab.edge("check", "success", "resize")))
    assert ("check", "success", "extra") in tab.edges()
    assert ("extra", "success", "resize") in tab.edges()
    assert tab.document()["tasks"]["extra"] == {"action": "wait", "with": {"for": "5s"}}


def test_an_edge_is_chosen_and_its_button_inserts(tab: Tab) -> None:
    tab.drawing(tab.begun("button", THREE))
    tab.page.mouse.click(*tab.on_edge(tab.edge("check", "success", "resize")))
    tab.page.get_by_role("button", name="Insert a task here").click()
    tab.choose("pass")
    assert {("check", "success", "pass"), ("pass", "success", "resize")} <= tab.edges()


def test_an_end_of_an_edge_is_taken_to_another_task(tab: Tab) -> None:
    tab.drawing(tab.begun("moved-edge", THREE + "  - {from: check, to: report, on: failure}\n"))
    updater = tab.edge("check", "success", "resize").locator(".react-flow__edgeupdater-target")
    tab.drag(tab.middle(updater), tab.middle(tab.handle("report", "in")))
    assert tab.edges() == {
        ("check", "success", "report"),
        ("resize", "success", "report"),
        ("check", "failure", "report"),
    }


def test_a_cycle_is_refused_while_it_is_dragged_and_the_reason_named(tab: Tab) -> None:
    tab.drawing(tab.begun("cycle", THREE))
    before = tab.edges()
    start, end = tab.middle(tab.handle("report", "success")), tab.middle(tab.handle("check", "in"))
    tab.drag(start, end, drop=False)
    told = tab.page.locator(".refused")
    expect(told).to_be_visible()
    expect(told).to_contain_text("check")
    expect(told).to_contain_text("report")
    tab.page.mouse.up()
    tab.calm()
    expect(told).to_have_count(0)
    assert tab.edges() == before


def test_a_box_and_shift_click_choose_several_and_they_move_as_one(tab: Tab) -> None:
    tab.drawing(tab.begun("boxed", THREE))
    left = tab.node("check").bounding_box()
    right = tab.node("resize").bounding_box()
    assert left is not None
    assert right is not None
    tab.page.keyboard.down("Shift")
    tab.drag((left["x"] - 20, left["y"] - 40), (right["x"] + right["width"] / 2, right["y"] + right["height"] + 40))
    tab.page.keyboard.up("Shift")
    assert tab.selected == ["check", "resize"]
    tab.node("report").click(modifiers=["Shift"])
    assert tab.selected == ["check", "report", "resize"]
    tab.node("report").click(modifiers=["Shift"])
    assert tab.selected == ["check", "resize"]
    x, y = tab.middle(tab.node("check"))
    before = tab.stands()
    tab.drag((x, y), (x + 40, y + 120))
    tab.saved()
    after = tab.draft()["layout"]
    assert after["resize"]["y"] == after["check"]["y"] != after["report"]["y"]
    now = tab.stands()
    assert now["check"][1] > before["check"][1]
    assert now["report"] == before["report"]
    tab.undo()
    tab.saved()
    assert tab.stands() == before
    tab.redo()
    tab.saved()
    assert tab.draft()["layout"] == after


def test_a_task_that_is_dragged_takes_hold_of_the_grid_and_of_others_lines(tab: Tab) -> None:
    tab.drawing(tab.begun("aligned", LOOSE))
    x, y = tab.middle(tab.node("resize"))
    tab.drag((x, y), (x + 33, y + 127))
    tab.saved()
    first = tab.draft()["layout"]["resize"]
    assert (first["x"] % 10, first["y"] % 10) == (0, 0)
    x, y = tab.middle(tab.node("resize"))
    tab.drag((x, y), (x + 200, tab.middle(tab.node("check"))[1] + 1), drop=False)
    expect(tab.page.locator(".guide").first).to_be_visible()
    tab.page.mouse.up()
    tab.saved()
    layout = tab.draft()["layout"]
    assert layout["resize"]["y"] == layout["check"]["y"]
    expect(tab.page.locator(".guide")).to_have_count(0)


def test_the_drawing_is_fitted_and_a_task_found_and_brought_into_sight(tab: Tab) -> None:
    tasks = "\n".join(f"  t{n}: {{action: pass}}" for n in range(14))
    edges = "\n".join(f"  - {{from: t{n}, to: t{n + 1}}}" for n in range(13))
    tab.drawing(tab.begun("long", f"tasks:\n{tasks}\nedges:\n{edges}\n"))
    expect(tab.page.locator(".react-flow__minimap")).to_be_visible()
    tab.press("0")
    tab.press("Control+f")
    tab.choose("t13")
    assert tab.selected == ["t13"]
    expect(tab.node("t13")).to_be_in_viewport(ratio=1)
    tab.press("1")
    expect(tab.node("t0")).to_be_in_viewport(ratio=1)
    expect(tab.node("t13")).to_be_in_viewport(ratio=1)


def test_joins_conditions_retries_and_triggers_are_seen_on_the_drawing(tab: Tab) -> None:
    tab.drawing(
        tab.begun(
            "visible",
            """
triggers: {dropped: {s3: {bucket: uploads}}}
tasks:
  check: {action: pass, retry: {attempts: 4}}
  large: {action: pass}
  report: {action: pass, join: settled}
edges:
  - {from: check, to: large, when: {width: [{numeric: [">=", 64]}]}}
  - {from: check, to: report, on: failure}
  - {from: large, to: report, on: completion}
""",
        )
    )
    expect(tab.node("report").get_by_text("settled")).to_be_visible()
    expect(tab.node("check").get_by_title("4 attempts")).to_be_visible()
    expect(tab.page.locator(".edge-label.success")).to_contain_text("width")
    expect(tab.page.get_by_role("button", name="dropped")).to_be_visible()
    for kind in ("failure", "completion"):
        expect(tab.page.locator(f"path.edge.{kind}")).to_have_count(1)
