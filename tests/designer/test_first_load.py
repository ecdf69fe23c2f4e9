"""How much script a page asks for before it is there: at most 180 KB, as it travels. The code editor and the layout engine come later."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, expect
from support.drawn import Tab

MOST = 180 * 1024
TWO = "tasks:\n  one: {action: pass, timeout: 30s}\n  two: {action: pass, timeout: 30s}\nedges:\n  - {from: one, to: two}\n"


@pytest.mark.parametrize("page", ["list", "editor"])
def test_what_is_asked_for_until_the_page_is_there(tab: Tab, page: str) -> None:
    asked: list[Request] = []
    place = tab.begun(f"loaded-{page}", TWO) if page == "editor" else "/"

    def drawn() -> None:
        if page == "editor":
            expect(tab.node("two")).to_be_visible()
        else:
            expect(tab.page.locator("h1, h2").first).to_be_visible()

    tab.page.add_init_script(_SEEN)
    tab.page.on("requestfinished", lambda one: asked.append(one))
    tab.open(place)
    drawn()
    tab.page.wait_for_load_state("networkidle")
    seen = tab.page.evaluate("() => window.seenAt")
    sizes = {
        one.url.rpartition("/")[2]: (
            one.sizes()["responseBodySize"],
            one.timing["startTime"] + one.timing["requestStart"],
        )
        for one in asked
        if one.url.endswith(".js")
    }
    before = {name: size for name, (size, at) in sizes.items() if at <= seen}
    assert sum(before.values()) <= MOST, before
    late = [name for name in before if name.startswith(("CodeEditor", "arrange", "layout.worker", "yaml_engine"))]
    assert late == []


_SEEN = """
new MutationObserver((_, watching) => {
    if (document.querySelector(".react-flow__node-task, main h1, main h2:not(.toolbar *)") === null) return;
    if (location.hash.startsWith("#/p/") && document.querySelector(".react-flow__node-task") === null) return;
    watching.disconnect();
    requestAnimationFrame(() => { window.seenAt = Date.now(); });
}).observe(document, {childList: true, subtree: true});
"""
