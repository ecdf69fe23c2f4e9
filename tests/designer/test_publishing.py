"""A publish is reviewed before it happens, and taken back; who may not, is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from support.drawn import PROJECT, Tab, Tabs

FIRST = """
tasks:
  check: {action: pass, timeout: 30s}
  report: {action: pass, timeout: 30s}
edges:
  - {from: check, to: report}
"""


def live(tab: Tab) -> Any:
    return tab.here.get(f"/pipelines/{PROJECT}/{tab.name}").json["live"]


def test_a_publish_shows_what_differs_goes_live_and_is_rolled_back(tab: Tab) -> None:
    page = tab.page
    place = tab.published("reviewed", FIRST)
    assert live(tab) == 1
    tab.drawing(place)
    tab.node("report").click()
    tab.press("a")
    tab.choose("pass")
    tab.saved()
    page.get_by_role("link", name="Publish").click()
    expect(page.get_by_text("Version 2 takes the place of version 1.")).to_be_visible()
    drawing = page.get_by_role("region", name="The drawing")
    expect(drawing.get_by_text("pass").first).to_be_visible()
    expect(drawing.get_by_text("added").first).to_be_visible()
    rules = page.get_by_role("region", name="EventBridge rules")
    expect(rules.get_by_text(re.compile(r"\d+ rules? added"))).to_be_visible()
    expect(rules.get_by_text(re.compile(r"of 300 rules"))).to_be_visible()
    expect(page.get_by_role("region", name="Price of a million runs")).to_contain_text("Step Functions")
    expect(page.get_by_role("region", name="Runs in flight")).to_be_visible()
    assert live(tab) == 1, "nothing has changed yet"
    page.get_by_label("Note").fill("longer")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_role("heading", name="Version 2 is live")).to_be_visible()
    assert live(tab) == 2

    page.get_by_role("link", name="Versions").click()
    expect(page.get_by_role("heading", name="Versions of reviewed")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="longer")).to_contain_text("live")
    page.get_by_role("button", name=re.compile("^Make live.*version 1")).click()
    review = page.get_by_role("region", name="Before version 1 is live again")
    expect(review.get_by_text("removed").first).to_be_visible()
    assert live(tab) == 2
    review.get_by_role("button", name="Make version 1 live").click()
    expect(review).to_have_count(0)
    assert live(tab) == 1


def test_what_has_mistakes_is_not_published_and_says_where_they_are(tab: Tab) -> None:
    tab.awaits("status of 422")
    tab.open(f"{tab.begun('wrong', FIRST + '  - {from: report, to: nowhere}')}/publish")
    expect(tab.page.get_by_role("button", name=re.compile("^Publish"))).to_be_disabled()
    expect(tab.page.get_by_text("nowhere").first).to_be_visible()
    assert live(tab) is None


def viewer(tab: Tab) -> str:
    told = tab.here.post("/tokens", {"name": f"viewer {tab.name}", "role": "viewer", "projects": [PROJECT]})
    assert told.status in (200, 201), told.body
    return str(told.json["token"])


def test_a_viewer_sees_what_he_may_and_is_told_what_not(tabs: Tabs) -> None:
    tab = tabs()
    place = tab.published("looked-at", FIRST)
    tab.awaits("status of 403")
    tab.page.goto(f"{tab.here.url}/#{place}&token={viewer(tab)}")
    expect(tab.node("report")).to_be_visible()
    before = tab.draft()["text"]
    tab.node("check").click()
    tab.press("Delete")
    tab.calm()
    expect(tab.page.get_by_text(re.compile("may not|not allowed|look|viewer", re.I)).first).to_be_visible()
    assert tab.draft()["text"] == before


@pytest.mark.parametrize("given", ["mm_nobody", ""])
def test_without_a_token_or_with_one_that_is_not_known_one_is_asked_to_sign_in(tab: Tab, given: str) -> None:
    tab.awaits("status of 401")
    place = tab.begun(f"signed-in-{given or 'not'}", FIRST)
    tab.page.goto(f"{tab.here.url}/#{place}" + (f"&token={given}" if given else ""))
    expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()
    tab.page.get_by_label("Token").fill("mm_wrong")
    tab.page.get_by_role("button", name="Enter").click()
    expect(tab.page.get_by_text("The token is not known here")).to_be_visible()
    tab.page.get_by_label("Token").fill(tab.here.token)
    tab.page.get_by_role("button", name="Enter").click()
    expect(tab.node("report")).to_be_visible()
    assert "token" not in tab.page.url
