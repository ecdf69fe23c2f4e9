"""A new user: from an empty project to a picture that was dropped, and the run that it started seen on the canvas. By pointer."""

from __future__ import annotations

import io
import re

from PIL import Image
from playwright.sync_api import expect
from support.drawn import PROJECT, Tab


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(file, "PNG")
    return file.getvalue()


def test_a_new_user_draws_the_upload_example_publishes_drops_a_file_and_sees_it_run(tab: Tab) -> None:
    page = tab.page
    tab.open("/")
    expect(page.get_by_role("heading", name="Draw your first pipeline")).to_be_visible()
    page.get_by_role("link", name="Choose a start").click()
    page.get_by_role("radio", name=re.compile("^empty")).click()
    page.get_by_label("Project").fill(PROJECT)
    page.get_by_label("Name").fill("pictures")
    page.get_by_role("button", name="Create and draw").click()
    tab.name = "pictures"
    tab.ready()

    tab.place("inspect_picture", tab.at((0.2, 0.4)))
    tab.place("make_thumbnail", tab.at((0.7, 0.4)))
    tab.place("s3.copy", tab.at((0.7, 0.75)))
    tab.place("File", tab.at((0.3, 0.2)))
    tab.connect("inspect_picture", "success", "make_thumbnail")
    tab.connect("inspect_picture", "failure", "copy")
    assert tab.edges() == {
        ("inspect_picture", "success", "make_thumbnail"),
        ("inspect_picture", "failure", "copy"),
    }

    inspector = page.get_by_role("complementary", name="Inspector")

    def given(task: str, group: str, **values: str) -> None:
        tab.node(task).click()
        expect(inspector.get_by_role("heading", name=task, level=2)).to_be_visible()
        within = inspector.get_by_role("group", name=group, exact=True)
        for field, value in values.items():
            within.get_by_role("textbox", name=field, exact=True).fill(value)
        tab.page.keyboard.press("Tab")

    key = "${input.detail.object.key}"
    given("inspect_picture", "file", bucket="uploads", key=key)
    given("make_thumbnail", "file", bucket="uploads", key="${tasks.inspect_picture.output.file.key}")
    given("copy", "from", bucket="uploads", key=key)
    given("copy", "to", bucket="quarantine", key=key)
    tasks = tab.saved()["tasks"]
    assert tasks["inspect_picture"]["with"] == {"file": {"bucket": "uploads", "key": key}}
    assert tasks["copy"]["with"] == {
        "from": {"bucket": "uploads", "key": key},
        "to": {"bucket": "quarantine", "key": key},
    }

    page.get_by_role("link", name="Publish").click()
    expect(page.get_by_role("region", name="EventBridge rules")).to_be_visible()
    page.get_by_role("button", name="Publish version 1").click()
    page.get_by_role("button", name="Drop a file into a bucket").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Choose a file").set_input_files(
        {"name": "teal.png", "mimeType": "image/png", "buffer": picture()}
    )
    dialog.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/#/runs/**")
    for task in ("inspect_picture", "make_thumbnail"):
        expect(tab.node(task).locator("[data-state]")).to_have_attribute("data-state", "succeeded", timeout=30_000)
    expect(tab.node("copy").locator("[data-state]")).to_have_attribute("data-state", "skipped")
    expect(page.locator(".run-head .badge")).to_have_text("succeeded")
    tab.node("make_thumbnail").click()
    side = page.get_by_role("complementary", name="make_thumbnail")
    expect(side.get_by_text("thumbnails").first).to_be_visible()
    run = tab.here.get("/runs", pipeline=f"{PROJECT}/pictures").json["runs"][0]
    assert (run["state"], run["trigger"]) == ("succeeded", "s3")
