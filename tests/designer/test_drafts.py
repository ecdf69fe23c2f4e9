"""Drafts: nothing that was drawn is lost, whoever else draws, whatever happens to the page or to the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support.drawn import Tab, Tabs, context_of, workspace
from support.served import served

TWO = """
# Kept as it is.
tasks:
  check: {action: pass}   # looks
  report: {action: pass}
"""
AWAY = ("ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET", "ERR_SOCKET_NOT_CONNECTED")


def conflict(tabs: Tabs, name: str) -> tuple[Tab, Tab]:
    """Two who have the same draft open; the second has changed it, and the first has not heard of it when he does."""
    one, other = tabs(), tabs()
    place = one.begun(name, TWO)
    for tab in (one, other):
        tab.awaits("status of 412")
        tab.drawing(place)
    one.page.route("**/draft", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    one.awaits("ERR_FAILED")
    one.connect("check", "success", "report")
    expect(one.page.get_by_test_id("saving")).to_have_attribute("data-state", "offline")
    other.node("report").click()
    other.press("Delete")
    assert other.saved()["tasks"].keys() == {"check"}
    one.page.unroute_all()
    one.page.get_by_role("button", name="Try now").click()
    expect(one.page.get_by_role("region", name="What others have changed")).to_be_visible()
    return one, other


def test_two_who_draw_the_same_lose_nothing_and_are_told_beside_the_drawing(tabs: Tabs) -> None:
    one, other = conflict(tabs, "both")
    notice = one.page.get_by_role("region", name="What others have changed")
    assert one.page.get_by_role("dialog").count() == 0
    expect(one.node("report")).to_be_visible()
    assert other.document()["tasks"].keys() == {"check"}, "theirs is not written over"
    # It can be drawn on meanwhile.
    one.press("Escape")
    one.add("wait")
    expect(one.node("wait")).to_be_attached()
    notice.get_by_role("button", name="What differs").click()
    expect(notice.get_by_text("report").first).to_be_visible()


def test_theirs_is_taken_and_an_undo_brings_ours_back(tabs: Tabs) -> None:
    one, _ = conflict(tabs, "theirs")
    one.page.get_by_role("button", name="Take theirs").click()
    expect(one.node("report")).to_have_count(0)
    assert one.tasks() == ["check"]
    one.canvas.click(position={"x": 20, "y": 20})
    one.undo()
    expect(one.node("report")).to_be_visible()
    assert one.edges() == {("check", "success", "report")}


def test_ours_goes_over_theirs_when_one_says_so(tabs: Tabs) -> None:
    one, other = conflict(tabs, "mine")
    one.page.get_by_role("button", name="Keep mine", exact=True).click()
    assert one.edges() == {("check", "success", "report")}
    expect(other.node("report")).to_be_visible(timeout=30_000)


def test_ours_becomes_a_pipeline_of_its_own(tabs: Tabs) -> None:
    one, other = conflict(tabs, "apart")
    one.page.get_by_role("button", name="Keep mine as a copy").click()
    one.page.get_by_label("Name of the copy").fill("mine-apart")
    one.page.get_by_role("button", name="Save the copy").click()
    one.page.wait_for_url("**/mine-apart")
    one.name = "mine-apart"
    one.ready()
    assert one.edges() == {("check", "success", "report")}
    assert other.document()["tasks"].keys() == {"check"}


def test_what_was_not_saved_when_the_page_is_loaded_again_is_there_and_saved(tab: Tab) -> None:
    tab.drawing(tab.begun("reloaded", TWO))
    tab.page.route("**/draft", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    tab.awaits("ERR_FAILED")
    tab.connect("check", "failure", "report")
    x, y = tab.middle(tab.node("report"))
    tab.drag((x, y), (x + 50, y + 90))
    where = tab.stands()["report"][1] - tab.stands()["check"][1]
    tab.page.unroute_all(behavior="ignoreErrors")
    tab.page.reload()
    tab.ready()
    assert tab.edges() == {("check", "failure", "report")}
    assert tab.stands()["report"][1] - tab.stands()["check"][1] == pytest.approx(where, abs=1)
    assert "# Kept as it is." in tab.draft()["text"]
    assert "# looks" in tab.draft()["text"]


def test_undoing_all_that_was_done_is_no_change(tab: Tab) -> None:
    tab.drawing(tab.begun("undone-all", TWO))
    before = tab.draft()["text"]
    tab.connect("check", "failure", "report")
    tab.saved()
    tab.undo()
    tab.saved()
    assert tab.draft()["text"] == before


def test_a_server_that_was_stopped_and_started_has_the_draft_afterwards(browser: Browser, tmp_path: Path) -> None:
    root = workspace(tmp_path / "media")
    with served(root) as here, context_of(browser) as context:
        tab = Tab(context.new_page(), here)
        tab.awaits(*AWAY, "status of 503", "status of 401")
        tab.drawing(tab.begun("stopped", TWO))
        here.process.terminate()
        here.process.wait(30)
        tab.connect("check", "completion", "report")
        expect(tab.page.get_by_test_id("saving")).to_have_attribute("data-state", "offline", timeout=15_000)
        expect(tab.page.get_by_text("The server does not answer").first).to_be_visible()
        # It can be drawn on, and the text of the reason is no dialog.
        tab.add("wait")
        assert tab.page.get_by_role("dialog").count() == 0
        with served(root, "--port", here.url.rpartition(":")[2]) as there:
            tab.here = there
            tab.page.get_by_role("button", name="Try now").click()
            # Another start of the server is another session: its token is asked for, and the drawing is there afterwards.
            tab.page.get_by_label("Token").fill(there.token)
            tab.page.get_by_role("button", name="Enter").click()
            tab.ready()
            expect(tab.page.get_by_test_id("saving")).to_have_attribute("data-state", "saved", timeout=30_000)
            assert tab.edges() == {("check", "completion", "report")}
            assert "wait" in tab.tasks()
        assert tab.complaints() == []
