"""Beside the drawing: forms, expressions, conditions, the text, problems and a simulation. What is typed is in the document."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect
from support.drawn import PROJECT, Tab

TEXT = """
# The first line that somebody wrote.
input: {type: object, required: [id], properties: {id: {type: string}}}
tasks:
  check: {action: pass, timeout: 30s, with: {value: {width: 70}}}   # looks
  large: {action: pass, timeout: 30s}
  report: {action: s3.write, timeout: 30s, with: {bucket: reports, key: a.json, json: 1}}
edges:
  - {from: check, to: large, when: {width: [{numeric: [">=", 64]}]}}
  - {from: large, to: report}
"""


def inspector(tab: Tab) -> Locator:
    return tab.page.get_by_role("complementary", name="Inspector")


def test_a_form_is_made_of_an_actions_schema_and_writes_the_document(tab: Tab) -> None:
    tab.drawing(tab.begun("form", TEXT))
    tab.node("report").click()
    panel = inspector(tab)
    expect(panel.get_by_role("textbox", name="bucket")).to_have_value("reports")
    panel.get_by_role("textbox", name="key", exact=True).fill("seen/${input.id}.json")
    panel.get_by_role("textbox", name="Name", exact=True).fill("told")
    tab.page.keyboard.press("Tab")
    expect(tab.node("told")).to_be_visible()
    saved = tab.saved()
    assert saved["tasks"]["told"]["with"]["key"] == "seen/${input.id}.json"
    assert ("large", "success", "told") in tab.edges()
    assert "# The first line" in tab.draft()["text"]
    assert "# looks" in tab.draft()["text"]


def test_retry_timeout_join_and_for_each_are_set_by_forms(tab: Tab) -> None:
    tab.drawing(tab.begun("limits", TEXT))
    tab.node("large").click()
    panel = inspector(tab)
    panel.get_by_label("Timeout of an attempt").fill("2m")
    panel.get_by_label("Waits for").select_option(label="the first of its edges")
    panel.get_by_label("Try again after a failure").check()
    panel.get_by_label("Attempts in all").fill("4")
    tab.page.keyboard.press("Tab")
    task = tab.saved()["tasks"]["large"]
    assert (task["timeout"], task["join"], task["retry"]["attempts"]) == ("2m", "any", 4)
    expect(tab.node("large").get_by_title("4 attempts")).to_be_visible()


def test_an_expression_is_completed_from_what_is_there(tab: Tab) -> None:
    tab.drawing(tab.begun("expression", TEXT))
    tab.node("report").click()
    field = inspector(tab).get_by_role("textbox", name="key", exact=True)
    field.fill("")
    field.press_sequentially("${")
    # With an expression in it the field offers names: it is a combobox then.
    offered = tab.page.get_by_role("option")
    expect(offered.filter(has_text="input").first).to_be_visible()
    expect(offered.filter(has_text="tasks").first).to_be_visible()
    tab.page.keyboard.type("input.")
    expect(offered.filter(has_text=re.compile("^id")).first).to_be_visible()
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Tab")
    assert tab.saved()["tasks"]["report"]["with"]["key"] == "${input.id}"


def test_an_edges_kind_is_changed_and_its_condition_read_as_a_sentence(tab: Tab) -> None:
    tab.drawing(tab.begun("condition", TEXT))
    tab.page.mouse.click(*tab.on_edge(tab.edge("large", "success", "report")))
    inspector(tab).get_by_text("on failure").first.click()
    assert ("large", "failure", "report") in tab.edges()
    expect(tab.page.locator(".edge-label").filter(has_text="width is at least 64")).to_be_visible()


def test_the_text_and_the_drawing_are_two_sides_of_one_thing(tab: Tab) -> None:
    tab.drawing(tab.begun("text", TEXT), panel="code")
    code = tab.page.get_by_role("textbox", name="The pipeline as YAML")
    expect(code).to_contain_text("# The first line that somebody wrote.")
    tab.node("report").click()
    tab.press("Delete")
    expect(code).not_to_contain_text("s3.write")
    expect(code).to_contain_text("# looks")
    tab.canvas.click(position={"x": 15, "y": 15})
    tab.undo()
    expect(code).to_contain_text("s3.write")
    code.click()
    tab.page.keyboard.press("Control+End")
    tab.page.keyboard.insert_text("  - {from: check, to: report, on: failure}\n")
    expect(tab.edge("check", "failure", "report")).to_be_attached()
    assert ("check", "failure", "report") in tab.edges()
    assert "# The first line" in tab.draft()["text"]


def test_while_the_text_cannot_be_read_the_last_drawing_stands(tab: Tab) -> None:
    tab.drawing(tab.begun("broken", TEXT), panel="code")
    code = tab.page.get_by_role("textbox", name="The pipeline as YAML")
    code.click()
    tab.page.keyboard.press("Control+End")
    tab.page.keyboard.insert_text("  - {from: check, [\n")
    expect(tab.page.get_by_text("The text does not read as a pipeline")).to_be_visible()
    expect(tab.node("report")).to_be_visible()
    tab.page.get_by_role("button", name="Take back the text").click()
    expect(code).not_to_contain_text("check, [")
    assert tab.tasks() == ["check", "large", "report"]


def test_problems_are_told_as_one_draws_and_lead_to_where_they_are(tab: Tab) -> None:
    tab.drawing(tab.begun("problems", TEXT))
    tab.node("large").click()
    tab.press("Delete")
    tab.connect("check", "success", "report")
    tab.connect("check", "failure", "report")
    expect(tab.node("report").locator(".task-problems")).to_be_visible()
    tab.page.get_by_role("tab", name=re.compile("^Problems")).click()
    listed = tab.page.get_by_role("tabpanel", name="Problems")
    expect(listed.get_by_text("report").first).to_be_visible()
    told = tab.here.post(f"/pipelines/{PROJECT}/{tab.name}/check", {"text": tab.draft()["text"]})
    assert told.json["problems"], "the server says so, too"
    listed.get_by_role("button").filter(has_text="report").first.click()
    assert tab.selected == ["report"]


def test_a_simulation_is_stepped_through_on_the_canvas_and_nothing_runs(tab: Tab) -> None:
    tab.drawing(tab.begun("simulated", TEXT), panel="simulate")
    panel = tab.page.get_by_role("tabpanel", name="Simulate", exact=True).first
    panel.get_by_role("button", name="Simulate", exact=True).click()
    expect(panel.get_by_text(re.compile("Step 1 of"))).to_be_visible()
    following = panel.get_by_role("button", name="Next step")
    while following.is_enabled():
        following.click()
        tab.calm()
    expect(panel.get_by_text(re.compile("The run ends: succeeded"))).to_be_visible()
    expect(tab.node("check").locator("[data-state]")).to_have_attribute("data-state", "succeeded")
    assert tab.here.get("/runs", pipeline=f"{PROJECT}/{tab.name}").json["runs"] == []


def test_a_run_is_started_with_an_input_watched_and_run_again(tab: Tab) -> None:
    tab.drawing(tab.published("started", TEXT))
    tab.press("Control+Enter")
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="id", exact=True).fill("one")
    dialog.get_by_role("button", name="Start", exact=True).click()
    tab.page.wait_for_url("**/#/runs/**")
    expect(tab.node("report").locator("[data-state]")).to_have_attribute("data-state", "succeeded", timeout=20_000)
    first = tab.page.url
    tab.page.get_by_role("button", name="Run again").click()
    expect(tab.page).not_to_have_url(first)
    expect(tab.node("report").locator("[data-state]")).to_have_attribute("data-state", "succeeded", timeout=20_000)
