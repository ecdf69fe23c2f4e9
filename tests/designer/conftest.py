"""One browser for each worker, one context for each test; what the page complained of fails it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from support.drawn import FUNCTIONS, Tab, Tabs, context_of, launched, workspace
from support.served import Served, served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launched(playwright)
        try:
            yield opened
        finally:
            opened.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("designer") / "media"
    with served(workspace(root, FUNCTIONS)) as found:
        yield found


@pytest.fixture
def tabs(browser: Browser, here: Served) -> Iterator[Tabs]:
    made: list[Tab] = []
    with ExitStack() as open_ones:

        def another(beside: Tab | None = None, **options: Any) -> Tab:
            context = beside.page.context if beside else open_ones.enter_context(context_of(browser, **options))
            tab = Tab(context.new_page(), here)
            made.append(tab)
            return tab

        yield another
        complaints = [one for tab in made for one in tab.complaints()]
    assert complaints == []


@pytest.fixture
def tab(tabs: Tabs) -> Tab:
    return tabs()
